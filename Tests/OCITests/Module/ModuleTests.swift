import Glibc
import JSON
import Testing

@testable import OCI

private let descriptor: JSON = ["name": "http", "version": "1.0.0"]

private func file(_ path: String, _ bytes: [UInt8], _ mode: FileMode = .regular) throws -> ModulePackage.File {
    ModulePackage.File(path: try PayloadPath(path), mode: mode, content: .bytes(bytes))
}

@Suite("A module")
struct ModuleTests {
    @Test("is packed, pushed, found and unpacked as it was")
    func roundTrip() async throws {
        try await withTemporaryDirectory { directory in
            try FileSystem.replace("\(directory)/source", with: [UInt8](repeating: 7, count: 700_000))
            let store = try ImageLayout(creating: "\(directory)/layout")
            let files = [
                try file("lib/filter.so", [1, 2], .executable), try file("empty", []),
                ModulePackage.File(path: try PayloadPath("large.bin"), content: .file(path: "\(directory)/source")),
            ]
            let pushed = try await ModulePackage(descriptor: descriptor, files: files, annotations: ["a": "b"]).push(
                to: store, tag: Tag("1.0.0"))
            let module = try await ModuleArtifact.find(.tag(Tag("1.0.0")), in: store)
            #expect(module.root == pushed)
            #expect(module.annotations == ["a": "b"])
            #expect(module.files.map(\.path.description) == ["empty", "large.bin", "lib/filter.so"])
            #expect(try await module.descriptor(from: store) == descriptor)
            try await module.unpack(from: store, into: "\(directory)/out", upTo: 1 << 20)
            #expect(try FileSystem.read("\(directory)/out/lib/filter.so", upTo: 10) == [1, 2])
            #expect(FileSystem.size(of: "\(directory)/out/large.bin") == 700_000)
            #expect(access("\(directory)/out/lib/filter.so", X_OK) == 0)
            var status = stat()
            #expect(stat("\(directory)/out/empty", &status) == 0 && status.st_mode & 0o777 == 0o644)
            #expect(await code { try await module.unpack(from: store, into: "\(directory)/no", upTo: 100) } == .tooLarge)
            #expect(!FileSystem.exists("\(directory)/no"))
        }
    }

    @Test("has the same digest whenever it is packed, in whatever order")
    func deterministic() throws {
        let files = [try file("b", [2]), try file("a/x", [1], .executable), try file("a-b", [3])]
        let one = try ModulePackage(descriptor: descriptor, files: files)
        let other = try ModulePackage(descriptor: descriptor, files: files.reversed())
        #expect(one.document.bytes == other.document.bytes)
        // Written down: a change of this value changes what every pushed module is named.
        #expect(one.document.descriptor.digest.description == "sha256:a8c7ac1b82b4bd3a4893fb5172c1cce07f6f67449c51e96f26b6ba84be66c9a2")
        let text = String(decoding: one.document.bytes, as: UTF8.self)
        #expect(text.contains(#""annotations":{"graft.mode":"0755","org.opencontainers.image.title":"a/x"}"#))
    }

    @Test("is chosen by platform from an index, which stays its root")
    func platforms() async throws {
        try await withTemporaryDirectory { directory in
            let store = try ImageLayout(creating: directory)
            var entries: [Descriptor] = []
            for (architecture, byte) in [("amd64", 1), ("arm64", 2)] as [(String, UInt8)] {
                var entry = try await ModulePackage(descriptor: descriptor, files: [file("f", [byte])]).push(to: store, tag: nil)
                entry.platform = Platform(os: "linux", architecture: architecture)
                entries.append(entry)
            }
            let root = try await store.push(ManifestDocument(Index(manifests: entries)), tag: Tag("1"))
            let module = try await ModuleArtifact.find(.tag(Tag("1")), in: store, platform: Platform(os: "linux", architecture: "arm64"))
            #expect(module.root == root)
            #expect(module.manifest.digest == entries[1].digest)
            let error = await ociError {
                _ = try await ModuleArtifact.find(.tag(Tag("1")), in: store, platform: Platform(os: "linux", architecture: "s390x"))
            }
            #expect(error?.code == .noPlatform)
            #expect(error?.message.contains("linux/amd64, linux/arm64") == true)
        }
    }

