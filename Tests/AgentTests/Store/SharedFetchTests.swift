import Glibc
import OCI
import Synchronization
import Testing

@testable import Agent

/// Gives one blob, when it is let, and counts how often it was asked and how often it was left.
private final class SlowBlob: ArtifactSource {
    let bytes: [UInt8] = Array("content".utf8)
    private let state = Mutex((isOpen: false, asked: 0, left: 0, failures: 0))

    var descriptor: Descriptor { Descriptor(mediaType: "a/b", of: bytes) }
    var location: String { "a.b/c" }
    var asked: Int { state.withLock { $0.asked } }
    var left: Int { state.withLock { $0.left } }
    func open() { state.withLock { $0.isOpen = true } }
    /// The next pulls are told to begin anew.
    func fail(_ count: Int) { state.withLock { $0.failures = count } }

    func blob(_ descriptor: Descriptor, into write: ([UInt8]) async throws -> Void) async throws {
        let isFailing = state.withLock { state in
            state.asked += 1
            state.failures -= 1
            return state.failures >= 0
        }
        if isFailing {
            try await write([1, 2, 3])
            var error = OCIError(.digestMismatch, "a mirror serves other bytes")
            error.isReadElsewhereNext = true
            throw error
        }
        do {
            while !state.withLock({ $0.isOpen }) { try await Task.sleep(for: .milliseconds(2)) }
        } catch {
            state.withLock { $0.left += 1 }
            throw error
        }
        try await write(bytes)
    }

    func resolve(_ name: ArtifactName) async throws -> Descriptor { throw OCIError(.manifestUnknown, location) }
    func manifest(_ name: ArtifactName) async throws -> ManifestDocument { throw OCIError(.manifestUnknown, location) }
    func tags() async throws -> [OCI.Tag] { [] }
}

@Suite("A blob that several fetch", .timeLimit(.minutes(3)))
struct SharedFetchTests {
    private static func run(_ body: (ContentStore, SlowBlob) async throws -> Void) async throws {
        var template = Array("/tmp/graft-store-XXXXXX".utf8CString)
        let path = try #require(mkdtemp(&template).map { String(cString: $0) })
        defer { try? Disk.real.removeTree(path) }
        try await body(try ContentStore(path: path), SlowBlob())
    }

    @Test("is fetched once, also when the one who began goes away")
    func once() async throws {
        try await Self.run { (store, source) async throws in
            try await withThrowingTaskGroup(of: Void.self) { (others) async throws in
                try await withThrowingTaskGroup(of: Void.self) { (first) async throws in
                    first.addTask { try await store.receive(source.descriptor, from: source) }
                    while source.asked == 0 { try await Task.sleep(for: .milliseconds(2)) }
                    for _ in 0..<10 { others.addTask { try await store.receive(source.descriptor, from: source) } }
                    while store.waiting(for: source.descriptor) < 11 { try await Task.sleep(for: .milliseconds(2)) }
                    first.cancelAll()
                    await #expect(throws: CancellationError.self) { try await first.next() }
                }
                source.open()
                try await others.waitForAll()
            }
            #expect(source.asked == 1)
            #expect(source.left == 0)
            #expect(try store.read(source.descriptor.digest) == source.bytes)
        }
    }

    @Test("is left when the last one goes away, and nothing stays behind")
    func last() async throws {
        try await Self.run { (store, source) async throws in
            try await withThrowingTaskGroup(of: Void.self) { (group) async throws in
                for _ in 0..<3 { group.addTask { try await store.receive(source.descriptor, from: source) } }
                while store.waiting(for: source.descriptor) < 3 { try await Task.sleep(for: .milliseconds(2)) }
                group.cancelAll()
                for _ in 0..<3 { await #expect(throws: CancellationError.self) { try await group.next() } }
            }
            #expect(source.left == 1)
            #expect(!store.contains(source.descriptor.digest))
        }
    }

    @Test("is fetched anew when a mirror lied, once")
    func anew() async throws {
        try await Self.run { (store, source) async throws in
            source.open()
            source.fail(2)
            await #expect(throws: OCIError.self) { try await store.receive(source.descriptor, from: source) }
            source.fail(1)
            try await store.receive(source.descriptor, from: source)
            #expect(try store.read(source.descriptor.digest) == source.bytes)
            #expect(source.asked == 4)
        }
    }
}
