import Glibc
import HTTPCore
import HTTPTransport
import HTTPTypes
import OCI
import RegistryServer
import Testing

@Suite("An upload", .timeLimit(.minutes(3)))
struct UploadTests {
    private static let content = Array("hello, registry".utf8)
    private static let digest = Digest(of: content)

    private static func unfinished(_ directory: String) throws -> [String] {
        try FileSystem.entries(of: "\(directory)/blobs").filter { $0.hasPrefix(IncomingFile.prefix) }
    }

    private static func begin(_ client: HTTPClient, _ authority: String) async throws -> String {
        let answer = try await client.ask(.post, authority, "/v2/a/blobs/uploads/")
        #expect(answer.status == 202)
        return try #require(answer.fields[.location])
    }

    @Test("may come in chunks, each where the last ended")
    func chunks() async throws {
        try await withTemporaryDirectory { directory in
            try await withRegistry(in: directory) { (authority, client) async throws in
                let place = try await Self.begin(client, authority)
                let first = try await client.ask(.patch, authority, place, [.contentRange: "0-4"], body: Array(Self.content[..<5]))
                #expect(first.status == 202)
                #expect(first.fields[.range] == "0-4")
                #expect(try await client.ask(.get, authority, place).fields[.range] == "0-4")
                let wrong = try await client.ask(.patch, authority, place, [.contentRange: "6-9"], body: [1])
                #expect(wrong.status == 416)
                #expect(try await client.ask(.patch, authority, place, body: Array(Self.content[5..<10])).status == 202)
                #expect(try await client.ask(.get, authority, "/v2/a/blobs/\(Self.digest)").status == 404)
                let done = try await client.ask(.put, authority, "\(place)?digest=\(Self.digest)", body: Array(Self.content[10...]))
                #expect(done.status == 201)
                #expect(done.fields[.location] == "/v2/a/blobs/\(Self.digest)")
                #expect(try await client.ask(.get, authority, "/v2/a/blobs/\(Self.digest)").text == "hello, registry")
                #expect(try await client.ask(.get, authority, place).status == 404)
            }
            #expect(try Self.unfinished(directory).isEmpty)
        }
    }

    @Test("may be one request, under either algorithm", arguments: Digest.Algorithm.allCases)
    func single(algorithm: Digest.Algorithm) async throws {
        try await withTemporaryDirectory { directory in
            try await withRegistry(in: directory) { (authority, client) async throws in
                let digest = Digest(of: Self.content, by: algorithm)
                #expect(try await client.ask(.post, authority, "/v2/a/blobs/uploads/?digest=\(digest)", body: Self.content).status == 201)
                #expect(try await client.ask(.get, authority, "/v2/a/blobs/\(digest)").text == "hello, registry")
            }
        }
    }

    @Test("with another digest is refused, forgotten and seen by nobody")
    func wrongDigest() async throws {
        try await withTemporaryDirectory { directory in
            try await withRegistry(in: directory) { (authority, client) async throws in
                let place = try await Self.begin(client, authority)
                let answer = try await client.ask(.put, authority, "\(place)?digest=\(Digest(of: [1]))", body: Self.content)
                #expect(answer.status == 400)
                #expect(answer.text.contains("DIGEST_INVALID"))
                #expect(try await client.ask(.get, authority, place).status == 404)
                for digest in [Digest(of: [1]), Self.digest] {
                    #expect(try await client.ask(.head, authority, "/v2/a/blobs/\(digest)").status == 404)
                }
                #expect(try Self.unfinished(directory).isEmpty)
            }
        }
    }

    @Test("that is over the limit is refused")
    func tooLarge() async throws {
        try await withTemporaryDirectory { directory in
            try await withRegistry(in: directory, limits: .init(blobSize: 10)) { (authority, client) async throws in
                let answer = try await client.ask(.post, authority, "/v2/a/blobs/uploads/?digest=\(Self.digest)", body: Self.content)
                #expect(answer.status == 413)
                #expect(try Self.unfinished(directory).isEmpty)
            }
        }
    }

