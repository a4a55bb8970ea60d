import Glibc
import JSON
import Testing

@testable import OCI

@Suite("An image layout")
struct ImageLayoutTests {
    private static func push(_ layout: ImageLayout, _ byte: UInt8, _ tag: String) async throws -> ManifestDocument {
        let config = Descriptor(mediaType: "a/b", of: [byte])
        try await layout.push(.bytes([byte]), as: config)
        let document = ManifestDocument(Manifest(artifactType: "x/y", config: config, layers: []))
        try await layout.push(document, tag: try Tag(tag))
        return document
    }

    @Test("gives back what was pushed, by tag and by digest, also when opened anew")
    func roundTrip() async throws {
        try await withTemporaryDirectory { directory in
            let path = "\(directory)/new/layout"
            let document = try await Self.push(try ImageLayout(creating: path), 1, "1.0")
            let layout = try ImageLayout(opening: path)
            #expect(try await layout.manifest(.tag(Tag("1.0"))) == document)
            #expect(try await layout.resolve(.digest(document.descriptor.digest)) == document.descriptor)
            #expect(try await layout.blob(document.manifest!.config, upTo: 1) == [1])
            #expect(try FileSystem.entries(of: path) == ["blobs", "index.json", "oci-layout"])
            #expect(try FileSystem.entries(of: "\(path)/blobs") == ["sha256"])
        }
    }

    @Test("moves a tag and keeps the others")
    func moveTag() async throws {
        try await withTemporaryDirectory { directory in
            let layout = try ImageLayout(creating: directory)
            let first = try await Self.push(layout, 1, "a")
            _ = try await Self.push(layout, 2, "b")
            let third = try await Self.push(layout, 3, "a")
            #expect(try await layout.manifest(.tag(Tag("a"))) == third)
            #expect(try await layout.tags().map(\.description) == ["a", "b"])
            #expect(try await layout.manifest(.digest(first.descriptor.digest)) == first)
        }
    }

    @Test("lists what is about something under the tag of its referrers, once and beside what is there")
    func referrers() async throws {
        try await withTemporaryDirectory { directory in
            let layout = try ImageLayout(creating: directory)
            let subject = try await Self.push(layout, 1, "a").descriptor
            let config = Descriptor(mediaType: "a/b", of: [1])
            let documents = ["one", "two", "two"].map {
                ManifestDocument(Manifest(artifactType: "x/y", config: config, layers: [], subject: subject, annotations: ["n": $0]))
            }
            for document in documents { try await layout.push(document, tag: nil) }
            let found = try await ImageLayout(opening: directory).referrers(of: subject.digest) { $0 == "x/y" }
            #expect(found.found.map(\.digest) == documents.prefix(2).map(\.descriptor.digest))
            #expect(found.ignored.isEmpty)
        }
    }

    @Test("loses no tag to writers at the same time")
    func parallel() async throws {
        try await withTemporaryDirectory { directory in
            _ = try ImageLayout(creating: directory)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<20 {
                    group.addTask { _ = try await Self.push(try ImageLayout(creating: directory), UInt8(index), "t\(index)") }
                }
                try await group.waitForAll()
            }
            #expect(try await ImageLayout(opening: directory).tags().count == 20)
        }
    }

    @Test("refuses content that is not what it is named for")
    func wrongContent() async throws {
        try await withTemporaryDirectory { directory in
            let layout = try ImageLayout(creating: directory)
            let descriptor = Descriptor(mediaType: "a/b", of: [1, 2, 3])
            #expect(await code { try await layout.push(.bytes([1, 2, 4]), as: descriptor) } == .digestMismatch)
            #expect(await code { try await layout.push(.bytes([1, 2]), as: descriptor) } == .sizeMismatch)
            #expect(await code { try await layout.push(.bytes([1, 2, 3, 4]), as: descriptor) } == .sizeMismatch)
            #expect(!layout.blobs.contains(descriptor.digest))
            #expect(try FileSystem.entries(of: "\(directory)/blobs") == ["sha256"])
            let document = ManifestDocument(Manifest(config: descriptor, layers: []))
            #expect(await code { try await layout.push(document, tag: nil) } == .blobUnknown)
        }
    }

    @Test("notices content that was changed behind its back")
    func damaged() async throws {
        try await withTemporaryDirectory { directory in
            let layout = try ImageLayout(creating: directory)
            let document = try await Self.push(layout, 1, "a")
            let config = document.manifest!.config
            try FileSystem.replace(layout.blobs.path(of: config.digest), with: [9])
            let error = await ociError { _ = try await layout.blob(config, upTo: 1) }
            #expect(error?.code == .digestMismatch)
            #expect(error?.message.contains("wanted \(config.digest), found \(Digest(of: [9]))") == true)
            try FileSystem.replace(layout.blobs.path(of: config.digest), with: [9, 9])
            #expect(await code { _ = try await layout.blob(config, upTo: 1) } == .sizeMismatch)
            try FileSystem.remove(layout.blobs.path(of: config.digest))
            #expect(await code { _ = try await layout.blob(config, upTo: 1) } == .blobUnknown)
            try FileSystem.replace(layout.blobs.path(of: document.descriptor.digest), with: document.bytes + [32])
            #expect(await code { _ = try await layout.manifest(.tag(Tag("a"))) } == .digestMismatch)
        }
    }

    @Test("names the tags there are when one is missing")
    func unknownTag() async throws {
        try await withTemporaryDirectory { directory in
            let layout = try ImageLayout(creating: directory)
            _ = try await Self.push(layout, 1, "1.0")
            let error = await ociError { _ = try await layout.resolve(.tag(Tag("2.0"))) }
            #expect(error?.code == .manifestUnknown)
            #expect(error?.message == "\(directory): there is no tag 2.0; it has 1.0")
        }
    }

    @Test(
        "is refused where there is none, and not made among other files",
        arguments: [
            nil, #"{"imageLayoutVersion":"2.0.0"}"#, "{", "[]",
        ])
    func noLayout(marker: String?) async throws {
        try await withTemporaryDirectory { directory in
            try FileSystem.replace("\(directory)/other", with: [])
            if let marker { try FileSystem.replace("\(directory)/oci-layout", with: Array(marker.utf8)) }
            #expect(throws: OCIError.self) { try ImageLayout(opening: directory) }
            #expect(throws: OCIError.self) { try ImageLayout(creating: directory) }
        }
    }

    @Test("reports a directory that can't be written")
    func readOnly() async throws {
        #expect(await code { _ = try ImageLayout(creating: "/proc/graft") } == .storage)
    }
}
