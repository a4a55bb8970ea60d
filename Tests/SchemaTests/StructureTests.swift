import JSON
import Schema
import Testing

struct Refusal: Sendable, CustomTestStringConvertible {
    let schema: String
    let errors: [String]

    init(_ schema: String, _ errors: String...) {
        self.schema = schema
        self.errors = errors
    }

    var testDescription: String { schema }
}

@Suite struct `A schema is refused` {
    private static func field(_ schema: String) -> String {
        #"{"type":"object","properties":{"f":\#(schema)}}"#
    }

    @Test(arguments: [
        Refusal(#"{"type":"object"}"#),
        Refusal("{}", "type: Required value: must not be empty at the root"),
        Refusal(#"{"type":"array","items":{"type":"string"}}"#, #"type: Invalid value: "array": must be object at the root"#),
        Refusal(#"{"type":"object","nullable":true}"#, "nullable: Forbidden: nullable cannot be true at the root"),
        Refusal(
            #"{"type":"object","additionalProperties":{"type":"string"}}"#,
            "additionalProperties: Forbidden: must not be used at the root"),
        Refusal(
            #"{"type":"object","properties":{"metadata":{"type":"object","properties":{"name":{"type":"string"}}}}}"#),
        Refusal(
            #"{"type":"object","properties":{"metadata":{"type":"object","properties":{"labels":{"type":"object"}}}}}"#,
            "properties.metadata: Forbidden: must not specify anything other than name and generateName, but metadata is implicitly specified"
        ),
        Refusal(
            #"{"type":"object","properties":{"kind":{"type":"integer"}}}"#,
            #"properties.kind.type: Invalid value: "integer": must be string"#),
    ])
    func `for its root`(_ refusal: Refusal) throws {
        #expect(try schema(refusal.schema).structuralErrors().map(\.description) == refusal.errors)
    }

    @Test(arguments: [
        Refusal(field("{}"), "properties.f.type: Required value: must not be empty for specified object fields"),
        Refusal(field(#"{"x-kubernetes-preserve-unknown-fields":true}"#)),
        Refusal(field(#"{"type":"array"}"#), "properties.f.items: Required value: must be specified"),
        Refusal(
            field(#"{"type":"array","items":{}}"#),
            "properties.f.items.type: Required value: must not be empty for specified array items"),
        Refusal(
            field(#"{"type":"string","pattern":"("}"#),
            #"properties.f.pattern: Invalid value: "(": must be a valid regular expression, but isn't: expected ')'"#),
        Refusal(
            field(#"{"type":"array","uniqueItems":true,"items":{"type":"string"}}"#),
            "properties.f.uniqueItems: Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes quadratic"),
        Refusal(
            field(#"{"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":{"type":"string"}}"#),
            "properties.f.additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive"),
        Refusal(
            field(#"{"type":"object","x-kubernetes-embedded-resource":true}"#),
            "properties.f.properties: Required value: must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields"
        ),
        Refusal(
            field(#"{"type":"string","x-kubernetes-map-type":"atomic"}"#),
            #"properties.f.type: Invalid value: "string": must be object if x-kubernetes-map-type is specified"#),
        Refusal(
            field(#"{"type":"integer","x-kubernetes-validations":[{"rule":" "}]}"#),
            "properties.f.x-kubernetes-validations[0].rule: Required value: rule is not specified"),
    ])
    func `for a field`(_ refusal: Refusal) throws {
        #expect(try schema(refusal.schema).structuralErrors().map(\.description) == refusal.errors)
    }

    @Test(arguments: [
        Refusal(
            field(
                #"{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["n"],"items":{"type":"object","required":["n"],"properties":{"n":{"type":"string"}}}}"#
            )),
        Refusal(
            field(
                #"{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["n"],"items":{"type":"object","properties":{"n":{"type":"string"}}}}"#
            ),
            "properties.f.items.properties.n.default: Required value: this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property"
        ),
        Refusal(
            field(#"{"type":"array","x-kubernetes-list-type":"map","items":{"type":"object"}}"#),
            "properties.f.x-kubernetes-list-map-keys: Required value: must not be empty if x-kubernetes-list-type is map"),
        Refusal(
            field(#"{"type":"array","x-kubernetes-list-map-keys":["a"],"items":{"type":"object"}}"#),
            "properties.f.x-kubernetes-list-type: Required value: must be map if x-kubernetes-list-map-keys is non-empty"),
        Refusal(
            field(#"{"type":"array","x-kubernetes-list-type":"set","items":{"type":"object"}}"#),
            "properties.f.items.x-kubernetes-map-type: Invalid value: null: must be atomic as item of a list with x-kubernetes-list-type=set"
        ),
        Refusal(
            field(#"{"type":"array","x-kubernetes-list-type":"set","items":{"type":"string","nullable":true}}"#),
            "properties.f.items.nullable: Forbidden: cannot be nullable when x-kubernetes-list-type is set"),
    ])
    func `for a list whose elements can't be told apart`(_ refusal: Refusal) throws {
        #expect(try schema(refusal.schema).structuralErrors().map(\.description) == refusal.errors)
    }

    @Test(arguments: [
        Refusal(field(#"{"type":"integer","anyOf":[{"minimum":1},{"maximum":0}]}"#)),
        Refusal(field(#"{"x-kubernetes-int-or-string":true,"anyOf":[{"type":"integer"},{"type":"string"}]}"#)),
        Refusal(
            field(#"{"type":"integer","anyOf":[{"type":"integer"}]}"#),
            "properties.f.anyOf[0].type: Forbidden: must be empty to be structural"),
        Refusal(
            #"{"type":"object","anyOf":[{"properties":{"x":{"minimum":1}}}]}"#,
            "properties.x: Required value: because it is defined in anyOf[0].properties.x"),
        Refusal(
            #"{"type":"object","not":{"properties":{"metadata":{}}},"properties":{"metadata":{"type":"object"}}}"#,
            "not.properties.metadata: Forbidden: must not be specified in a nested context"),
    ])
    func `when its alternatives do more than validate`(_ refusal: Refusal) throws {
        #expect(try schema(refusal.schema).structuralErrors().map(\.description) == refusal.errors)
    }

    @Test(arguments: [
        Refusal(
            field(#"{"type":"string","default":5}"#),
            #"properties.f.default: Invalid value: "integer": properties.f.default in body must be of type string: "integer""#),
        Refusal(
            field(#"{"type":"object","default":{"x":1},"properties":{"a":{"type":"string"}}}"#),
            #"properties.f.default: Invalid value: "object": must not have unknown fields"#),
        Refusal(
            #"{"type":"object","properties":{"kind":{"type":"string","default":"A"}}}"#,
            "properties.kind.default: Forbidden: must not be set in top-level kind"),
    ])
    func `when a default is not valid itself`(_ refusal: Refusal) throws {
        #expect(try schema(refusal.schema).structuralErrors().map(\.description) == refusal.errors)
    }

    @Test(arguments: [
        Refusal(field(##"{"$ref":"#/x"}"##), "properties.f.$ref: Forbidden: $ref is not supported"),
        Refusal(
            field(#"{"type":"text"}"#),
            #"properties.f.type: Unsupported value: "text": supported values: "array", "boolean", "integer", "number", "object", "string""#),
        Refusal(field(#"{"type":"null"}"#), "properties.f.type: Forbidden: type cannot be set to null, use nullable as an alternative"),
        Refusal(
            field(#"{"type":"array","items":[{"type":"string"}]}"#),
            "properties.f.items: Forbidden: items must be a schema object and not an array"),
        Refusal(
            field(#"{"type":"array","x-kubernetes-list-type":"bag","items":{"type":"string"}}"#),
            #"properties.f.x-kubernetes-list-type: Unsupported value: "bag": supported values: "atomic", "set", "map""#),
        Refusal(
            field(#"{"type":"object","x-kubernetes-preserve-unknown-fields":false}"#),
            "properties.f.x-kubernetes-preserve-unknown-fields: Invalid value: false: must be true or undefined"),
        Refusal(field("{}"), "properties.f.type: Required value: must not be empty for specified object fields"),
        Refusal(field(#"{"type":"string","maxLength":"3"}"#), #"properties.f.maxLength: Invalid value: "string": wanted an integer"#),
    ])
    func `as it was written`(_ refusal: Refusal) throws {
        #expect(StructuralSchema.definitionErrors(in: try json(refusal.schema)).map(\.description) == refusal.errors)
    }
}
