import HTTPTypes
import Harness
import JSON
import KubeServer
import Randomness
import Testing

@Suite("Whatever is asked", .serialized)
struct RequestFuzzTests {
    private struct Seed {
        var method: HTTPRequest.Method
        var target: String
        var type: String?
        var accept: String?
        var body: String = ""
    }

    /// `k8s`, 0, and a `runtime.Unknown` with a ConfigMap: what `kubectl create configmap` sends.
    private static let protobuf: [UInt8] =
        [0x6B, 0x38, 0x73, 0x00, 0x0A, 0x0F, 0x0A, 0x02, 0x76, 0x31, 0x12, 0x09] + Array("ConfigMap".utf8)
        + [
            0x12, 0x1B, 0x0A, 0x11, 0x0A, 0x01, 0x78, 0x12, 0x00, 0x1A, 0x00, 0x22, 0x00, 0x2A, 0x00, 0x32, 0x00, 0x38, 0x00, 0x42, 0x00,
            0x12,
            0x06, 0x0A, 0x01, 0x61, 0x12, 0x01, 0x62, 0x1A, 0x00, 0x22, 0x00,
        ]

    /// The same, with a number of seconds as the time of its creation.
    private static func protobuf(created seconds: Int64) -> [UInt8] {
        var varint: [UInt8] = []
        var rest = UInt64(bitPattern: seconds)
        repeat {
            varint.append(UInt8(rest & 0x7F) | (rest > 0x7F ? 0x80 : 0))
            rest >>= 7
        } while rest > 0
        func field(_ number: UInt8, _ content: [UInt8]) -> [UInt8] { [number << 3 | 2, UInt8(content.count)] + content }
        let metadata = field(1, Array("t".utf8)) + field(8, [0x08] + varint)
        let type = field(1, Array("v1".utf8)) + field(2, Array("ConfigMap".utf8))
        return [0x6B, 0x38, 0x73, 0x00] + field(1, type) + field(2, field(1, metadata))
    }

    @Test("A time that no calendar has is refused", arguments: [Int64.max, .min, 1 << 45, -1 << 45])
    func times(seconds: Int64) async throws {
        try await Way.runInProcess { api, server async throws in
            func post(_ body: [UInt8]) async -> Int {
                var headers: HTTPFields = [:]
                headers[.contentType] = "application/vnd.kubernetes.protobuf"
                return await server.handle(
                    ServerRequest(
                        method: .post, target: "/api/v1/namespaces/default/configmaps", headers: headers, body: body, user: .admin)
                ).status.code
            }
            #expect(await post(Self.protobuf(created: seconds)) == 400)
            #expect(await post(Self.protobuf(created: 1_700_000_000)) == 201)
        }
    }

    private static let widget =
        #"{"apiVersion":"test.graft.dev/v1","kind":"Widget","metadata":{"name":"a","labels":{"x":"y"}},"spec":{"class":"e"}}"#

    private static let seeds: [Seed] = [
        Seed(method: .get, target: Widget.path + "?limit=1&labelSelector=x%20in%20(y,z),!q&fieldSelector=spec.class%3De"),
        Seed(method: .get, target: Widget.path + "?resourceVersion=7&resourceVersionMatch=Exact&continue=eyJ2IjoiZ3JhZnQvMSJ9"),
        Seed(method: .get, target: Widget.path + "/a", accept: "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"),
        Seed(method: .get, target: "/openapi/v3/apis/test.graft.dev/v1", accept: "application/json"),
        Seed(method: .get, target: "/apis/test.graft.dev/v1"),
        Seed(method: .post, target: Widget.path + "?fieldManager=f&dryRun=All", type: "application/json", body: widget),
        Seed(
            method: .post, target: Widget.path, type: "application/yaml", body: "kind: Widget\nmetadata: {name: b}\nspec: {class: [x, y]}"),
        Seed(method: .put, target: Widget.path + "/a", type: "application/json", body: widget),
        Seed(
            method: .patch, target: Widget.path + "/a", type: "application/json-patch+json",
            body: #"[{"op":"replace","path":"/spec/class","value":"f"},{"op":"copy","from":"/spec","path":"/metadata/labels/y"}]"#),
        Seed(
            method: .patch, target: Widget.path + "/a", type: "application/merge-patch+json",
            body: #"{"spec":{"tags":["a",null],"parts":null}}"#),
        Seed(method: .patch, target: Widget.path + "/a?fieldManager=m&force=true", type: "application/apply-patch+yaml", body: widget),
        Seed(
            method: .patch, target: "/api/v1/namespaces/shop/configmaps/c", type: "application/strategic-merge-patch+json",
            body: #"{"data":{"a":null},"$retainKeys":["data"],"$setElementOrder/ports":[1],"$deleteFromPrimitiveList/finalizers":["a"]}"#),
        Seed(
            method: .delete, target: Widget.path + "/a", type: "application/json",
            body: #"{"preconditions":{"uid":"x"},"propagationPolicy":"Orphan"}"#),
        Seed(
            method: .post, target: "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", type: "application/json", body: #"{"spec":{}}"#
        ),
    ]

    @Test("There is an answer, and the server goes on", arguments: [1, 2, 3] as [UInt64])
    func answers(seed: UInt64) async throws {
        try await Way.runInProcess { api, server async throws in
            _ = try await api.create("/api/v1/namespaces/shop/configmaps", ["metadata": ["name": "c"], "data": ["a": "b"]])
            var random = SeededRandom(seed: seed)
            for _ in 0..<1_200 {
                var request = Self.seeds.randomElement(using: &random)!
                var body = Array(request.body.utf8)
                if Int.random(in: 0..<8, using: &random) == 0 {
                    request.type = "application/vnd.kubernetes.protobuf"
                    request.target = "/api/v1/namespaces/shop/configmaps"
                    request.method = .post
                    body = Self.protobuf
                }
                request.target = String(decoding: Self.mutated(Array(request.target.utf8), &random), as: UTF8.self)
                body = Self.mutated(body, &random)
                var headers: HTTPFields = [:]
                headers[.contentType] = request.type.map { String(decoding: Self.mutated(Array($0.utf8), &random), as: UTF8.self) }
                headers[.accept] = request.accept.map { String(decoding: Self.mutated(Array($0.utf8), &random), as: UTF8.self) }
                let answer = await server.handle(
                    ServerRequest(method: request.method, target: request.target, headers: headers, body: body, user: .admin))
                #expect((200..<600).contains(answer.status.code))
                switch answer.body {
                case .bytes(let bytes):
                    if answer.status.code >= 400 { #expect(try JSON.parse(bytes)["kind"] == "Status") }
                case .watch(let stream): stream.stop()
                }
            }
            #expect(try await api.get("/api/v1/namespaces/default").status == 200)
            // Everything that was let in can still be listed and read.
            #expect(try await api.get(Widget.everywhere).status == 200)
            #expect(try await api.get("/api/v1/configmaps").status == 200)
        }
    }

    /// Most of the time a few bytes are changed, repeated, taken out or put in; now and then none.
    private static func mutated(_ bytes: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 0..<4, using: &random) where !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<5, using: &random) {
            case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
            case 1: bytes.remove(at: place)
            case 2: bytes.insert(Array("{}[]\",:/%?&=\\0-".utf8).randomElement(using: &random)!, at: place)
            case 3: bytes.removeSubrange(place..<min(bytes.count, place + 8))
            default: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 8)], at: place)
            }
        }
        return bytes
    }
}
