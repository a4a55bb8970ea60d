import HTTPCore
import JSON
import KubeCore
import Synchronization
import Testing

@testable import KubeClient

@Suite struct PagesTests {
    private static func page(_ names: [String], version: String = "5", next: String? = nil) -> ScriptedTransport.Answer {
        let items = names.map { JSON.object(["metadata": ["name": .string($0)]]) }
        var metadata: JSON = ["resourceVersion": .string(version)]
        if let next { metadata["continue"] = .string(next) }
        return .json(["apiVersion": "v1", "items": .array(items), "kind": "NodeList", "metadata": metadata])
    }

    private func nodes(_ transport: ScriptedTransport) throws -> Api<Node> { Api(try client(transport)) }

    @Test func `The next page is asked for while one is handled`() async throws {
        let transport = ScriptedTransport([Self.page(["1"], next: "a"), Self.page(["2"], next: "b"), Self.page(["3"])])
        var names: [String] = []
        try await nodes(transport).pages(ListOptions(limit: 1)) { page in
            if names.isEmpty { try await until { transport.requests.count > 1 } }
            names += page.items.map(\.metadata.name)
        }
        #expect(names == ["1", "2", "3"])
        #expect(transport.requests.map { $0.path.contains("continue") } == [false, true, true])
    }

    @Test func `Pages before the one that fails are handled`() async throws {
        let transport = ScriptedTransport([Self.page(["1"], next: "a"), .failure(410, "Expired")])
        var names: [String] = []
        let error = await #expect(throws: KubeError.self) {
            try await nodes(transport).pages(ListOptions(limit: 1)) { names += $0.items.map(\.metadata.name) }
        }
        #expect(error?.isExpired ?? false)
        #expect(names == ["1"])
    }

    @Test func `An error of the handler ends the reading`() async throws {
        struct Enough: Error {}
        let transport = ScriptedTransport((0..<100).map { Self.page(["\($0)"], next: "more") })
        await #expect(throws: Enough.self) { try await nodes(transport).pages(ListOptions(limit: 1)) { _ in throw Enough() } }
    }

    @Test func `An answer in many parts is read as a whole, with what can't be read set aside`() async throws {
        let names = (0..<3_000).map { "node-\($0)" }
        var answer = Self.page(names, version: "8")
        var bytes = answer.parts[0]
        bytes.replaceSubrange(
            bytes.startIndex..., with: String(decoding: bytes, as: UTF8.self).replacing("node-1500\"", with: "x\",\"uid\":7").utf8)
        answer.parts = stride(from: 0, to: bytes.count, by: 777).map { Array(bytes[$0..<min($0 + 777, bytes.count)]) }
        let list = try await nodes(ScriptedTransport([answer])).page(ListOptions())
        #expect(list.items.map(\.metadata.name) == names.filter { $0 != "node-1500" })
        #expect(list.undecodable.map(\.message) == ["items[1500].metadata.uid: wanted a string, found integer"])
        #expect(list.resourceVersion == "8")
    }

    @Test func `An answer that breaks off is an error, not a shorter list`() async throws {
        var answer = Self.page(["1", "2"])
        answer.parts = [Array(answer.parts[0].dropLast(30))]
        let transport = ScriptedTransport([answer])
        let error = await #expect(throws: KubeError.self) { try await nodes(transport).page(ListOptions()) }
        #expect(error?.code == .unexpectedAnswer)
        #expect(error?.message.contains("GET /api/v1/nodes: the answer is no list") ?? false)
    }
}
