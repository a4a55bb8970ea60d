import Harness
import OCI
import Synchronization
import Verification

/// A shelf whose registry answers nothing any more once it is silenced; whoever asks waits until the question is given up.
final class SilentShelf: ArtifactLocator {
    let shelf: ModuleShelf
    private let isSilent = Mutex(false)
    private let questions = Mutex(0)

    init(_ shelf: ModuleShelf) { self.shelf = shelf }

    func silence() { isSilent.withLock { $0 = true } }
    /// How often it was asked since.
    var asked: Int { questions.withLock { $0 } }

    func source(of reference: Reference) -> any ArtifactSource { Source(shelf: self, source: shelf.source(of: reference)) }

    private func listen() async throws {
        guard isSilent.withLock({ $0 }) else { return }
        questions.withLock { $0 += 1 }
        try await Task.sleep(for: .seconds(3600))
    }

    private struct Source: ArtifactSource {
        var shelf: SilentShelf
        var source: any ArtifactSource
        var location: String { source.location }

        func resolve(_ name: ArtifactName) async throws -> Descriptor {
            try await shelf.listen()
            return try await source.resolve(name)
        }
        func manifest(_ name: ArtifactName) async throws -> ManifestDocument {
            try await shelf.listen()
            return try await source.manifest(name)
        }
        func blob(_ descriptor: Descriptor, into write: ([UInt8]) async throws -> Void) async throws {
            try await shelf.listen()
            try await source.blob(descriptor, into: write)
        }
        func tags() async throws -> [Tag] {
            try await shelf.listen()
            return try await source.tags()
        }
        func referrerList(of digest: Digest, limits: ReferrerLimits) async throws -> ReferrerList {
            try await shelf.listen()
            return try await source.referrerList(of: digest, limits: limits)
        }
    }
}
