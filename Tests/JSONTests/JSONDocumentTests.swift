import JSON
import Randomness
import Testing

/// A model of which every kind of member is read.
private struct Model: JSONObjectDecodable, Equatable {
    var name: String
    var size: Int?
    var shares: [Double]
    var flags: [String: Bool]
    var inner: [Model]
    var rest: JSON?

    init(reading members: JSONMembers) throws(JSONDecodingError) {
        name = try members.required("name")
        size = try members.optional("size")
        shares = try members.optional("shares", default: [])
        flags = try members.optional("flags", default: [:])
        inner = try members.nested("inner")?.required("models") ?? []
        rest = try members.optional("rest")
    }
}

/// Reads a tree alone, as the protocol's first requirement has it.
private struct TreeModel: JSONDecodable, Equatable {
    var text: String

    init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) { text = try JSONReader(json, at: path).required("text") }
}

private struct Holder: JSONObjectDecodable {
    var models: [TreeModel]

    init(reading members: JSONMembers) throws(JSONDecodingError) { models = try members.required("models") }
}

/// Every value taken from a document one by one.
private struct Copy: JSONDecodable {
    var json: JSON

    init(from json: JSON, at path: JSONPath) { self.json = json }

    init(reading node: JSONNode) throws(JSONDecodingError) {
        switch node.kind {
        case "null": json = .null
        case "boolean": json = .bool(try Bool(reading: node))
        case "integer": json = .integer(try Int64(reading: node))
        case "number": json = .double(try Double(reading: node))
        case "string": json = .string(try String(reading: node))
        case "array": json = .array(try [Copy](reading: node).map(\.json))
        default: json = .object(try [String: Copy](reading: node).reduce(into: [:]) { $0[$1.key] = $1.value.json })
        }
    }
}

@Suite("Reading documents straight from bytes")
struct JSONDocumentTests {
    @Test("every value of a document is what its tree has")
    func copies() throws {
        var generator = SeededRandom(seed: 11)
        for _ in 0..<2000 {
            let tree = JSON.random(depth: 4, using: &generator)
            #expect(try Copy(parsing: tree.bytes()).json == tree)
            #expect(try JSON(parsing: tree.bytes(.pretty)) == tree)
        }
    }

