import Harness
import JSON
import OCI
import Synchronization
import Trust
import Verification

/// Modules in an image layout, signed by a key, found under any registry's name. May be out of reach.
final class FallibleShelf: ArtifactLocator {
    static let repository = "registry.example/modules/http-filter"
    let key: PrivateKey
    private let layout: ImageLayout
    private let isDown = Mutex(false)
    private let reads = Mutex(0)

    init(directory: String) throws {
        layout = try ImageLayout(creating: "\(directory)/layout")
        key = try PrivateKey.generate()
    }

    func goDown(_ isDown: Bool = true) { self.isDown.withLock { $0 = isDown } }
    /// How often something was asked of it.
    var requests: Int { reads.withLock { $0 } }

    func source(of reference: Reference) -> any ArtifactSource { Shelf(shelf: self) }

    /// Pushes a module and its signature. Returns the digests of both.
    func push(
        _ version: String, files: [(String, BlobContent)], signedBy key: PrivateKey? = nil,
        descriptor change: (inout JSON) -> Void = { _ in }
    ) async throws -> (module: String, signature: String) {
        var descriptor: JSON = [
            "name": "http-filter", "version": .string(version), "slot": "net/filter", "contract": "edge/3",
            "minimumRuntimeVersion": "2.0.0", "capabilities": ["reload"],
        ]
        change(&descriptor)
        let package = try ModulePackage(
            descriptor: descriptor, files: try files.map { .init(path: try PayloadPath($0.0), content: $0.1) })
        let module = try await package.push(to: layout, tag: try Tag(version)).digest
        return (module.description, try await layout.pushSignature(of: module, in: Self.repository, by: key ?? self.key))
    }

    /// Signs what was pushed, once more. Returns the digest of the signature's manifest.
    func sign(_ module: String, by key: PrivateKey) async throws -> String {
        try await layout.pushSignature(of: try Digest(parsing: module), in: Self.repository, by: key)
    }

    /// Attaches a manifest with one layer to a module. Returns its digest.
    func attach(_ payload: [UInt8], _ mediaType: String, artifactType: String, to module: String) async throws -> String {
        let empty = Array("{}".utf8)
        let (config, layer) = (Descriptor(mediaType: MediaType.empty, of: empty), Descriptor(mediaType: mediaType, of: payload))
        try await layout.push(.bytes(empty), as: config)
        try await layout.push(.bytes(payload), as: layer)
        let subject = try await layout.resolve(.digest(try Digest(parsing: module)))
        return try await layout.push(
            ManifestDocument(Manifest(artifactType: artifactType, config: config, layers: [layer], subject: subject)), tag: nil
        ).digest.description
    }

    private struct Shelf: ArtifactSource {
        let shelf: FallibleShelf
        var location: String { FallibleShelf.repository }

        private func reach() throws {
            shelf.reads.withLock { $0 += 1 }
            if shelf.isDown.withLock({ $0 }) { throw OCIError(.unreachable, "\(location): no connection") }
        }

        func resolve(_ name: ArtifactName) async throws -> Descriptor {
            try reach()
            return try await shelf.layout.resolve(name)
        }

        func manifest(_ name: ArtifactName) async throws -> ManifestDocument {
            try reach()
            return try await shelf.layout.manifest(name)
        }

        func blob(_ descriptor: Descriptor, into write: ([UInt8]) async throws -> Void) async throws {
            try reach()
            try await shelf.layout.blob(descriptor, into: write)
        }

        func tags() async throws -> [Tag] { [] }
    }
}
