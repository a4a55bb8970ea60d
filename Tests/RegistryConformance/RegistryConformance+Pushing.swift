internal import OCI

extension RegistryConformance {
    static let pushes = [
        Check(name: "pushing twice changes nothing, and a tag moves") { _, repository in
            let first = try await push(1, to: repository, tag: "a")
            let again = try await push(1, to: repository, tag: "a")
            try require(first == again, "another document")
            let second = try await push(2, to: repository, tag: "a")
            try require(try await repository.manifest(.tag(try Tag("a"))) == second, "the tag stayed")
            try require(try await repository.manifest(.digest(first.descriptor.digest)) == first, "the first one is gone")
        },
        Check(name: "content with another digest than announced is refused and not there") { _, repository in
            let descriptor = Descriptor(mediaType: "a/b", digest: Digest(of: [1]), size: 3)
            try await requireFailure(.digestMismatch) { try await repository.push(.bytes([1, 2, 3]), as: descriptor) }
            try require(try await !repository.contains(descriptor), "it is there")
            try require(try await !repository.contains(Descriptor(mediaType: "a/b", of: [1, 2, 3])), "it is there under its own digest")
        },
        Check(name: "a manifest whose content is missing is refused") { _, repository in
            let document = ManifestDocument(Manifest(config: Descriptor(mediaType: "a/b", of: [77]), layers: []))
            try await requireFailure(.blobUnknown) { try await repository.push(document, tag: try Tag("a")) }
            try await requireFailure(.nameUnknown) { _ = try await repository.tags() }
        },
        Check(name: "an index leads to manifests of platforms") { _, repository in
            var entries: [Descriptor] = []
            for (byte, architecture) in [(1, "amd64"), (2, "arm64")] as [(UInt8, String)] {
                var entry = try await push(byte, to: repository, tag: nil).descriptor
                entry.platform = Platform(os: "linux", architecture: architecture)
                entries.append(entry)
            }
            let index = ManifestDocument(Index(manifests: entries))
            try await repository.push(index, tag: try Tag("multi"))
            let found = try await repository.manifest(.tag(try Tag("multi")))
            try require(found == index, "another index")
            let chosen = found.index?.entry(for: Platform(os: "linux", architecture: "arm64"))
            try require(chosen?.digest == entries[1].digest, "chose \(String(describing: chosen))")
            try require(try await repository.resolve(.tag(try Tag("multi"))).mediaType == MediaType.index, "another type")
        },
        Check(name: "signatures lie beside what they sign") { _, repository in
            let signed = try await push(1, to: repository, tag: "1.0.0")
            let tag = Tag.signatures(of: signed.descriptor.digest)
            try await requireFailure(.manifestUnknown) { _ = try await repository.manifest(.tag(tag)) }
            let payload = Array("payload".utf8)
            let layer = Descriptor(
                mediaType: "application/vnd.dev.cosign.simplesigning.v1+json", of: payload,
                annotations: ["dev.cosignproject.cosign/signature": "c2ln"])
            try await repository.push(.bytes(payload), as: layer)
            let config = Descriptor(mediaType: "application/vnd.oci.image.config.v1+json", of: Array("{}".utf8))
            try await repository.push(.bytes(Array("{}".utf8)), as: config)
            try await repository.push(ManifestDocument(Manifest(config: config, layers: [layer])), tag: tag)
            let found = try await repository.manifest(.tag(tag))
            try require(found.manifest?.layers == [layer], "other layers")
            try require(try await repository.blob(layer, upTo: 100) == payload, "another payload")
        },
        Check(name: "writers at the same time do not disturb each other") { conformance, repository in
            let source = "\(conformance.directory)/shared"
            let bytes = (0..<400_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
            try FileSystem.replace(source, with: bytes)
            let descriptor = try BlobContent.file(path: source).descriptor(mediaType: "a/b")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<12 {
                    group.addTask {
                        try await repository.push(.file(path: source), as: descriptor)
                        _ = try await push(UInt8(index), to: repository, tag: "t\(index)")
                    }
                }
                try await group.waitForAll()
            }
            try require(try await repository.blob(descriptor, upTo: bytes.count) == bytes, "other content")
            try require(try await repository.tags().count == 12, "tags are missing")
        },
    ]
}
