import JSON
import Schema
import Testing

@testable import KubeServer

@Suite struct `The OpenAPI documents` {
    private let documents: OpenAPIDocuments

    init() throws {
        let schema = try StructuralSchema(
            from: try parsed(
                """
                {"description":"A thing.","type":"object","properties":{
                  "apiVersion":{"type":"string"},"kind":{"type":"string"},"metadata":{"type":"object"},
                  "spec":{"type":"object","required":["class"],"anyOf":[{"required":["class"]}],"properties":{
                    "class":{"description":"Its class.","type":"string","enum":["a","b"]},
                    "n":{"type":"integer","nullable":true},"any":{"type":"object","x-kubernetes-preserve-unknown-fields":true},
                    "list":{"type":"array","items":{"type":"string"}},"map":{"type":"object","additionalProperties":{"type":"integer"}}}}}}
                """))
        documents = OpenAPIDocuments([
            OpenAPIKind(
                group: "graft.dev", version: "v1alpha1", kind: "Thing", plural: "things", isNamespaced: true, hasStatus: true,
                schema: schema,
                isCustom: true),
            OpenAPIKind(group: "", version: "v1", kind: "Namespace", plural: "namespaces", isNamespaced: false, isCustom: false),
            OpenAPIKind(group: "", version: "v1", kind: "Pod", plural: "pods", isNamespaced: true, hasStatus: true, isCustom: false),
        ])
    }

    @Test func `are listed by group version, at addresses that change with them`() throws {
        let paths = try #require(documents.index["paths"]?.object)
        #expect(paths.keys == ["api/v1", "apis/graft.dev/v1alpha1"])
        for path in paths.keys {
            let address = try #require(paths[path]?["serverRelativeURL"]?.string)
            #expect(address.hasPrefix("/openapi/v3/\(path)?hash="))
            #expect(documents.document(path) != nil)
        }
        #expect(documents.document("apis/graft.dev/v1") == nil)
        let other = OpenAPIDocuments([
            OpenAPIKind(group: "", version: "v1", kind: "Pod", plural: "pods", isNamespaced: true, isCustom: false)
        ])
        #expect(other.index["paths"]?["api/v1"] != documents.index["paths"]?["api/v1"])
    }

    /// What kubectl asks before it leaves validation to the server.
    @Test(arguments: [
        ("apis/graft.dev/v1alpha1", "/apis/graft.dev/v1alpha1/namespaces/{namespace}/things/{name}", "graft.dev", "Thing"),
        ("api/v1", "/api/v1/namespaces/{name}", "", "Namespace"),
        ("api/v1", "/api/v1/namespaces/{namespace}/pods/{name}/status", "", "Pod"),
    ])
    func `say that patches know field validation`(_ document: String, _ path: String, _ group: String, _ kind: String) throws {
        let patch = try #require(documents.document(document)?["paths"]?[path]?["patch"])
        #expect(patch["x-kubernetes-group-version-kind"]?["group"]?.string == group)
        #expect(patch["x-kubernetes-group-version-kind"]?["kind"]?.string == kind)
        let names = patch["parameters"]?.array?.filter { $0["in"] == "query" }.compactMap { $0["name"]?.string }
        #expect(names?.contains("fieldValidation") == true)
        #expect(patch["requestBody"]?["content"]?["application/apply-patch+yaml"] != nil)
        #expect(patch["requestBody"]?["content"]?["application/strategic-merge-patch+json"] == nil)
    }

    @Test func `describe custom types with all their schema, and the fields of every object`() throws {
        let schemas = try #require(documents.document("apis/graft.dev/v1alpha1")?["components"]?["schemas"])
        let thing = try #require(schemas["dev.graft.v1alpha1.Thing"])
        #expect(thing["description"] == "A thing.")
        #expect(thing["properties"]?["spec"]?["anyOf"] != nil)
        #expect(thing["properties"]?["spec"]?["properties"]?["class"]?["enum"] == ["a", "b"])
        #expect(thing["x-kubernetes-group-version-kind"] == [["group": "graft.dev", "version": "v1alpha1", "kind": "Thing"]])
        let reference = thing["properties"]?["metadata"]?["allOf"]?[0]?["$ref"]?.string
        #expect(reference == "#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta")
        #expect(schemas["dev.graft.v1alpha1.ThingList"]?["properties"]?["items"] != nil)
    }

