import Glibc
import JSON
import OCI
import Synchronization
import Testing

@testable import Agent

/// A source of one blob, which it may get wrong.
struct OneBlob: ArtifactSource {
    var bytes: [UInt8]
    var location: String { "registry.example/one" }
    func resolve(_ name: ArtifactName) async throws -> Descriptor { throw OCIError(.manifestUnknown, "none") }
    func manifest(_ name: ArtifactName) async throws -> ManifestDocument { throw OCIError(.manifestUnknown, "none") }
    func blob(_ descriptor: Descriptor, into write: ([UInt8]) async throws -> Void) async throws {
        for byte in bytes { try await write([byte]) }
    }
    func tags() async throws -> [OCI.Tag] { [] }
}

@Suite("The content store")
struct ContentStoreTests {
    let content = Array("some content".utf8)
    var descriptor: Descriptor { Descriptor(mediaType: "text/plain", of: content) }

    func revision(_ name: String, blobs: [Digest]) -> StoredRevision {
        let installed = InstalledRevision(
            namespace: "payments", revision: name, digest: Digest(of: Array(name.utf8)).description, configHash: "c", version: "1.0.0")
        return StoredRevision(
            installed: installed, hostClass: "edge", slot: "net/filter", repository: "r/x", config: ["a": 1],
            manifest: Digest(of: []), signatures: blobs, blobs: blobs)
    }

    @Test func `what is received is hashed, and kept only when it is what was asked for`() async throws {
        try await withTemporaryDirectory { (directory: String) in
            let store = try ContentStore(path: directory)
            for wrong in [Array("some CONTENT".utf8), Array("some conten".utf8), content + [0]] {
                await #expect(throws: OCIError.self) { try await store.receive(descriptor, from: OneBlob(bytes: wrong)) }
                #expect(!store.contains(descriptor.digest))
            }
            try await store.receive(descriptor, from: OneBlob(bytes: content))
            #expect(try store.read(descriptor.digest) == content)
            #expect(try Disk.real.names(in: "\(directory)/incoming").isEmpty)
        }
    }

    @Test func `a full disk is told clearly and leaves nothing behind`() async throws {
        try await withTemporaryDirectory { (directory: String) in
            let faulty = Faulty()
            let store = try ContentStore(path: directory, disk: faulty.disk)
            let full = Disk { if case .write = $0 { throw Agent.FileError("\(directory)/incoming/1", "writing", code: ENOSPC) } }
            let filling = try ContentStore(path: directory, disk: full)
            let error = await #expect(throws: Agent.FileError.self) { try await filling.receive(descriptor, from: OneBlob(bytes: content)) }
            #expect(error?.isDiskFull == true)
            #expect(error?.description.contains("No space left on device") == true)
            let failure = SlotFailure(error!, during: .wait(until: nil))
            #expect(failure.kind == .environment)
            #expect(failure.reason == "DiskFull")
            #expect(try Disk.real.names(in: "\(directory)/incoming").isEmpty)
            try await store.receive(descriptor, from: OneBlob(bytes: content))
            #expect(store.contains(descriptor.digest))
        }
    }

    @Test func `dying at any change leaves a whole blob or none`() async throws {
        try await withTemporaryDirectory { (directory: String) in
            for death in 0..<20 {
                let mortal = Mortal(dyingAt: death)
                let path = "\(directory)/\(death)"
                do {
                    let store = try ContentStore(path: path, disk: mortal.disk)
                    try await store.receive(descriptor, from: OneBlob(bytes: content))
                } catch {}
                let reopened = try ContentStore(path: path)
                if reopened.contains(descriptor.digest) { #expect(try reopened.read(descriptor.digest) == content) }
                #expect(try Disk.real.names(in: "\(path)/incoming").isEmpty)
            }
        }
    }

    @Test func `a damaged blob is not handed out`() throws {
        try withTemporaryDirectory { directory in
            let store = try ContentStore(path: directory)
            try store.put(content, as: descriptor.digest)
            try Disk.real.replace(store.path(of: descriptor.digest), with: Array("some c0ntent".utf8))
            let failure = #expect(throws: SlotFailure.self) { try store.read(descriptor.digest) }
            #expect(failure?.reason == SlotFailure.damaged)
            #expect(!store.contains(descriptor.digest))
        }
    }

    @Test func `collection keeps what belongs to a kept revision, shared or not`() throws {
        try withTemporaryDirectory { directory in
            let store = try ContentStore(path: directory)
            let digests = (0..<4).map { Digest(of: [UInt8($0)]) }
            for (number, digest) in digests.enumerated() { try store.put([UInt8(number)], as: digest) }
            let old = revision("filter-1", blobs: [digests[0], digests[1]])
            let new = revision("filter-2", blobs: [digests[1], digests[2]])
            for revision in [old, new] { try store.put(revision) }
            try store.collect(keeping: [old.installed, new.installed])
            #expect(digests.map(store.contains) == [true, true, true, false])
            try store.collect(keeping: [new.installed])
            #expect(digests.map(store.contains) == [false, true, true, false])
            #expect(try store.revision(old.installed) == nil)
            #expect(try store.revision(new.installed) == new)
        }
    }

    @Test func `nothing is collected while something is fetched`() async throws {
        try await withTemporaryDirectory { (directory: String) in
            let store = try ContentStore(path: directory)
            try await store.withoutCollection {
                try store.put(content, as: descriptor.digest)
                try store.collect(keeping: [])
                #expect(store.contains(descriptor.digest))
            }
            try store.collect(keeping: [])
            #expect(!store.contains(descriptor.digest))
        }
    }

    @Test func `another revision under the same name is not taken for it`() throws {
        try withTemporaryDirectory { directory in
            let store = try ContentStore(path: directory)
            let stored = revision("filter-1", blobs: [])
            try store.put(stored)
            var other = stored.installed
            other.configHash = "another"
            #expect(try store.revision(other) == nil)
        }
    }
}