    @Test(
        "is refused when its manifest is of another kind or its files are wrong",
        arguments: [
            (
                "other/type", MediaType.moduleDescriptor, MediaType.modulePayload, [["org.opencontainers.image.title": "a"]],
                OCIError.Code.wrongType
            ),
            (MediaType.module, "application/json", MediaType.modulePayload, [["org.opencontainers.image.title": "a"]], .wrongType),
            (MediaType.module, MediaType.moduleDescriptor, "text/plain", [["org.opencontainers.image.title": "a"]], .malformed),
            (MediaType.module, MediaType.moduleDescriptor, MediaType.modulePayload, [[:]], .malformed),
            (
                MediaType.module, MediaType.moduleDescriptor, MediaType.modulePayload, [["org.opencontainers.image.title": "../a"]],
                .malformed
            ),
            (
                MediaType.module, MediaType.moduleDescriptor, MediaType.modulePayload,
                [["org.opencontainers.image.title": "a"], ["org.opencontainers.image.title": "a"]], .malformed
            ),
            (
                MediaType.module, MediaType.moduleDescriptor, MediaType.modulePayload,
                [["org.opencontainers.image.title": "a"], ["org.opencontainers.image.title": "a/b"]], .malformed
            ),
            (
                MediaType.module, MediaType.moduleDescriptor, MediaType.modulePayload,
                [["org.opencontainers.image.title": "a", "graft.mode": "4755"]], .malformed
            ),
            (
                MediaType.module, MediaType.moduleDescriptor, MediaType.modulePayload,
                [["org.opencontainers.image.title": "a", "graft.mode": "x"]], .malformed
            ),
        ] as [(String, String, String, [[String: String]], OCIError.Code)])
    func wrong(type: String, config: String, payload: String, annotations: [[String: String]], expected: OCIError.Code) async {
        let manifest = Manifest(
            artifactType: type, config: Descriptor(mediaType: config, of: [1]),
            layers: annotations.map { Descriptor(mediaType: payload, of: [2], annotations: $0) })
        #expect(await code { _ = try ModuleArtifact(ManifestDocument(manifest), source: "x") } == expected)
    }

    @Test("is looked for one index deep, and not in an index of indexes")
    func nestedIndexes() async throws {
        try await withTemporaryDirectory { directory in
            let store = try ImageLayout(creating: directory + "/layout")
            var inner = try await ModulePackage(descriptor: [:], files: []).push(to: store, tag: nil)
            for depth in 1...3 {
                inner.platform = .current
                inner = try await store.push(ManifestDocument(Index(manifests: [inner])), tag: nil)
                let found = await code { _ = try await ModuleArtifact.find(.digest(inner.digest), in: store) }
                #expect(found == (depth == 1 ? nil : .wrongType))
            }
        }
    }
}

@Suite("Sizes and modes that a module announces")
struct AnnouncedModuleTests {
    private func module(_ sizes: [Int]) throws -> ModuleArtifact {
        let layers = sizes.enumerated().map { index, size in
            Descriptor(
                mediaType: MediaType.modulePayload, digest: Digest(of: [1]), size: size,
                annotations: [AnnotationKey.title: "file-\(index)"])
        }
        let config = Descriptor(mediaType: MediaType.moduleDescriptor, of: [1])
        return try ModuleArtifact(
            ManifestDocument(Manifest(artifactType: MediaType.module, config: config, layers: layers)), source: "x")
    }

    @Test("Sizes that no number holds are refused, and end nothing")
    func sizes() async throws {
        #expect(try module([1, 2, 3]).size == 6)
        #expect(try module([.max - 1, 1]).size == .max)
        #expect(await code { _ = try module([.max, 1]) } == .tooLarge)
        #expect(await code { _ = try module([.max, .max, .max]) } == .tooLarge)
    }

    @Test(
        "On hosts nobody but the owner may write to a file, whatever its mode says",
        arguments: [("777", 0o755), ("0666", 0o644), ("0222", 0o200), ("0755", 0o755), ("400", 0o400)] as [(String, UInt32)])
    func modes(text: String, bits: UInt32) throws { #expect(try FileMode(text).bitsOnHosts == bits) }
}

@Suite("A payload path")
struct PayloadPathTests {
    @Test(
        "stays below its directory",
        arguments: [
            "", "/a", "a/", "a//b", ".", "..", "../a", "a/../b", "a/..", "./a", "a/.", "a\\b", "a\u{0}b", "a\nb", "a\u{85}b", ".incoming-x",
            String(repeating: "a", count: 256), String(repeating: "abc/", count: 300) + "a",
        ])
    func refused(text: String) { #expect(throws: OCIError.self) { try PayloadPath(text) } }

    @Test("may be nested, hidden, spaced and not English", arguments: ["a", "a/b/c.so", ".hidden", "a b", "größe/ñ", "...", "a..b"])
    func accepted(text: String) throws { #expect(try PayloadPath(text).description == text) }

    @Test("never leaves its directory, whatever is fed in", arguments: 0..<4)
    func fuzz(seed: Int) {
        var random = SeededGenerator(seed)
        var read = 0
        for _ in 0..<3000 {
            guard let path = try? PayloadPath(random.mutated("a/../b/./c")) else { continue }
            read += 1
            #expect(!path.description.split(separator: "/", omittingEmptySubsequences: false).contains { ["", ".", ".."].contains($0) })
        }
        #expect(read > 50)
    }

    @Test(
        "modes are permission bits alone", arguments: [("644", 0o644), ("0755", 0o755), ("000", 0), ("0400", 0o400)] as [(String, UInt32)])
    func modes(text: String, bits: UInt32) throws { #expect(try FileMode(text).bits == bits) }

    @Test("other modes are refused", arguments: ["", "7", "07777", "1755", "+644", "-644", "0x1f", "888", " 644"])
    func wrongModes(text: String) { #expect(throws: OCIError.self) { try FileMode(text) } }
}