    @Test func `refer to nothing that they don't hold`() throws {
        for path in ["api/v1", "apis/graft.dev/v1alpha1"] {
            let document = try #require(documents.document(path))
            let held = Set(try #require(document["components"]?["schemas"]?.object).keys)
            for reference in Self.references(in: document) {
                #expect(held.contains(String(reference.dropFirst("#/components/schemas/".count))), "\(reference)")
            }
        }
        let models = Set(try #require(documents.swagger["definitions"]?.object).keys)
        for reference in Self.references(in: documents.swagger) {
            #expect(models.contains(String(reference.dropFirst("#/definitions/".count))), "\(reference)")
        }
    }

    private static func references(in value: JSON) -> [String] {
        switch value {
        case .object(let members): members.flatMap { $0 == "$ref" ? [$1.string ?? ""] : references(in: $1) }
        case .array(let elements): elements.flatMap(references)
        default: []
        }
    }

    @Test func `in version 2 hold what it can say of custom types, and nothing of the built-in ones`() throws {
        let definitions = try #require(documents.swagger["definitions"]?.object)
        #expect(definitions.keys == ["dev.graft.v1alpha1.Thing", "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"])
        #expect(
            definitions["dev.graft.v1alpha1.Thing"]?["properties"]?["spec"]
                == (try parsed(
                    """
                    {"type":"object","required":["class"],"properties":{
                      "class":{"description":"Its class.","type":"string","enum":["a","b"]},"n":{},
                      "any":{"x-kubernetes-preserve-unknown-fields":true},"list":{"type":"array","items":{"type":"string"}},
                      "map":{"type":"object","additionalProperties":{"type":"integer"}}}}
                    """)))
    }

    @Test func `in protocol buffers hold the same`() throws {
        let document = try #require(Protobuf(documents.swaggerProtobuf))
        #expect(document.texts(1) == ["2.0"])
        let models = document.messages(9).flatMap { $0.messages(1) }
        #expect(models.flatMap { $0.texts(1) } == ["dev.graft.v1alpha1.Thing", "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"])
        let thing = try #require(models.first?.messages(2).first)
        #expect(thing.texts(4) == ["A thing."])
        #expect(thing.messages(22).flatMap { $0.texts(1) } == ["object"])
        let properties = thing.messages(25).flatMap { $0.messages(1) }
        #expect(properties.flatMap { $0.texts(1) } == ["apiVersion", "kind", "metadata", "spec"])
        #expect(properties[2].messages(2).flatMap { $0.texts(1) } == ["#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"])
        let vendor = thing.messages(31)
        #expect(vendor.flatMap { $0.texts(1) } == ["x-kubernetes-group-version-kind"])
        #expect(
            vendor.flatMap { $0.messages(2) }.flatMap { $0.texts(2) } == [#"[{"group":"graft.dev","version":"v1alpha1","kind":"Thing"}]"#])
    }
}

/// Fields of a message that are length-delimited.
private struct Protobuf {
    private var fields: [(number: Int, content: [UInt8])] = []

    init?(_ bytes: [UInt8]) {
        var rest = bytes[...]
        func varint() -> UInt64? {
            var (value, shift): (UInt64, UInt64) = (0, 0)
            while let byte = rest.popFirst() {
                value |= UInt64(byte & 0x7F) << shift
                if byte < 0x80 { return value }
                shift += 7
            }
            return nil
        }
        while !rest.isEmpty {
            guard let tag = varint() else { return nil }
            switch tag & 7 {
            case 0: guard varint() != nil else { return nil }
            case 1: rest = rest.dropFirst(8)
            case 2:
                guard let length = varint(), rest.count >= length else { return nil }
                fields.append((Int(tag >> 3), Array(rest.prefix(Int(length)))))
                rest = rest.dropFirst(Int(length))
            default: return nil
            }
        }
    }

    func texts(_ number: Int) -> [String] { fields.filter { $0.number == number }.map { String(decoding: $0.content, as: UTF8.self) } }
    func messages(_ number: Int) -> [Protobuf] { fields.filter { $0.number == number }.compactMap { Protobuf($0.content) } }
}
