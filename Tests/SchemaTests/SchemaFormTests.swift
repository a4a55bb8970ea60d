import JSON
import Schema
import Testing

@Suite struct `A schema's JSON form` {
    @Test func `keeps every member`() throws {
        let text = """
            {"description":"d","type":"object","format":"f","nullable":true,"default":{"a":1},"enum":["a",1],"pattern":"p",
             "minLength":1,"maxLength":2,"minimum":0.5,"maximum":10,"exclusiveMinimum":true,"exclusiveMaximum":true,"multipleOf":2,
             "minItems":1,"maxItems":3,"uniqueItems":true,"items":{"type":"string"},"minProperties":1,"maxProperties":4,
             "required":["b"],"properties":{"b":{"type":"array","items":{"type":"integer"}}},"additionalProperties":{"type":"boolean"},
             "allOf":[{"minimum":1}],"anyOf":[{"maximum":1}],"oneOf":[{"required":["b"]}],"not":{"required":["c"]},
             "x-kubernetes-int-or-string":true,"x-kubernetes-preserve-unknown-fields":true,"x-kubernetes-embedded-resource":true,
             "x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["k"],"x-kubernetes-map-type":"atomic",
             "x-kubernetes-validations":[{"rule":"self.b","message":"m","reason":"FieldValueInvalid","fieldPath":".b"}]}
            """
        let written = try json(text)
        let schema = try StructuralSchema(from: written)
        #expect(schema.json == written)
        #expect(try StructuralSchema(from: schema.json) == schema)
    }

    @Test(arguments: [
        ("true", StructuralSchema.AdditionalProperties.allowed), ("false", .forbidden),
        (#"{"type":"string"}"#, .schema(StructuralSchema(.string))),
    ])
    func `tells apart what additional members may be`(_ text: String, _ wanted: StructuralSchema.AdditionalProperties) throws {
        let schema = try schema(#"{"additionalProperties":\#(text)}"#)
        #expect(schema.additionalProperties == wanted)
        #expect(schema.json["additionalProperties"] == (try json(text)))
    }

    @Test(arguments: [
        (#"{"type":"text"}"#, "type"), (#"{"properties":[]}"#, "properties"),
        (#"{"properties":{"a":{"minLength":"1"}}}"#, "properties.a.minLength"),
        (#"{"allOf":[{"type":1}]}"#, "allOf[0].type"), (#"{"items":[]}"#, "items"), ("[]", ""),
    ])
    func `says where it is malformed`(_ text: String, _ path: String) throws {
        let error = #expect(throws: JSONDecodingError.self) { try schema(text) }
        #expect(error?.path.description == path)
    }
}
