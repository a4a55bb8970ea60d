// Compiled together with Sources/JSON into one module, with -sanitize=fuzzer,address: see hack/fuzz.

/// Whatever the bytes are, nothing breaks; and what is accepted is the same by every way of reading it.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzReading(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    let tree: JSON
    do throws(JSONSyntaxError) { tree = try JSON.parse(bytes) } catch {
        require((0...count).contains(error.offset) && error.line >= 1 && error.column >= 1, "an error lies in the document")
        require((try? Copy(parsing: bytes)) == nil, "refused as a tree, refused as a document")
        checkBeginning(bytes)
        return 0
    }
    require((try? Copy(parsing: bytes))?.json == tree, "a document read value by value is its tree")
    for style in [JSONStyle.compact, .pretty] {
        let written = tree.bytes(style)
        let again = try? JSON.parse(written)
        require(again == tree && again?.bytes(style) == written, "what is written is read back")
    }
    checkModel(bytes, tree)
    checkBeginning(bytes)
    return 0
}

private func require(_ holds: Bool, _ promise: StaticString) { if !holds { fatalError("\(promise)") } }

/// The value at the beginning is the value that its bytes alone are.
private func checkBeginning(_ bytes: [UInt8]) {
    var end: Int?
    let first = try? Copy(beginning: bytes[...], at: .root, end: &end)
    guard let end else { return require(first == nil, "what has no end is not read") }
    require(end <= bytes.count && (try? JSON.parse(bytes[..<end])) == first?.json, "the beginning is a document")
}

/// A read model says the same of a tree and of a document, errors and their places included.
private func checkModel(_ bytes: [UInt8], _ tree: JSON) {
    let fromTree = Result { try Model(from: tree) }.mapError { "\($0)" as TextError }
    let fromBytes = Result { try Model(parsing: bytes) }.mapError { "\($0)" as TextError }
    switch (fromTree, fromBytes) {
    case (.success(let left), .success(let right)): require(left == right, "models are the same")
    case (.failure(let left), .failure(let right)): require(left == right, "errors are the same")
    default: require(false, "a tree is read when its document is")
    }
}

private typealias TextError = String
extension String: @retroactive Error {}

/// A copy of a document made with every way that a node has.
private struct Copy: JSONDecodable {
    var json: JSON

    init(from json: JSON, at path: JSONPath) { self.json = json }

    init(reading node: JSONNode) throws(JSONDecodingError) {
        require(node.path.components.count <= JSONLimits().depth, "a node has a path")
        switch node.kind {
        case "null": json = .null
        case "boolean": json = .bool(node.bool!)
        case "integer": json = .integer(node.integer!)
        case "number": json = .double(node.double!)
        case "string":
            json = .string(node.string!)
            if let ascii = node.withASCII({ span in span.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) } }) {
                require(ascii == node.string, "the bytes of a text are its text")
            }
        case "array": json = .array(try [Copy](reading: node).map(\.json))
        default:
            var object = JSONObject()
            let copies = try [String: Copy](reading: node)
            require(copies.count == node.json.object?.count, "keys differ")
            // In the order of the document.
            for key in node.json.object?.keys ?? [] {
                guard let member = node.member(key) else { fatalError("a member is found") }
                require(member.json == copies[key]?.json, "a member is the one of its name")
                object[key] = copies[key]!.json
            }
            json = .object(object)
        }
    }
}

private struct Model: JSONObjectDecodable, Equatable {
    var a: String
    var b: Int?
    var c: [Double]
    var d: [String: Bool]
    var e: [Model]
    var f: JSON?

    init(reading members: JSONMembers) throws(JSONDecodingError) {
        a = try members.optional("a", default: "")
        b = try members.optional("b")
        c = try members.optional("c", default: [])
        d = try members.optional("d", default: [:])
        e = try members.nested("e")?.required("e") ?? []
        f = try members.optional("f")
    }
}
