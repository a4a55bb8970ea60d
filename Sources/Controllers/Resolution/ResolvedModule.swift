import Compatibility
import JSON
import OCI
import Trust

/// What a reference stood for when it was looked up, verified and judged: everything a revision is made from.
struct ResolvedModule: Sendable {
    var source: String
    var digest: Digest
    var descriptorJSON: JSON
    var descriptor: ModuleDescriptor
    /// Digests of the manifests that hold its signatures.
    var signatures: [String]
    var judgement: Judgement
}
