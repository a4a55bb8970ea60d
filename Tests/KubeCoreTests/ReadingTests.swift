import JSON
import Randomness
import Testing

@testable import KubeCore

/// Three hundred levels deep, and an integer of twenty digits: what an API server stores and our parser refuses.
private let tooDeep = String(repeating: "[", count: 300) + String(repeating: "]", count: 300)
private let tooLarge = "100000000000000000000"

@Suite struct ResourceListTests {
    private func list(_ items: [String], metadata: String = "{}") throws -> ResourceList<ConfigMap> {
        try ResourceList(
            parsing: Array(#"{"kind":"ConfigMapList","metadata":\#(metadata), "items": [\#(items.joined(separator: ","))]}"#.utf8))
    }

    @Test func `An item that can't be read is set aside with its name`() throws {
        let list = try list(
            [
                #"{"metadata":{"name":"a"}}"#, #"{"metadata":{"name":"b","namespace":"n","resourceVersion":"3"},"data":{"x":1}}"#, "7",
                #"{"data":{"x":\#(tooDeep)},"metadata":{"name":"c"}}"#, #"{"metadata":{"name":"d"},"size":\#(tooLarge)}"#,
                #"{"metadata":{"name":"e"},"metadata":{"name":"f"}}"#, #"{"metadata":{"name":"g"}}"#,
            ], metadata: #"{"resourceVersion":"9","continue":"t","remainingItemCount":4}"#)
        #expect(list.items.map(\.metadata.name) == ["a", "g"])
        #expect(list.resourceVersion == "9")
        #expect(list.continueToken == "t")
        #expect(list.remaining == 4)
        #expect(list.undecodable.map { $0.key?.description } == ["n/b", nil, "c", "d", "e"])
        #expect(list.undecodable[0].message == "items[1].data.x: wanted a string, found integer")
        #expect(list.undecodable[0].resourceVersion == "3")
    }

    @Test func `An empty list is one, and an empty continue token is none`() throws {
        #expect(try ResourceList<Node>(parsing: Array(#"{"items":null}"#.utf8)).items.isEmpty)
        let list = try list([], metadata: #"{"continue":""}"#)
        #expect(list.items.isEmpty && list.undecodable.isEmpty)
        #expect(list.continueToken == nil)
    }

    @Test func `A list is read in whatever order its members come`() throws {
        let text =
            #"{ "items" : [ {"metadata":{"name":"a"}} , {"metadata":{"name":"b"}} ] , "other":[{}], "metadata":{"resourceVersion":"9"} }"#
        let list = try ResourceList<Node>(parsing: Array(text.utf8))
        #expect(list.items.map(\.metadata.name) == ["a", "b"])
        #expect(list.resourceVersion == "9")
    }

    @Test func `A typed object and a dynamic one are read from a list's bytes as from its tree`() throws {
        let item: JSON = [
            "apiVersion": "v1", "kind": "Node",
            "metadata": [
                "name": "n", "labels": ["kubernetes.io/hostname": "n"],
                "managedFields": [["manager": "kubelet", "fieldsV1": ["f:status": [:]]]],
                "creationTimestamp": "2026-01-01T00:00:00.5+01:00",
                "ownerReferences": [["apiVersion": "v1", "kind": "A", "name": "a", "uid": "u"]],
            ],
            "spec": ["unschedulable": true],
            "status": ["conditions": [["type": "Ready", "status": "True", "lastTransitionTime": "2026-01-01T00:00:00Z"]]],
        ]
        let bytes = JSON.object(["items": [item], "metadata": ["resourceVersion": "1"]]).bytes()
        #expect(try ResourceList<Node>(parsing: bytes).items == [Node(from: item)])
        #expect(try ResourceList<DynamicObject>(parsing: bytes).items == [DynamicObject(from: item)])
        #expect(try ResourceList<DynamicObject>(parsing: bytes).items.first?.json == item)
    }

    @Test(
        "What is no list is refused",
        arguments: [
            #"{"kind":"Status"}"#, "7", #"{"items":7}"#, #"{"items":[],}"#, #"{"items":[1}"#, #"{"items":[1,]}"#, #"{"items":[]} x"#,
            #"{"items":[]"#, "", #"{"metadata":{"a":1,"a":2},"items":[]}"#, #"{"items":[],"items":[]}"#, #"{"items":[{"metadata":{}}{}]}"#,
        ])
    func refusing(text: String) { #expect(throws: (any Error).self) { try ResourceList<Node>(parsing: Array(text.utf8)) } }
}

@Suite struct WatchLineTests {
    private func name(_ line: String) throws -> String {
        switch try WatchLine<Node>(parsing: Array(line.utf8)[...]) {
        case .event(.added(let node)): "added \(node.metadata.name)"
        case .event(.modified(let node)): "modified \(node.metadata.name)"
        case .event(.deleted(let node)): "deleted \(node.metadata.name)"
        case .event(.bookmark(let version, let end)): "bookmark \(version) \(end)"
        case .event(.error(let error)): "error \(error.code) \(error.status)"
        case .undecodable(let object): "undecodable \(object.key?.name ?? "?") \(object.resourceVersion ?? "?")"
        }
    }

    @Test(
        "Every kind of line is read",
        arguments: [
            (#"{"type":"ADDED","object":{"metadata":{"name":"n"}}}"#, "added n"),
            (#"{ "object" : {"metadata":{"name":"n"}} , "type" : "MODIFIED" }"#, "modified n"),
            (#"{"type":"DELETED","object":{"metadata":{"name":"n"}}}"#, "deleted n"),
            (#"{"type":"BOOKMARK","object":{"kind":"Node","metadata":{"resourceVersion":"12"}}}"#, "bookmark 12 false"),
            (
                #"{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"12","annotations":{"k8s.io/initial-events-end":"true"}}}}"#,
                "bookmark 12 true"
            ),
            (#"{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old"}}"#, "error Expired 410"),
            (#"{"type":"ADDED","object":{"metadata":{"name":"n","labels":{"a":1}}}}"#, "undecodable n ?"),
            (#"{"type":"ADDED","object":{"metadata":{"name":"n","resourceVersion":"5"},"spec":\#(tooDeep)}}"#, "undecodable n 5"),
            (#"{"type":"ADDED","object":{"spec":\#(tooLarge),"metadata":{"name":"n","resourceVersion":"5"}}}"#, "undecodable n 5"),
            (#"{"type":"ADDED","object":7}"#, "undecodable ? ?"),
        ])
    func reading(line: String, expected: String) throws { #expect(try name(line) == expected) }

    @Test(
        "What is no event is refused",
        arguments: [
            #"{}"#, #"{"type":"NEW","object":{}}"#, #"{"type":"ADDED"}"#, #"{"type":"BOOKMARK","object":{"metadata":{}}}"#, "[]", "",
            #"{"type":1,"object":{}}"#, #"{"type":"ADDED","object":{}"#, #"{"type":"ERROR","object":7}"#, #"{"type":"ADDED","object":{}}}"#,
        ])
    func refusing(line: String) throws { #expect(throws: (any Error).self) { try WatchLine<Node>(parsing: Array(line.utf8)[...]) } }
}

@Suite struct RawJSONTests {
    private func random(_ depth: Int, _ random: inout SeededRandom) -> JSON {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 6), using: &random) {
        case 0: .null
        case 1: .bool(Bool.random(using: &random))
        case 2: .integer(Int64.random(in: -1000...1000, using: &random))
        case 3: .double(Double(Int.random(in: -1000...1000, using: &random)) / 8)
        case 4: .string(["", "{", "]", "\"", "\\", "a\\\"b", "ä,:", "\n"].randomElement(using: &random)!)
        case 5: .string("x")
        case 6: .array((0..<Int.random(in: 0..<5, using: &random)).map { _ in self.random(depth - 1, &random) })
        default:
            .object(
                (0..<Int.random(in: 0..<5, using: &random)).reduce(into: [:]) { object, number in
                    object[["a", "b{", "c\"", "d"].randomElement(using: &random)! + "\(number)"] = self.random(depth - 1, &random)
                })
        }
    }

    /// Everything in a value, found without reading it, must be what reading it finds.
    private func agree(_ raw: RawJSON, _ json: JSON) -> Bool {
        guard (try? JSON.parse(raw.bytes)) == json, raw.elements()?.count == json.array?.count, raw.member("not there") == nil else {
            return false
        }
        return zip(raw.elements() ?? [], json.array ?? []).allSatisfy(agree)
            // Names that need escapes are not looked for.
            && (json.object ?? [:]).filter { JSON.string($0.0).text() == "\"\($0.0)\"" }
                .allSatisfy { key, value in raw.member(key).map { agree($0, value) } ?? false }
    }

    @Test("It finds what the parser finds", arguments: [JSONStyle.compact, .pretty])
    func agreement(style: JSONStyle) throws {
        var random = SeededRandom(seed: 9)
        for _ in 0..<500 {
            let json = self.random(4, &random)
            #expect(agree(try #require(RawJSON(json.bytes(style)[...])), json))
        }
    }

    @Test func `Whatever the bytes are, what the parser accepts is found, and nothing breaks`() throws {
        var random = SeededRandom(seed: 10)
        for _ in 0..<4000 {
            var bytes = self.random(3, &random).bytes()
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let place = Int.random(in: 0...bytes.count, using: &random)
                bytes.insert(Array("{}[]\",:\\ 0".utf8).randomElement(using: &random)!, at: place)
                if place < bytes.count, Bool.random(using: &random) { bytes.remove(at: place) }
            }
            let raw = RawJSON(bytes[...])
            _ = raw?.member("a0")
            _ = raw?.elements()
            if let json = try? JSON.parse(bytes) { #expect(raw.map { agree($0, json) } ?? false, "\(json.text())") }
        }
    }
}
