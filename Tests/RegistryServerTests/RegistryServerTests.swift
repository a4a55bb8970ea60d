import HTTPCore
import HTTPTransport
import HTTPTypes
import JSON
import OCI
import RegistryConformance
import RegistryServer
import Testing

@Suite("Our registry", .timeLimit(.minutes(3)))
struct RegistryServerTests {
    private static let empty: [UInt8] = []

    private static func client(_ transport: HTTPClient, _ credential: Credential = .anonymous) -> RegistryClient {
        RegistryClient(transport: transport, configuration: .init(credentials: { _, _ in credential }))
    }

    @Test("does all that is asked of any registry")
    func conformance() async throws {
        try await withTemporaryDirectory { directory in
            try await withRegistry(in: "\(directory)/registry") { (authority, transport) async throws in
                let failures = try await RegistryConformance(
                    client: Self.client(transport), registry: authority, directory: directory
                ).failures()
                #expect(failures == [])
            }
            #expect(try FileSystem.entries(of: "\(directory)/registry/blobs").allSatisfy { !$0.hasPrefix(IncomingFile.prefix) })
        }
    }

    @Test("keeps everything over a restart")
    func restart() async throws {
        try await withTemporaryDirectory { directory in
            let pushed = try await withRegistry(in: directory) { (authority, transport) async throws in
                let repository = Self.client(transport).repository(of: try Reference(parsing: "\(authority)/a/b:1"))
                return try await ModulePackage(descriptor: ["name": "x"], files: []).push(to: repository, tag: Tag("1"))
            }
            try await withRegistry(in: directory) { (authority, transport) async throws in
                let client = Self.client(transport)
                #expect(try await client.resolve(Reference(parsing: "\(authority)/a/b:1")).digest == pushed.digest)
                #expect(try await client.repository(of: Reference(parsing: "\(authority)/a/b:1")).tags() == [Tag("1")])
            }
        }
    }

