import JSON
import Randomness
import Testing

@Suite("JSON patches")
struct JSONPatchTests {
    func patch(_ text: String) throws -> JSONPatch { try JSONPatch(from: try JSON.parse(text)) }

    @Test(
        "a patch changes what it says",
        arguments: [
            // add
            (#"{"a":1}"#, #"[{"op":"add","path":"/b","value":2}]"#, #"{"a":1,"b":2}"#),
            (#"{"a":1}"#, #"[{"op":"add","path":"/a","value":null}]"#, #"{"a":null}"#),
            (#"{"a":[1,3]}"#, #"[{"op":"add","path":"/a/1","value":2}]"#, #"{"a":[1,2,3]}"#),
            (#"{"a":[1]}"#, #"[{"op":"add","path":"/a/1","value":2}]"#, #"{"a":[1,2]}"#),
            (#"{"a":[1]}"#, #"[{"op":"add","path":"/a/-","value":[2]}]"#, #"{"a":[1,[2]]}"#),
            (#"{"a":1}"#, #"[{"op":"add","path":"","value":[]}]"#, "[]"),
            (#"{}"#, #"[{"op":"add","path":"/","value":1}]"#, #"{"":1}"#),
            (#"{}"#, #"[{"op":"add","path":"/a~1b~0c","value":1}]"#, #"{"a/b~c":1}"#),
            (#"{"a":{"b":{"c":1}}}"#, #"[{"op":"add","path":"/a/b/d","value":2}]"#, #"{"a":{"b":{"c":1,"d":2}}}"#),
            // remove
            (#"{"a":1,"b":2}"#, #"[{"op":"remove","path":"/a"}]"#, #"{"b":2}"#),
            (#"[1,2,3]"#, #"[{"op":"remove","path":"/1"}]"#, #"[1,3]"#),
            // replace
            (#"{"a":1}"#, #"[{"op":"replace","path":"/a","value":{"b":2}}]"#, #"{"a":{"b":2}}"#),
            (#"[1,2]"#, #"[{"op":"replace","path":"/0","value":0}]"#, #"[0,2]"#),
            (#"1"#, #"[{"op":"replace","path":"","value":2}]"#, #"2"#),
            // move
            (#"{"a":{"b":1},"c":{}}"#, #"[{"op":"move","from":"/a/b","path":"/c/d"}]"#, #"{"a":{},"c":{"d":1}}"#),
            (#"[1,2,3]"#, #"[{"op":"move","from":"/0","path":"/2"}]"#, #"[2,3,1]"#),
            (#"{"a":1}"#, #"[{"op":"move","from":"/a","path":"/a"}]"#, #"{"a":1}"#),
            (#"{"a":{"b":1}}"#, #"[{"op":"move","from":"/a/b","path":"/a"}]"#, #"{"a":1}"#),
            // copy
            (#"{"a":[1]}"#, #"[{"op":"copy","from":"/a/0","path":"/a/-"}]"#, #"{"a":[1,1]}"#),
            (#"{"a":1}"#, #"[{"op":"copy","from":"","path":"/b"}]"#, #"{"a":1,"b":{"a":1}}"#),
            // test
            (
                #"{"a":[1,{"b":2.0,"c":null}]}"#, #"[{"op":"test","path":"/a","value":[1.0,{"c":null,"b":2}]}]"#,
                #"{"a":[1,{"b":2.0,"c":null}]}"#
            ),
            (#"{"a":1}"#, #"[{"op":"test","path":"","value":{"a":1}},{"op":"remove","path":"/a"}]"#, #"{}"#),
            // members a patch does not know are ignored; later operations see what earlier ones did
            (#"{}"#, #"[{"op":"add","path":"/a","value":{},"x":1},{"op":"add","path":"/a/b","value":1}]"#, #"{"a":{"b":1}}"#),
            (#"{}"#, "[]", #"{}"#),
        ])
    func made(document: String, patch text: String, result: String) throws {
        let document = try JSON.parse(document)
        let patch = try patch(text)
        #expect(try document.patched(with: patch) == JSON.parse(result))
        #expect(try JSONPatch(from: patch.json) == patch)
    }

    @Test(
        "a patch that can't be made says which operation, where and why",
        arguments: [
            (#"{"a":1}"#, #"[{"op":"test","path":"/a","value":2}]"#, .testFailed, "operation 0 (test \"/a\"): wanted 2, found 1"),
            (#"{"a":"1"}"#, #"[{"op":"test","path":"/a","value":1}]"#, .testFailed, "operation 0 (test \"/a\"): wanted 1, found \"1\""),
            (
                #"{"a":{}}"#, #"[{"op":"test","path":"/a","value":[]}]"#, .testFailed,
                "operation 0 (test \"/a\"): wanted array, found object"
            ),
            (
                #"{}"#, #"[{"op":"test","path":"/a","value":null}]"#, .missing,
                "operation 0 (test \"/a\"): wanted a value, found nothing there"
            ),
            (#"{}"#, #"[{"op":"remove","path":"/a"}]"#, .missing, "operation 0 (remove \"/a\"): wanted a value, found nothing there"),
            (
                #"{}"#, #"[{"op":"remove","path":""}]"#, .impossible,
                "operation 0 (remove \"\"): the whole document cannot be removed; wanted a path inside it"
            ),
            (
                #"{}"#, #"[{"op":"replace","path":"/a","value":1}]"#, .missing,
                "operation 0 (replace \"/a\"): wanted a member \"a\", found none"
            ),
            (#"{}"#, #"[{"op":"add","path":"/a/b","value":1}]"#, .missing, "operation 0 (add \"/a/b\"): wanted a member \"a\", found none"),
            (
                #"{"a":1}"#, #"[{"op":"add","path":"/a/b","value":1}]"#, .missing,
                "operation 0 (add \"/a/b\"): wanted an object or array to hold it, found integer"
            ),
            (#"[1]"#, #"[{"op":"add","path":"/2","value":1}]"#, .missing, "operation 0 (add \"/2\"): index 2 lies outside the array of 1"),
            (
                #"[1]"#, #"[{"op":"add","path":"/01","value":1}]"#, .impossible,
                "operation 0 (add \"/01\"): wanted an array index, found \"01\""
            ),
            (#"[1]"#, #"[{"op":"remove","path":"/-"}]"#, .impossible, "operation 0 (remove \"/-\"): wanted an array index, found \"-\""),
            (
                #"[1]"#, #"[{"op":"replace","path":"/1","value":1}]"#, .missing,
                "operation 0 (replace \"/1\"): index 1 lies outside the array of 1"
            ),
            (
                #"{"a":{}}"#, #"[{"op":"move","from":"/a","path":"/a/b"}]"#, .impossible,
                "operation 0 (move \"/a/b\"): a value cannot be moved into itself; wanted a path outside \"/a\""
            ),
            (
                #"{"a":1}"#, #"[{"op":"remove","path":"/a"},{"op":"move","from":"/a","path":"/b"}]"#, .missing,
                "operation 1 (move \"/a\"): wanted a value, found nothing there"
            ),
            (
                #"{"a":1}"#, #"[{"op":"copy","from":"/x","path":"/b"}]"#, .missing,
                "operation 0 (copy \"/x\"): wanted a value, found nothing there"
            ),
        ] as [(String, String, JSONPatchError.Kind, String)])
    func impossible(document: String, patch text: String, kind: JSONPatchError.Kind, message: String) throws {
        let document = try JSON.parse(document)
        let patch = try patch(text)
        let error = #expect(throws: JSONPatchError.self) { try document.patched(with: patch) }
        #expect(error?.kind == kind)
        #expect(error?.description == message)
    }

    @Test(
        "what is no patch names the field",
        arguments: [
            ("{}", "the document: wanted an array, found object"),
            ("[1]", "[0]: wanted an object, found integer"),
            (#"[{"path":"/a"}]"#, "[0].op: wanted a value, found nothing"),
            (#"[{"op":"remove"}]"#, "[0].path: wanted a value, found nothing"),
            (#"[{"op":"frob","path":"/a"}]"#, "[0].op: wanted add, remove, replace, move, copy or test, found \"frob\""),
            (#"[{"op":"add","path":"/a"}]"#, "[0].value: wanted a value, found nothing"),
            (#"[{"op":"move","path":"/a"}]"#, "[0].from: wanted a value, found nothing"),
            (#"[{"op":"remove","path":"a"}]"#, "[0].path: wanted a JSON pointer, found \"a\" (wanted it to be empty or to start with '/')"),
        ])
    func unreadable(text: String, message: String) throws {
        let error = #expect(throws: JSONDecodingError.self) { try patch(text) }
        #expect(error?.description == message)
    }

    @Test("copies that double the document are stopped before they cost anything")
    func copyBomb() throws {
        let operations = (0..<60).map { JSONPatch.Operation.copy(from: JSONPointer(), to: JSONPointer(tokens: ["\($0)"])) }
        let error = #expect(throws: JSONPatchError.self) { try JSON.object(["a": 1]).patched(with: JSONPatch(operations)) }
        #expect(error?.reason == "wanted at most 1000000 values copied by a patch")
    }

    @Test("operations that nest ever deeper are stopped at the limit")
    func depthBomb() throws {
        let operations = (0..<1000).map { JSONPatch.Operation.add(JSONPointer(tokens: Array(repeating: "a", count: $0)), ["a": 1]) }
        let error = #expect(throws: JSONPatchError.self) { try JSON.object([:]).patched(with: JSONPatch(operations)) }
        #expect(error?.index == 128)
        #expect(error?.reason == "the result would be nested deeper than 128 arrays and objects")
    }

    @Test("more operations than allowed are refused")
    func tooMany() throws {
        let patch = JSONPatch(Array(repeating: .test(JSONPointer(), 1), count: 3))
        let error = #expect(throws: JSONPatchError.self) {
            try JSON.integer(1).patched(with: patch, limits: JSONPatchLimits(operations: 2))
        }
        #expect(error?.index == 2)
    }

    @Test("random patches never crash, and one that fails has changed nothing")
    func random() throws {
        var generator = SeededRandom(seed: 3)
        var made = 0
        for _ in 0..<3000 {
            let document = JSON.random(depth: 3, using: &generator)
            let before = document.text()
            let operations = (0..<4).map { _ in Self.randomOperation(on: document, using: &generator) }
            do throws(JSONPatchError) {
                let result = try document.patched(with: JSONPatch(operations))
                made += 1
                #expect((try? JSON.parse(result.bytes())) == result)
            } catch { #expect((0..<4).contains(error.index)) }
            #expect(document.text() == before)
        }
        #expect(made > 50)
    }

    private static func randomOperation(on document: JSON, using generator: inout SeededRandom) -> JSONPatch.Operation {
        let value = JSON.random(depth: 1, using: &generator)
        let pointer = randomPointer(into: document, using: &generator)
        switch Int.random(in: 0..<6, using: &generator) {
        case 0: return .add(pointer, value)
        case 1: return .remove(pointer)
        case 2: return .replace(pointer, value)
        case 3: return .move(from: pointer, to: randomPointer(into: document, using: &generator))
        case 4: return .copy(from: pointer, to: randomPointer(into: document, using: &generator))
        default: return .test(pointer, document[pointer] ?? value)
        }
    }

    private static func randomPointer(into document: JSON, using generator: inout SeededRandom) -> JSONPointer {
        var pointer = JSONPointer()
        var value = document
        while Int.random(in: 0..<4, using: &generator) > 0 {
            switch value {
            case .object(let members):
                guard let key = members.keys.randomElement(using: &generator) else { return pointer.appending("new") }
                pointer.tokens.append(key)
                value = members[key]!
            case .array(let elements):
                let index = Int.random(in: 0...elements.count, using: &generator)
                pointer.tokens.append(index == elements.count ? "-" : "\(index)")
                guard index < elements.count else { return pointer }
                value = elements[index]
            default: return pointer
            }
        }
        return pointer
    }
}
