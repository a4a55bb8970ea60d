import Harness
import OCI
import Testing
import Trust

@testable import Verification

@Suite("Signatures of an artifact")
struct SignatureFetchingTests {
    private let artifact = Digest(of: Array("an artifact".utf8))

    private func withLayout(_ body: (ImageLayout) async throws -> Void) async throws {
        try await withTemporaryDirectory { try await body(try ImageLayout(creating: $0 + "/layout")) }
    }

    /// Pushes signature layers under the artifact's tag.
    private func push(_ layers: [Descriptor], of payloads: [[UInt8]], to layout: ImageLayout) async throws -> Digest {
        let config = Array("{}".utf8)
        try await layout.push(.bytes(config), as: Descriptor(mediaType: SignatureImage.configMediaType, of: config))
        for (layer, payload) in zip(layers, payloads) { try await layout.push(.bytes(payload), as: layer) }
        let manifest = Manifest(config: Descriptor(mediaType: SignatureImage.configMediaType, of: config), layers: layers)
        return try await layout.push(ManifestDocument(manifest), tag: Tag.signatures(of: artifact)).digest
    }

    @Test("An artifact without any has none; a pinned one that is gone is an error")
    func none() async throws {
        try await withLayout { layout in
            let none = try await SignatureManifest.fetch(of: artifact, from: layout)
            #expect(none.isEmpty)
            await #expect(throws: OCIError.self) {
                _ = try await SignatureManifest.fetch(of: artifact, pinned: [Digest(of: Array("gone".utf8))], from: layout)
            }
        }
    }

    @Test("Layers of other types are passed over, and the pinned manifest is fetched though the tag has moved")
    func pinned() async throws {
        try await withLayout { layout in
            let payload = Array("signed payload".utf8)
            let signature = Descriptor(
                mediaType: SignatureLayer.mediaType, of: payload, annotations: [SignatureLayer.signatureAnnotation: "AAAA"])
            let other = Descriptor(mediaType: "text/plain", of: payload)
            let first = try await push([signature, other], of: [payload, payload], to: layout)
            _ = try await push([], of: [], to: layout)

            let now = try await SignatureManifest.fetch(of: artifact, from: layout)
            #expect(now.flatMap(\.layers).isEmpty)
            let then = try await SignatureManifest.fetch(of: artifact, pinned: [first], from: layout)
            #expect(then.map(\.digest) == [first.description])
            #expect(then.first?.layers.map(\.payload) == [payload])
            #expect(then.first?.layers.first?.annotations[SignatureLayer.signatureAnnotation] == "AAAA")
        }
    }

    @Test("More signatures, or larger ones, than a verifier looks at are not fetched")
    func tooMuch() async throws {
        try await withLayout { layout in
            let payload = Array("x".utf8)
            let layer = Descriptor(mediaType: SignatureLayer.mediaType, of: payload)
            _ = try await push(
                Array(repeating: layer, count: SignatureLimits.layers + 1),
                of: Array(repeating: payload, count: SignatureLimits.layers + 1),
                to: layout)
            let tooMany = await #expect(throws: OCIError.self) { _ = try await SignatureManifest.fetch(of: artifact, from: layout) }
            #expect(tooMany?.code == .tooLarge)

            let large = [UInt8](repeating: 0x20, count: SignatureLimits.bytes + 1)
            _ = try await push([Descriptor(mediaType: SignatureLayer.mediaType, of: large)], of: [large], to: layout)
            let tooLarge = await #expect(throws: OCIError.self) { _ = try await SignatureManifest.fetch(of: artifact, from: layout) }
            #expect(tooLarge?.code == .tooLarge)
        }
    }

    /// Pushes a manifest about the artifact.
    private func attach(
        _ payload: [UInt8], _ mediaType: String, artifactType: String?, configType: String = MediaType.empty, to layout: ImageLayout
    ) async throws -> ManifestDocument {
        let config = Array("{}".utf8)
        let (configuration, layer) = (Descriptor(mediaType: configType, of: config), Descriptor(mediaType: mediaType, of: payload))
        try await layout.push(.bytes(config), as: configuration)
        try await layout.push(.bytes(payload), as: layer)
        let subject = Descriptor(mediaType: MediaType.manifest, digest: artifact, size: 11)
        let document = ManifestDocument(Manifest(artifactType: artifactType, config: configuration, layers: [layer], subject: subject))
        try await layout.push(document, tag: nil)
        return document
    }

    @Test("Notation signatures are found under the referrers tag, whatever the list calls them, and others are passed over")
    func notation() async throws {
        try await withLayout { layout in
            let type = NotationSignature.artifactType
            let attached = [
                try await attach(Array("jws".utf8), "application/jose+json", artifactType: type, to: layout),
                try await attach(Array("cose".utf8), "application/cose", artifactType: nil, configType: type, to: layout),
                try await attach(Array("other".utf8), "application/jose+json", artifactType: "application/vnd.example.other", to: layout),
            ]
            // Some clients write the config's type there.
            let entries = attached.map { document in
                var entry = document.listing
                entry.artifactType = MediaType.empty
                return entry
            }
            try await layout.push(ManifestDocument(Index(manifests: entries)), tag: Tag.referrers(of: artifact))
            let found = try await SignatureManifest.fetch(of: artifact, from: layout)
            #expect(Set(found.map(\.digest)) == Set(attached.prefix(2).map(\.descriptor.digest.description)))
            #expect(Set(found.flatMap(\.layers).map(\.payload)) == [Array("jws".utf8), Array("cose".utf8)])
            let first = attached[0].descriptor.digest
            let pinned = try await SignatureManifest.fetch(of: artifact, pinned: [first], from: layout)
            #expect(pinned.flatMap(\.layers).map(\.mediaType) == ["application/jose+json"])
        }
    }

    @Test("A notation signature that is larger than any may be is passed over, and those beside it count")
    func largeNotation() async throws {
        try await withLayout { layout in
            let type = NotationSignature.artifactType
            let large = try await attach(
                [UInt8](repeating: 0x20, count: SignatureLimits.bytes + 1), "application/cose", artifactType: type, to: layout)
            let small = try await attach([1], "application/cose", artifactType: type, to: layout)
            try await layout.push(
                ManifestDocument(Index(manifests: [large.listing, small.listing])), tag: Tag.referrers(of: artifact))
            let found = try await SignatureManifest.fetch(of: artifact, from: layout)
            #expect(found.map(\.digest) == [small.descriptor.digest.description])
        }
    }
}