    @Test(
        "serves ranges of content",
        arguments: [
            ("bytes=0-", 206, "abcdef", "bytes 0-5/6"), ("bytes=2-3", 206, "cd", "bytes 2-3/6"), ("bytes=4-99", 206, "ef", "bytes 4-5/6"),
            ("bytes=-2", 206, "ef", "bytes 4-5/6"), ("bytes=-99", 206, "abcdef", "bytes 0-5/6"), ("bytes=6-", 416, nil, "bytes */6"),
            ("bytes=-0", 416, nil, "bytes */6"), ("bytes=3-2", 200, "abcdef", nil), ("bytes=0-1,3-4", 200, "abcdef", nil),
            ("lines=1-2", 200, "abcdef", nil),
            ("bytes=x-", 200, "abcdef", nil), ("bytes=99999999999999999999-", 200, "abcdef", nil),
        ] as [(String, Int, String?, String?)])
    func ranges(field: String, status: Int, text: String?, range: String?) async throws {
        try await withTemporaryDirectory { directory in
            try await withRegistry(in: directory) { (authority, client) async throws in
                let content = Descriptor(mediaType: "a/b", of: Array("abcdef".utf8))
                try await Self.client(client).repository(of: Reference(parsing: "\(authority)/a:1")).push(
                    .bytes(Array("abcdef".utf8)), as: content)
                let answer = try await client.ask(.get, authority, "/v2/a/blobs/\(content.digest)", [.range: field])
                #expect(answer.status == status)
                if let text { #expect(answer.text == text) }
                #expect(answer.fields[.contentRange] == range)
            }
        }
    }

    @Test("lists tags in pages")
    func tagPages() async throws {
        try await withTemporaryDirectory { directory in
            try await withRegistry(in: directory) { (authority, client) async throws in
                let repository = Self.client(client).repository(of: try Reference(parsing: "\(authority)/a/b:1"))
                for tag in ["c", "a", "b", "d", "e"] {
                    try await ModulePackage(descriptor: ["tag": .string(tag)], files: []).push(to: repository, tag: Tag(tag))
                }
                let first = try await client.ask(.get, authority, "/v2/a/b/tags/list?n=2")
                #expect(first.text == #"{"name":"a/b","tags":["a","b"]}"#)
                #expect(first.fields[.init("Link")!] == #"</v2/a/b/tags/list?n=2&last=b>; rel="next""#)
                let last = try await client.ask(.get, authority, "/v2/a/b/tags/list?n=2&last=d")
                #expect(last.text == #"{"name":"a/b","tags":["e"]}"#)
                #expect(last.fields[.init("Link")!] == nil)
                #expect(try await client.ask(.get, authority, "/v2/a/b/tags/list?n=0").text == #"{"name":"a/b","tags":[]}"#)
            }
        }
    }

    @Test("asks who wants to push, and shows it to the one who decides")
    func authorization() async throws {
        try await withTemporaryDirectory { directory in
            let authorize: @Sendable (RegistryServer.Access) async throws -> RegistryServer.Verdict = { access in
                guard access.action == .push else { return .allowed }
                guard let authorization = access.authorization else { return .challenge(#"Basic realm="graft""#) }
                return authorization == "Basic Z3JhZnQ6cGFzc3dvcmQ=" && access.repository?.hasPrefix("mine/") == true ? .allowed : .denied
            }
            try await withRegistry(in: directory, authorize: authorize) { (authority, transport) async throws in
                let graft = Self.client(transport, .basic(user: "graft", password: "password"))
                let module = try ModulePackage(descriptor: ["name": "x"], files: [])
                let mine = try Reference(parsing: "\(authority)/mine/a:1")
                let pushed = try await module.push(to: graft.repository(of: mine), tag: Tag("1"))
                #expect(try await Self.client(transport).resolve(mine).digest == pushed.digest)
                for (client, name, code) in [
                    (Self.client(transport), "mine/a", OCIError.Code.unauthorized), (graft, "theirs/a", .denied),
                    (Self.client(transport, .basic(user: "a", password: "b")), "mine/a", .denied),
                ] {
                    let repository = client.repository(of: try Reference(parsing: "\(authority)/\(name):1"))
                    let error = await #expect(throws: OCIError.self) {
                        try await repository.push(.bytes([5]), as: Descriptor(mediaType: "a/b", of: [5]))
                    }
                    #expect(error?.code == code)
                }
            }
        }
    }

    @Test(
        "answers wrong requests as the specification says",
        arguments: [
            ("GET", "/v2/", 200, ""), ("GET", "/v2", 200, ""), ("GET", "/v2/a/manifests/1", 404, "NAME_UNKNOWN"),
            ("GET", "/v2/A/manifests/1", 400, "NAME_INVALID"),
            ("GET", "/v2/a/../b/manifests/1", 400, "NAME_INVALID"), ("GET", "/v2/a/%2e%2e/b/tags/list", 400, "NAME_INVALID"),
            ("GET", "/v2/a%2Fb/tags/list", 404, "NAME_UNKNOWN"),
            ("GET", "/v2/_tags/tags/list", 400, "NAME_INVALID"), ("GET", "/v2/a/blobs/sha256:x", 400, "DIGEST_INVALID"),
            ("GET", "/v2/a/blobs/sha256:..%2f..", 400, "DIGEST_INVALID"),
            ("GET", "/v2/a/manifests/-x", 404, "MANIFEST_UNKNOWN"), ("GET", "/v2/a/tags/list", 404, "NAME_UNKNOWN"),
            ("DELETE", "/v2/a/manifests/1", 405, "UNSUPPORTED"),
            ("GET", "/v2/a/nonsense", 404, "NOT_FOUND"), ("GET", "/v2/manifests/1", 400, "NAME_INVALID"),
            ("GET", "/v2/_catalog", 404, "NOT_FOUND"),
            ("GET", "/v2/a/referrers/sha256:x", 400, "DIGEST_INVALID"), ("PATCH", "/v2/a/blobs/uploads/none", 404, "BLOB_UPLOAD_UNKNOWN"),
            ("PUT", "/v2/a/manifests/1", 400, "MANIFEST_INVALID"),
            ("GET", "/v2/a/blobs/uploads/", 405, "UNSUPPORTED"),
        ])
    func wrongRequests(method: String, path: String, status: Int, code: String) async throws {
        try await withTemporaryDirectory { directory in
            try await withRegistry(in: directory) { (authority, client) async throws in
                let answer = try await client.ask(HTTPRequest.Method(method)!, authority, path)
                #expect(answer.status == status)
                #expect(answer.text.hasPrefix(code.isEmpty ? "{}" : #"{"errors":[{"code":"\#(code)""#), "\(answer.text)")
                #expect(answer.fields[.contentType] == "application/json")
            }
        }
    }
}
