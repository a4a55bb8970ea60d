import HTTPCore
import HTTPTypes
import JSON
import KubeCore
import Testing

@testable import KubeClient

@Suite struct ClientTests {
    @Test func `A request carries who asks, what it wants and where`() async throws {
        let transport = ScriptedTransport([.json([:])])
        let client = try Client(
            transport: transport, server: "https://api.test:6443/k8s/clusters/c1/", authentication: .bearer("secret"),
            impersonation: Impersonation(user: "jane", uid: "7", groups: ["a", "b"], extra: ["scopes": ["x"], "a/b c%": ["y", "z"]]),
            userAgent: "graft/1")
        _ = try await client.send(APIRequest(method: .post, path: "/api/v1/nodes", contentType: "application/json", body: ["a": 1]))

        let head = try #require(transport.requests.first?.head)
        #expect(head.method == .post)
        #expect(head.scheme == "https")
        #expect(head.authority == "api.test:6443")
        #expect(head.path == "/k8s/clusters/c1/api/v1/nodes")
        #expect(head.headerFields[.authorization] == "Bearer secret")
        #expect(head.headerFields[.userAgent] == "graft/1")
        #expect(head.headerFields[.accept] == "application/json")
        #expect(head.headerFields[.contentType] == "application/json")
        #expect(head.headerFields[.init("Impersonate-User")!] == "jane")
        #expect(head.headerFields[values: .init("Impersonate-Group")!] == ["a", "b"])
        #expect(head.headerFields[.init("Impersonate-Uid")!] == "7")
        #expect(head.headerFields[.init("Impersonate-Extra-scopes")!] == "x")
        #expect(head.headerFields[values: .init("Impersonate-Extra-a%2Fb%20c%25")!] == ["y", "z"])
        #expect(transport.requests.first?.body == ["a": 1])
    }

    @Test func `A Status becomes a KubeError`() async throws {
        let transport = ScriptedTransport([.failure(409, "AlreadyExists", message: "it is there")])
        let error = await #expect(throws: KubeError.self) { try await client(transport).send(APIRequest(path: "/x")) }
        #expect(error?.code == .alreadyExists)
        #expect(error?.status == 409)
        #expect(error?.message == "it is there")
    }

    @Test(
        "A Status without a reason gets the one of its code",
        arguments: [
            (404, KubeError.Code.notFound), (403, .forbidden), (429, .tooManyRequests), (503, .serviceUnavailable), (500, .internalError),
        ])
    func reasonOfCode(status: Int, code: KubeError.Code) async throws {
        let transport = ScriptedTransport([.json(["kind": "Status", "message": "m"], status: status)])
        let error = await #expect(throws: KubeError.self) { try await client(transport).send(APIRequest(path: "/x")) }
        #expect(error?.code == code)
        #expect(error?.status == status)
    }

    @Test func `An answer that is no Status shows its beginning`() async throws {
        let page = "<html>" + String(repeating: "x", count: 500)
        let transport = ScriptedTransport([.text(page, status: 502), .text("", status: 500), .text(page)])
        let client = try client(transport)
        for (status, said) in [(502, "<html>x"), (500, "an empty answer"), (200, "<html>x")] {
            let error = await #expect(throws: KubeError.self) { try await client.send(APIRequest(path: "/x")) }
            #expect(error?.code == .unexpectedAnswer)
            #expect(error?.status == status)
            #expect(error?.message.contains(said) ?? false)
            #expect(error?.message.contains("GET /x") ?? false)
            #expect((error?.message.utf8.count ?? 999) < 320)
        }
    }

    @Test("Retry-After is kept, within reason", arguments: [("7", 7), ("99999", 3600), ("soon", nil), ("-1", nil)] as [(String, Int?)])
    func retryAfter(header: String, seconds: Int?) async throws {
        let transport = ScriptedTransport([.json(["kind": "Status"], status: 429, headers: [.retryAfter: header])])
        let error = await #expect(throws: KubeError.self) { try await client(transport).send(APIRequest(path: "/x")) }
        #expect(error?.retryAfter == seconds.map { .seconds($0) })
    }

    @Test func `After a 401 the token is read anew, once`() async throws {
        try await withDirectory { directory in
            let path = "\(directory)/token"
            try write("old\n", to: path)
            let transport = ScriptedTransport([
                .json([:]), .failure(401, "Unauthorized"), .json(["fine": true]), .failure(401, "Unauthorized"),
                .failure(401, "Unauthorized"),
            ])
            let client = try client(transport, .tokenFile(path))
            _ = try await client.send(APIRequest(path: "/1"))
            try write("new\n", to: path)
            #expect(try await client.send(APIRequest(path: "/2")) == ["fine": true])
            let error = await #expect(throws: KubeError.self) { try await client.send(APIRequest(path: "/3")) }
            #expect(error?.code == .unauthorized)
            #expect(error?.message.contains("does not accept the credentials of the program: they have expired") == true)
            let tokens = transport.requests.map { $0.head.headerFields[.authorization] }
            #expect(tokens == ["Bearer old", "Bearer old", "Bearer new", "Bearer new", "Bearer new"])
        }
    }

    @Test func `A fixed token that is refused is not tried again`() async throws {
        let transport = ScriptedTransport([.failure(401, "Unauthorized"), .json([:])])
        await #expect(throws: KubeError.self) { try await client(transport, .bearer("x")).send(APIRequest(path: "/x")) }
        #expect(transport.requests.count == 1)
    }

    @Test func `Text is returned as it is`() async throws {
        #expect(try await client(ScriptedTransport([.text("ok")])).text(path: "/healthz") == "ok")
    }

    @Test(
        "What is no server's URL is refused",
        arguments: [
            "", "host:6443", "ftp://host", "https://", "https:///x", "https://user:pw@host", "https://host/?a=b", "https://host/#x",
            "https:host",
        ])
    func refusedServers(url: String) throws {
        let error = #expect(throws: ClientConfigurationError.self) { try client(ScriptedTransport([]), server: url) }
        #expect(!(error?.message.contains("pw") ?? true))
    }
}