    @Test("is mounted from another repository without a byte sent")
    func mount() async throws {
        try await withTemporaryDirectory { directory in
            try await withRegistry(in: directory) { (authority, client) async throws in
                _ = try await client.ask(.post, authority, "/v2/a/blobs/uploads/?digest=\(Self.digest)", body: Self.content)
                #expect(try await client.ask(.head, authority, "/v2/b/blobs/\(Self.digest)").status == 404)
                #expect(try await client.ask(.post, authority, "/v2/b/blobs/uploads/?mount=\(Self.digest)&from=a").status == 201)
                #expect(try await client.ask(.get, authority, "/v2/b/blobs/\(Self.digest)").text == "hello, registry")
                #expect(try await client.ask(.post, authority, "/v2/b/blobs/uploads/?mount=\(Self.digest)&from=..%2Fa").status == 202)
            }
        }
    }

    @Test("that breaks off in the middle leaves nothing visible, and nothing behind")
    func half() async throws {
        try await withTemporaryDirectory { directory in
            try await withRegistry(in: directory) { (authority, client) async throws in
                let place = try await Self.begin(client, authority)
                // When half of the content is sent and the client vanishes
                let isHalfSent = Flag()
                await withTaskGroup(of: Void.self) { group in
                    group.addTask {
                        let body = RequestBody.stream(length: Self.content.count) {
                            if isHalfSent.value == 1 { try await Task.sleep(for: .seconds(3600)) }
                            isHalfSent.set(1)
                            return Array(Self.content[..<7])
                        }
                        let request = HTTPRequest(
                            method: .put, scheme: "http", authority: authority, path: "\(place)?digest=\(Self.digest)")
                        _ = try? await client.send(request, body: body)
                    }
                    try? await poll { try Self.unfinished(directory).contains { FileSystem.size(of: "\(directory)/blobs/\($0)") == 7 } }
                    group.cancelAll()
                }
                // Then it is gone, and a new upload of the same content succeeds
                try await poll { try Self.unfinished(directory).isEmpty }
                #expect(try await client.ask(.head, authority, "/v2/a/blobs/\(Self.digest)").status == 404)
                #expect(
                    try await client.ask(.post, authority, "/v2/a/blobs/uploads/?digest=\(Self.digest)", body: Self.content).status == 201)
            }
        }
    }

    @Test("that a killed server left behind is gone with the next start")
    func killed() async throws {
        try await withTemporaryDirectory { directory in
            try FileSystem.makeDirectory("\(directory)/blobs")
            try FileSystem.replace("\(directory)/blobs/\(IncomingFile.prefix)half", with: [1, 2, 3])
            try await withRegistry(in: directory) { (authority, client) async throws in
                #expect(try Self.unfinished(directory).isEmpty)
                #expect(try await client.ask(.get, authority, "/v2/").status == 200)
            }
        }
    }

    @Test("beyond the number allowed must wait, unless an old one is given up")
    func tooMany() async throws {
        try await withTemporaryDirectory { directory in
            try await withRegistry(in: directory, limits: .init(uploads: 3)) { (authority, client) async throws in
                for _ in 0..<3 { _ = try await Self.begin(client, authority) }
                let answer = try await client.ask(.post, authority, "/v2/a/blobs/uploads/")
                #expect(answer.status == 429)
                #expect(answer.fields[.retryAfter] == "1")
            }
            try await withRegistry(in: directory, limits: .init(uploads: 3, uploadIdle: .zero)) { (authority, client) async throws in
                for _ in 0..<9 { _ = try await Self.begin(client, authority) }
            }
        }
    }

    /// Waits until the condition holds; records an issue when it does not within a minute.
    private func poll(sourceLocation: SourceLocation = #_sourceLocation, _ condition: () throws -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while try !condition() {
            guard ContinuousClock.now < deadline else {
                Issue.record("the condition does not come true", sourceLocation: sourceLocation)
                return
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}
