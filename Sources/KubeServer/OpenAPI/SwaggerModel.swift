import JSON

/// Writes schemas of OpenAPI v2 as `gnostic`'s `openapi.v2.Schema`.
enum SwaggerModel {
    /// `NamedSchema`.
    static func writeNamed(_ name: String, _ model: JSON, into message: inout ProtobufWriter) {
        message.string(1, name)
        message.message(2) { write(model, into: &$0) }
    }

    private static func write(_ model: JSON, into schema: inout ProtobufWriter) {
        for (field, name) in [(1, "$ref"), (2, "format"), (3, "title"), (4, "description"), (13, "pattern")] {
            if let text = model[name]?.string { schema.string(field, text) }
        }
        if let value = model["default"] { schema.message(5) { $0.string(2, value.text()) } }
        for (field, name) in [(6, "multipleOf"), (7, "maximum"), (9, "minimum")] {
            if let number = model[name]?.double { schema.double(field, number) }
        }
        for (field, name) in [(8, "exclusiveMaximum"), (10, "exclusiveMinimum"), (16, "uniqueItems")] {
            if model[name]?.bool == true { schema.bool(field, true) }
        }
        let counts = [
            (11, "maxLength"), (12, "minLength"), (14, "maxItems"), (15, "minItems"), (17, "maxProperties"), (18, "minProperties"),
        ]
        for (field, name) in counts {
            if let number = model[name]?.integer { schema.int64(field, number) }
        }
        for name in model["required"]?.array ?? [] { schema.string(19, name.string ?? "") }
        for value in model["enum"]?.array ?? [] { schema.message(20) { $0.string(2, value.text()) } }
        writeStructure(model, into: &schema)
        for (name, value) in model.object ?? [:] where name.hasPrefix("x-") {
            schema.message(31) { extensionValue in
                extensionValue.string(1, name)
                extensionValue.message(2) { $0.string(2, value.text()) }
            }
        }
    }

    private static func writeStructure(_ model: JSON, into schema: inout ProtobufWriter) {
        switch model["additionalProperties"] {
        case .bool(let allowed)?: schema.message(21) { $0.bool(2, allowed) }
        case let additional? where additional.object != nil: schema.message(21) { item in item.message(1) { write(additional, into: &$0) } }
        default: break
        }
        if let type = model["type"]?.string { schema.message(22) { $0.string(1, type) } }
        if let items = model["items"] { schema.message(23) { item in item.message(1) { write(items, into: &$0) } } }
        if let properties = model["properties"]?.object {
            schema.message(25) { all in
                for (name, property) in properties { all.message(1) { writeNamed(name, property, into: &$0) } }
            }
        }
    }
}
