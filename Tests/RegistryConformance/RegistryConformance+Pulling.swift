internal import JSON
internal import OCI

extension RegistryConformance {
    static let pulls = [
        Check(name: "a module comes back by tag and by digest as it was pushed") { conformance, repository in
            let descriptor: JSON = ["name": "http", "version": "1.0.0"]
            let large = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            let source = "\(conformance.directory)/large"
            try FileSystem.replace(source, with: large)
            let files = [
                ModulePackage.File(path: try PayloadPath("lib/a.so"), mode: .executable, content: .bytes([1, 2, 3])),
                ModulePackage.File(path: try PayloadPath("large"), content: .file(path: source)),
                ModulePackage.File(path: try PayloadPath("empty"), content: .bytes([])),
            ]
            let pushed = try await ModulePackage(descriptor: descriptor, files: files).push(to: repository, tag: try Tag("1.0.0"))
            let byTag = try await ModuleArtifact.find(.tag(try Tag("1.0.0")), in: repository)
            let byDigest = try await ModuleArtifact.find(.digest(pushed.digest), in: repository)
            try require(byTag == byDigest && byTag.root == pushed, "found \(byTag.root), pushed \(pushed)")
            try require(try await byTag.descriptor(from: repository) == descriptor, "another module descriptor")
            try await byTag.unpack(from: repository, into: "\(conformance.directory)/out", upTo: 2_000_000)
            try require(try FileSystem.read("\(conformance.directory)/out/large", upTo: 2_000_000) == large, "another large file")
            try require(FileSystem.size(of: "\(conformance.directory)/out/empty") == 0, "another empty file")
        },
        Check(name: "resolving agrees with fetching") { _, repository in
            let document = try await push(1, to: repository, tag: "a")
            let resolved = try await repository.resolve(.tag(try Tag("a")))
            try require(resolved.digest == document.descriptor.digest, "resolved \(resolved.digest)")
            try require(resolved.size == document.bytes.count && resolved.mediaType == MediaType.manifest, "resolved \(resolved)")
            try require(try await repository.resolve(.digest(resolved.digest)) == resolved, "another descriptor by digest")
            try require(try await repository.manifest(.digest(resolved.digest)) == document, "another document by digest")
        },
        Check(name: "what is not there is said to be unknown") { _, repository in
            try await requireFailure(.nameUnknown) { _ = try await repository.tags() }
            let document = try await push(1, to: repository, tag: "a")
            try await requireFailure(.manifestUnknown) { _ = try await repository.resolve(.tag(try Tag("b"))) }
            try await requireFailure(.manifestUnknown) { _ = try await repository.manifest(.digest(Digest(of: [9]))) }
            try await requireFailure(.blobUnknown) { _ = try await repository.blob(Descriptor(mediaType: "a/b", of: [9]), upTo: 1) }
            try require(try await !repository.contains(Descriptor(mediaType: "a/b", of: [9])), "content that was never pushed")
            try require(try await repository.contains(document.manifest!.config), "content that was pushed is not there")
        },
        Check(name: "a blob of another size than announced is refused") { _, repository in
            let config = try await push(1, to: repository, tag: "a").manifest!.config
            let wrong = Descriptor(mediaType: config.mediaType, digest: config.digest, size: 2)
            try await requireFailure(.sizeMismatch) { _ = try await repository.blob(wrong, upTo: 2) }
        },
        Check(name: "tags are listed, all of them, sorted") { _, repository in
            for index in (0..<25).reversed() { _ = try await push(UInt8(index % 3), to: repository, tag: "t\(index + 10)") }
            let tags = try await repository.tags().map(\.description)
            try require(tags == (10..<35).map { "t\($0)" }, "found \(tags)")
        },
    ]
}
