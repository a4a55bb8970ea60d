import JSON
import Schema
import Testing

/// A value, the schema of the field `spec.f` that holds it, and what is told.
struct FieldCase: Sendable, CustomTestStringConvertible {
    let schema: String
    let value: String
    let errors: [String]

    init(_ schema: String, _ value: String, _ errors: String...) {
        self.schema = schema
        self.value = value
        self.errors = errors
    }

    var testDescription: String { "\(schema) with \(value)" }

    func check() throws {
        let root = try SchemaTests.schema(#"{"type":"object","properties":{"spec":{"type":"object","properties":{"f":\#(schema)}}}}"#)
        let document = try json(#"{"spec":{"f":\#(value)}}"#)
        #expect(root.errors(in: document).map(\.description) == errors)
    }
}

@Suite struct `A value is validated as Kubernetes does` {
    @Test(arguments: [
        FieldCase(#"{"type":"integer"}"#, "1"),
        FieldCase(#"{"type":"integer"}"#, "1.0"),
        FieldCase(
            #"{"type":"integer"}"#, #""3""#,
            #"spec.f: Invalid value: "string": spec.f in body must be of type integer: "string""#),
        FieldCase(
            #"{"type":"integer"}"#, "1.5", #"spec.f: Invalid value: "number": spec.f in body must be of type integer: "number""#),
        FieldCase(
            #"{"type":"string"}"#, "3", #"spec.f: Invalid value: "integer": spec.f in body must be of type string: "integer""#),
        FieldCase(
            #"{"type":"object"}"#, "[]", #"spec.f: Invalid value: "array": spec.f in body must be of type object: "array""#),
        FieldCase(
            #"{"type":"array","items":{"type":"string"}}"#, "{}",
            #"spec.f: Invalid value: "object": spec.f in body must be of type array: "object""#),
        FieldCase(
            #"{"type":"boolean"}"#, #""true""#,
            #"spec.f: Invalid value: "string": spec.f in body must be of type boolean: "string""#),
        FieldCase(#"{"type":"number"}"#, "1"),
        FieldCase(#"{"type":"number"}"#, "1.5"),
        FieldCase(
            #"{"type":"string"}"#, "null", #"spec.f: Invalid value: "null": spec.f in body must be of type string: "null""#),
        FieldCase(#"{"type":"string","nullable":true}"#, "null"),
        FieldCase(#"{"x-kubernetes-preserve-unknown-fields":true}"#, #"[1,{"a":null}]"#),
        FieldCase(#"{"x-kubernetes-int-or-string":true}"#, "5"),
        FieldCase(#"{"x-kubernetes-int-or-string":true}"#, #""5%""#),
        FieldCase(
            #"{"x-kubernetes-int-or-string":true}"#, "true",
            #"spec.f: Invalid value: "boolean": spec.f in body must be of type integer,string: "boolean""#),
    ])
    func `types`(_ field: FieldCase) throws { try field.check() }

    @Test(arguments: [
        FieldCase(#"{"type":"string","maxLength":3}"#, #""abc""#),
        FieldCase(#"{"type":"string","maxLength":3}"#, #""äöü""#),
        FieldCase(
            #"{"type":"string","maxLength":40}"#, "\"\(String(repeating: "x", count: 41))\"",
            "spec.f: Too long: may not be more than 40 bytes"),
        FieldCase(#"{"type":"string","maxLength":1}"#, #""e\u0301""#, "spec.f: Too long: may not be more than 1 byte"),
        FieldCase(
            #"{"type":"string","minLength":1}"#, #""""#, #"spec.f: Invalid value: "": spec.f in body should be at least 1 chars long"#),
        FieldCase(
            #"{"type":"string","pattern":"^[a-z]+$"}"#, #""A\n""#, #"spec.f: Invalid value: "A\n": spec.f in body should match '^[a-z]+$'"#),
        FieldCase(#"{"type":"string","pattern":"b"}"#, #""abc""#),
        FieldCase(
            #"{"type":"string","enum":["a","b"]}"#, #""x""#, #"spec.f: Unsupported value: "x": supported values: "a", "b""#),
        FieldCase(#"{"type":"integer","enum":[1,2]}"#, "3", #"spec.f: Unsupported value: 3: supported values: "1", "2""#),
        FieldCase(#"{"type":"number","enum":[1]}"#, "1.0"),
        FieldCase(
            #"{"type":"string","format":"date-time"}"#, #""today""#,
            #"spec.f: Invalid value: "today": spec.f in body must be of type date-time: "today""#),
        FieldCase(#"{"type":"string","format":"unheard-of"}"#, #""anything""#),
    ])
    func `strings`(_ field: FieldCase) throws { try field.check() }

    @Test(arguments: [
        FieldCase(
            #"{"type":"integer","maximum":100}"#, "500", "spec.f: Invalid value: 500: spec.f in body should be less than or equal to 100"),
        FieldCase(#"{"type":"integer","maximum":100}"#, "100"),
        FieldCase(
            #"{"type":"integer","maximum":100,"exclusiveMaximum":true}"#, "100",
            "spec.f: Invalid value: 100: spec.f in body should be less than 100"),
        FieldCase(
            #"{"type":"integer","minimum":1}"#, "0", "spec.f: Invalid value: 0: spec.f in body should be greater than or equal to 1"),
        FieldCase(
            #"{"type":"number","minimum":0,"exclusiveMinimum":true}"#, "0",
            "spec.f: Invalid value: 0: spec.f in body should be greater than 0"),
        FieldCase(
            #"{"type":"number","maximum":1.5}"#, "1.75",
            "spec.f: Invalid value: 1.75: spec.f in body should be less than or equal to 1.5"),
        FieldCase(#"{"type":"integer","maximum":9007199254740993}"#, "9007199254740992"),
        FieldCase(
            #"{"type":"integer","multipleOf":5}"#, "12", "spec.f: Invalid value: 12: spec.f in body should be a multiple of 5"),
        FieldCase(#"{"type":"number","multipleOf":0.1}"#, "0.3"),
        FieldCase(
            #"{"type":"number","multipleOf":0.1}"#, "0.35", "spec.f: Invalid value: 0.35: spec.f in body should be a multiple of 0.1"),
        FieldCase(#"{"type":"integer","format":"int32"}"#, "2147483647"),
        FieldCase(
            #"{"type":"integer","format":"int32"}"#, "2147483648",
            "spec.f: Invalid value: 2147483648: Checked value must be of type integer with format int32 in spec.f"),
        FieldCase(#"{"type":"integer","format":"int64"}"#, "9223372036854775807"),
    ])
    func `numbers`(_ field: FieldCase) throws { try field.check() }

    @Test(arguments: [
        FieldCase(
            #"{"type":"array","items":{"type":"integer"}}"#, #"[1,"b"]"#,
            #"spec.f[1]: Invalid value: "string": spec.f[1] in body must be of type integer: "string""#),
        FieldCase(
            #"{"type":"array","minItems":1,"items":{"type":"string"}}"#, "[]",
            "spec.f: Invalid value: 0: spec.f in body should have at least 1 items"),
        FieldCase(
            #"{"type":"array","maxItems":1,"items":{"type":"string"}}"#, #"["a","b"]"#, "spec.f: Too many: 2: must have at most 1 item"),
        FieldCase(
            #"{"type":"array","uniqueItems":true,"items":{"type":"string"}}"#, #"["a","a"]"#,
            #"spec.f: Invalid value: "": spec.f in body shouldn't contain duplicates"#),
        FieldCase(
            #"{"type":"array","x-kubernetes-list-type":"set","items":{"type":"string"}}"#, #"["a","b","a","a"]"#,
            #"spec.f[2]: Duplicate value: "a""#),
        FieldCase(
            #"{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["name"],"items":{"type":"object"}}"#,
            #"[{"name":"a","v":1},{"name":"b"},{"name":"a","v":2}]"#, #"spec.f[2]: Duplicate value: {"name":"a"}"#),
        FieldCase(
            #"{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["port","protocol"],"items":{"type":"object"}}"#,
            #"[{"port":1,"protocol":"TCP"},{"port":1,"protocol":"UDP"}]"#),
        FieldCase(
            #"{"type":"array","x-kubernetes-list-type":"atomic","items":{"type":"string"}}"#, #"["a","a"]"#),
    ])
    func `lists`(_ field: FieldCase) throws { try field.check() }

    @Test(arguments: [
        FieldCase(
            #"{"type":"object","required":["class"],"properties":{"class":{"type":"string"}}}"#, "{}", "spec.f.class: Required value"),
        FieldCase(
            #"{"type":"object","additionalProperties":false,"properties":{"a":{"type":"string"}}}"#, #"{"a":"x","b":1}"#,
            #"spec.f: Invalid value: "b": spec.f.b in body is a forbidden property"#),
        FieldCase(
            #"{"type":"object","additionalProperties":{"type":"string"}}"#, #"{"app.kubernetes.io/name":1}"#,
            #"spec.f[app.kubernetes.io/name]: Invalid value: "integer": spec.f[app.kubernetes.io/name] in body must be of type string: "integer""#
        ),
        FieldCase(
            #"{"type":"object","minProperties":1,"maxProperties":1}"#, "{}",
            "spec.f: Invalid value: 0: spec.f in body should have at least 1 properties"),
        FieldCase(#"{"type":"object","maxProperties":1}"#, #"{"a":1,"b":2}"#, "spec.f: Too many: 2: must have at most 1 item"),
        FieldCase(#"{"type":"object","properties":{"a":{"type":"string"}}}"#, #"{"unknown":1}"#),
        FieldCase(
            #"{"type":"object","x-kubernetes-embedded-resource":true,"x-kubernetes-preserve-unknown-fields":true}"#,
            #"{"kind":"","x":1}"#, "spec.f.apiVersion: Required value", #"spec.f.kind: Invalid value: "": must not be empty"#),
    ])
    func `objects`(_ field: FieldCase) throws { try field.check() }

    @Test(arguments: [
        FieldCase(
            #"{"type":"object","anyOf":[{"required":["a"]},{"required":["b"]}]}"#, "{}",
            #"spec.f: Invalid value: "object": "spec.f" must validate at least one schema (anyOf)"#, "spec.f.a: Required value"),
        FieldCase(#"{"type":"object","anyOf":[{"required":["a"]},{"required":["b"]}]}"#, #"{"b":1}"#),
        FieldCase(
            #"{"type":"object","oneOf":[{"required":["a"]},{"required":["b"]}]}"#, #"{"a":1,"b":1}"#,
            #"spec.f: Invalid value: "object": "spec.f" must validate one and only one schema (oneOf). Found 2 valid alternatives"#),
        FieldCase(
            #"{"type":"object","oneOf":[{"required":["a"]},{"required":["b"]}]}"#, #"{"c":1}"#,
            #"spec.f: Invalid value: "object": "spec.f" must validate one and only one schema (oneOf). Found none valid"#,
            "spec.f.a: Required value"),
        FieldCase(
            #"{"type":"integer","allOf":[{"minimum":1},{"maximum":5}]}"#, "7",
            "spec.f: Invalid value: 7: spec.f in body should be less than or equal to 5",
            #"spec.f: Invalid value: 7: "spec.f" must validate all the schemas (allOf)"#),
        FieldCase(
            #"{"type":"integer","not":{"minimum":5}}"#, "7",
            #"spec.f: Invalid value: 7: "spec.f" must not validate the schema (not)"#),
        FieldCase(
            #"{"x-kubernetes-int-or-string":true,"anyOf":[{"type":"integer"},{"type":"string"}],"pattern":"^[0-9]+%$"}"#, #""a""#,
            #"spec.f: Invalid value: "a": spec.f in body should match '^[0-9]+%$'"#),
    ])
    func `alternatives`(_ field: FieldCase) throws { try field.check() }

    @Test func `all that is wrong is told in the order of the document`() throws {
        let root = try schema(
            """
            {"type":"object","properties":{"spec":{"type":"object","required":["class","slot"],"properties":{
              "class":{"type":"string","maxLength":2},"slot":{"type":"string"},"n":{"type":"integer"}}}}}
            """)
        let found = root.errors(in: try json(#"{"spec":{"n":"x","class":"abc"}}"#))
        #expect(found.map(\.path.description) == ["spec.n", "spec.class", "spec.slot"])
        #expect(found.map(\.reason) == [.typeInvalid, .tooLong, .required])
    }

    @Test func `a value nested by hand beyond every limit is refused, not followed`() {
        var schema = StructuralSchema(.array)
        var value: JSON = []
        for _ in 0..<300 {
            var outer = StructuralSchema(.array)
            outer.items = schema
            schema = outer
            value = [value]
        }
        #expect(schema.errors(in: value).contains { $0.message.contains("nested deeper than 200 levels") })
        #expect(schema.structuralErrors().contains { $0.message.contains("nested deeper than 200 levels") })
        _ = schema.defaulting(value)
        _ = schema.pruning(value)
    }
}