    @Test(
        "a model says the same of a tree and of a document, errors and their places included",
        arguments: [
            (#"{"name":"a"}"#, nil),
            (#"{"rest":[1,{"x":null}],"flags":{"y":true},"shares":[1,2.5],"size":7.0,"name":"\u00e9"}"#, nil),
            (#"{"name":"a","size":null,"shares":null,"inner":null,"other":{"deep":[{}]}}"#, nil),
            (#"{"name":"a","inner":{"models":[{"name":"b"},{"name":"c","size":-1}]}}"#, nil),
            (#"{"na\u006de":"an escaped key"}"#, nil),
            (#"[]"#, "the document: wanted an object, found array"),
            (#"{}"#, "name: wanted a value, found nothing"),
            (#"{"name":null}"#, "name: wanted a value, found nothing"),
            (#"{"name":7}"#, "name: wanted a string, found integer"),
            (#"{"name":"a","size":7.5}"#, "size: wanted an integer, found number"),
            (#"{"name":"a","size":"7"}"#, "size: wanted an integer, found string"),
            (#"{"skipped":[{"name":1}],"name":"a","shares":[0,1,"2"]}"#, "shares[2]: wanted a number, found string"),
            (#"{"name":"a","shares":{}}"#, "shares: wanted an array, found object"),
            (#"{"name":"a","flags":{"x":true,"y.z":0}}"#, "flags[y.z]: wanted a boolean, found integer"),
            (#"{"name":"a","flags":false}"#, "flags: wanted an object, found boolean"),
            (#"{"name":"a","inner":[]}"#, "inner: wanted an object, found array"),
            (#"{"name":"a","inner":{}}"#, "inner.models: wanted a value, found nothing"),
            (#"{"name":"a","inner":{"models":[{"name":"b"},{"name":true}]}}"#, "inner.models[1].name: wanted a string, found boolean"),
        ])
    func models(text: String, message: String?) throws {
        let tree = try JSON.parse(text)
        guard let message else { return #expect(try Model(parsing: Array(text.utf8)) == Model(from: tree)) }
        let fromTree = #expect(throws: JSONDecodingError.self) { try Model(from: tree) }
        let fromBytes = #expect(throws: JSONDecodingError.self) { try Model(parsing: Array(text.utf8)) }
        #expect(fromTree?.description == message)
        #expect(fromBytes == fromTree)
    }

    @Test("an error says where the document stands in what it was taken from")
    func path() {
        let error = #expect(throws: JSONDecodingError.self) {
            try Model(parsing: Array(#"{"name":1}"#.utf8)[...], at: JSONPath([.key("items"), .index(3)]))
        }
        #expect(error?.description == "items[3].name: wanted a string, found integer")
    }

    @Test(
        "what a model skips is checked all the same",
        arguments: [
            (#"{"x":[1,],"name":"a"}"#, "line 1, column 9: wanted a value, found ']'"),
            (#"{"name":"a","x":{"k":1,"k":2}}"#, "line 1, column 24: the key \"k\" stands twice in this object; wanted each key once"),
            (#"{"name":"a","x":1,"x":2}"#, "line 1, column 19: the key \"x\" stands twice in this object; wanted each key once"),
            (#"{"name":"a","x":"\ud800"}"#, "line 1, column 18: a high surrogate stands alone; wanted a low surrogate after it"),
            (#"{"name":"a","x":01}"#, "line 1, column 17: a number starts with a needless 0; wanted it without"),
            (#"{"name":"a","x":1e999}"#, "line 1, column 17: the number is too large for a double; wanted one below 1.8e308"),
            (#"{"name":"a","x":"b}"#, "line 1, column 17: the string that starts here has no end; wanted a closing quote"),
            (#"{"name":"a"} {}"#, "line 1, column 14: wanted the end of the document, found '{'"),
        ])
    func skipped(text: String, message: String) {
        let error = #expect(throws: JSONSyntaxError.self) { try Model(parsing: Array(text.utf8)) }
        #expect(error?.description == message)
        let ofTree = #expect(throws: JSONSyntaxError.self) { try JSON.parse(text) }
        #expect(error == ofTree)
    }

    @Test("bytes that are no UTF-8 are refused where nobody reads them, too")
    func invalidUTF8() {
        let bytes = Array(#"{"name":"a","x":["é"#.utf8).dropLast() + Array(#""]}"#.utf8)
        let error = #expect(throws: JSONSyntaxError.self) { try Model(parsing: bytes) }
        #expect(error?.offset == 18)
    }

    @Test("limits hold for documents")
    func limits() {
        #expect(throws: JSONSyntaxError.self) { try Model(parsing: Array(#"{"name":"a"}"#.utf8), limits: JSONLimits(size: 11)) }
        #expect(throws: JSONSyntaxError.self) { try Model(parsing: Array(#"{"name":"a","x":[]}"#.utf8), limits: JSONLimits(depth: 1)) }
    }

    @Test("a model that knows trees alone is read from bytes, its place included")
    func treeModel() throws {
        #expect(try Holder(parsing: Array(#"{"models":[{"text":"a"},{"text":"b"}]}"#.utf8)).models.map(\.text) == ["a", "b"])
        let error = #expect(throws: JSONDecodingError.self) { try Holder(parsing: Array(#"{"models":[{"text":"a"},{"text":2}]}"#.utf8)) }
        #expect(error?.description == "models[1].text: wanted a string, found integer")
    }

    @Test("keys are found as strings compare, whatever bytes they are written with", arguments: ["e\u{301}", "\\u00e9", "e\\u0301", "é"])
    func keys(key: String) throws {
        struct Accented: JSONObjectDecodable {
            var value: Int
            init(reading members: JSONMembers) throws(JSONDecodingError) { value = try members.required("é") }
        }
        #expect(try Accented(parsing: Array("{\"other\":0,\"\(key)\":5}".utf8)).value == 5)
    }

    @Test("keys that stand twice are found among few and among many, in whatever form", arguments: [2, 31, 32, 33, 34, 100])
    func duplicates(count: Int) throws {
        let members = (0..<count).map { "\"key-number-\($0)-of-many\":\($0)" }
        #expect(try JSON.parse("{\(members.joined(separator: ","))}").object?.count == count)
        for key in ["key-number-0-of-many", "key-number-\(count - 1)-of-many", "key-number-\(count / 2)-\\u006ff-many"] {
            let text = "{\((members + ["\"\(key)\":0"]).joined(separator: ","))}"
            let error = #expect(throws: JSONSyntaxError.self) { try JSON.parse(text) }
            #expect(error?.reason.contains("stands twice") == true)
        }
    }

    @Test("keys that differ in the middle alone are different keys")
    func similarKeys() throws {
        let keys = (0..<30).map { "beginning\($0 + 100)the same end" }
        let text = "{" + keys.map { "\"\($0)\":1" }.joined(separator: ",") + "}"
        #expect(try JSON.parse(text).object?.keys == keys)
    }

    @Test("equal texts of a document share their memory, and others don't become equal")
    func sharing() throws {
        let texts = (0..<5000).map { "text number \($0 % 2500) of the same kind" }
        var read = try [String](
            parsing: JSON.array((texts + ["shared by two objects", "shared by two objects"]).map { .string($0) }).bytes())
        #expect(Array(read.dropLast(2)) == texts)
        let addresses = [5000, 5001].map { position in read[position].withUTF8 { UInt(bitPattern: $0.baseAddress) } }
        #expect(addresses[0] == addresses[1])
    }

    @Test("documents are read by many at the same time")
    func concurrently() async throws {
        try await withThrowingTaskGroup { group in
            for seed in 0..<8 {
                group.addTask {
                    var generator = SeededRandom(seed: UInt64(seed))
                    for _ in 0..<200 {
                        let tree = JSON.random(depth: 4, using: &generator)
                        guard try Copy(parsing: tree.bytes()).json == tree else { return false }
                    }
                    return true
                }
            }
            for try await isSame in group { #expect(isSame) }
        }
    }
}
