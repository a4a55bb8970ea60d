import GraftAPI
import JSON
import KubeCore
import OCI
import Schema
import Trust
import Verification

/// Modules in an OCI layout on disk, signed by a key, found under any registry's name.
struct Shelf: ArtifactLocator {
    let layout: ImageLayout
    let key: PrivateKey
    static let repository = "registry.example/modules/http-filter"

    init(directory: String) throws {
        layout = try ImageLayout(creating: directory)
        key = try PrivateKey.generate()
    }

    func source(of reference: Reference) -> any ArtifactSource { layout }

    static func reference(_ version: String) -> String { "\(repository):\(version)" }

    /// Packs, pushes and signs a version. Its payload is small: what is measured is the control loop, not a download.
    func push(_ version: String) async throws {
        let package = try ModulePackage(
            descriptor: [
                "name": "http-filter", "version": .string(version), "slot": "net/filter", "contract": "edge/3",
                "minimumRuntimeVersion": "2.0.0",
            ],
            files: [.init(path: try PayloadPath("libfilter.so"), content: .bytes(Array("filter \(version)".utf8)))])
        let pushed = try await package.push(to: layout, tag: try Tag(version))
        let layer = try Signer(key: key).sign(digest: pushed.digest.description, repository: Self.repository)
        let image = try SignatureImage(for: pushed.digest.description, layers: [layer])
        try await layout.push(.bytes(image.config), as: Descriptor(mediaType: SignatureImage.configMediaType, of: image.config))
        try await layout.push(.bytes(layer.payload), as: Descriptor(mediaType: layer.mediaType, of: layer.payload))
        try await layout.push(try ManifestDocument(parsing: image.manifest, source: "the benchmark"), tag: try Tag(image.tag))
    }

    /// What lets these modules go to the fleet.
    var policy: VerificationPolicySpec {
        var spec = VerificationPolicySpec()
        spec.match = PolicyMatch(
            namespaces: [Scenario.namespace], classes: [Scenario.hostClass], slots: ["net/*"], repositories: ["registry.example/modules/**"]
        )
        spec.authorities = [PolicyAuthority(name: "release", key: AuthorityKey(data: key.publicKey.pem))]
        return spec
    }
}
