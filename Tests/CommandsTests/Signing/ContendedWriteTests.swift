import JSON
import OCI
import Synchronization
import Testing
import Trust

@testable import Commands

/// A layout in which another signer writes whenever we have written, from what it read before: ours is gone.
private final class ContestedStore: ArtifactStore {
    private let layout: ImageLayout
    /// How often it does so.
    private let times: Mutex<Int>

    init(_ layout: ImageLayout, times: Int) {
        self.layout = layout
        self.times = Mutex(times)
    }

    var location: String { layout.location }
    func resolve(_ name: ArtifactName) async throws -> Descriptor { try await layout.resolve(name) }
    func manifest(_ name: ArtifactName) async throws -> ManifestDocument { try await layout.manifest(name) }
    func blob(_ descriptor: Descriptor, into write: ([UInt8]) async throws -> Void) async throws {
        try await layout.blob(descriptor, into: write)
    }
    func tags() async throws -> [OCI.Tag] { try await layout.tags() }
    func push(_ content: BlobContent, as descriptor: Descriptor) async throws { try await layout.push(content, as: descriptor) }

    func push(_ document: ManifestDocument, tag: OCI.Tag?) async throws -> Descriptor {
        guard let tag else { return try await layout.push(document, tag: tag) }
        let isContested = times.withLock { left in
            left -= 1
            return left >= 0
        }
        var before: ManifestDocument?
        if isContested { before = try? await layout.manifest(.tag(tag)) }
        let pushed = try await layout.push(document, tag: tag)
        if let before { try await layout.push(before, tag: tag) }
        return pushed
    }
}

@Suite("What several sign at once") struct ContendedWriteTests {
    private func sign(_ bench: SigningBench, by name: String, format: ArtifactSigning.Format, contested times: Int) async throws {
        let key = try PrivateKey(
            pem: {
                _ = try bench.key(name); return try bench.text(name + ".key")
            }())
        let artifact = LocatedArtifact(
            store: ContestedStore(try bench.layout, times: times), name: nil, repository: bench.repository, text: bench.reference)
        #expect(try await ArtifactSigning(key: key, format: format).sign(bench.module, in: artifact))
    }

    @Test(
        "A signature that another signer took away is there in the end, and the other's as well",
        arguments: [ArtifactSigning.Format.classic, .bundle])
    func taken(format: ArtifactSigning.Format) async throws {
        try await SigningBench.with { bench in
            try await sign(bench, by: "p256", format: format, contested: 0)
            try await sign(bench, by: "ed25519", format: format, contested: 3)
            let count = try await format == .classic ? bench.layers(".sig").count : bench.bundles().count
            #expect(count == 2)
        }
    }

    /// Lists of referrers are kept by whoever keeps the manifests: of those, the tests of OCI tell.
    @Test("When it is taken away each time, that is an error")
    func always() async throws {
        try await SigningBench.with { bench in
            try await sign(bench, by: "p256", format: .classic, contested: 0)
            let error = await #expect(throws: (any Error).self) {
                try await sign(bench, by: "ed25519", format: .classic, contested: 1000)
            }
            #expect("\(error.map { "\($0)" } ?? "")".contains("other signers overwrite the tag sha256-"))
        }
    }
}
