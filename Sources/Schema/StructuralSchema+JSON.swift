public import JSON

extension StructuralSchema: JSONConvertible {
    /// Reads an OpenAPI v3 schema object. Members that only document (`example`, `title`, `externalDocs`) are skipped.
    public init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        let reader = try JSONReader(json, at: path)
        self.init()
        if let name: String = try reader.optional("type") {
            guard let known = Kind(rawValue: name) else {
                throw JSONDecodingError(
                    path: path.appending("type"), wanted: "object, array, string, integer, number or boolean", found: name)
            }
            kind = known
        }
        description = try reader.optional("description")
        format = try reader.optional("format")
        nullable = try reader.optional("nullable", default: false)
        defaultValue = reader.object["default"]
        allowedValues = try reader.optional("enum", default: [])
        pattern = try reader.optional("pattern")
        minLength = try reader.optional("minLength")
        maxLength = try reader.optional("maxLength")
        minimum = try reader.optional("minimum")
        maximum = try reader.optional("maximum")
        exclusiveMinimum = try reader.optional("exclusiveMinimum", default: false)
        exclusiveMaximum = try reader.optional("exclusiveMaximum", default: false)
        multipleOf = try reader.optional("multipleOf")
        items = try reader.optional("items")
        minItems = try reader.optional("minItems")
        maxItems = try reader.optional("maxItems")
        uniqueItems = try reader.optional("uniqueItems", default: false)
        if let members: JSON = try reader.optional("properties") {
            for (name, schema) in try JSONReader(members, at: path.appending("properties")).object {
                properties.append(Property(name, try StructuralSchema(from: schema, at: path.appending("properties").appending(name))))
            }
        }
        required = try reader.optional("required", default: [])
        switch reader.object["additionalProperties"] {
        case nil, .null?: break
        case .bool(let allowed)?: additionalProperties = allowed ? .allowed : .forbidden
        case let schema?:
            additionalProperties = .schema(try StructuralSchema(from: schema, at: path.appending("additionalProperties")))
        }
        minProperties = try reader.optional("minProperties")
        maxProperties = try reader.optional("maxProperties")
        allOf = try reader.optional("allOf", default: [])
        anyOf = try reader.optional("anyOf", default: [])
        oneOf = try reader.optional("oneOf", default: [])
        not = try reader.optional("not")
        intOrString = try reader.optional("x-kubernetes-int-or-string", default: false)
        preservesUnknownFields = try reader.optional("x-kubernetes-preserve-unknown-fields", default: false)
        embeddedResource = try reader.optional("x-kubernetes-embedded-resource", default: false)
        listType = (try reader.optional("x-kubernetes-list-type", as: String.self)).flatMap(ListType.init)
        listMapKeys = try reader.optional("x-kubernetes-list-map-keys", default: [])
        mapType = (try reader.optional("x-kubernetes-map-type", as: String.self)).flatMap(MapType.init)
        rules = try reader.optional("x-kubernetes-validations", default: [])
    }

    public var json: JSON {
        var object = JSONObject()
        object.set("description", description)
        object.set("type", kind?.rawValue)
        object.set("format", format)
        if nullable { object["nullable"] = true }
        object.set("default", defaultValue)
        object.setUnlessEmpty("enum", allowedValues)
        object.set("pattern", pattern)
        object.set("minLength", minLength)
        object.set("maxLength", maxLength)
        object.set("minimum", minimum.map(Self.number))
        object.set("maximum", maximum.map(Self.number))
        if exclusiveMinimum { object["exclusiveMinimum"] = true }
        if exclusiveMaximum { object["exclusiveMaximum"] = true }
        object.set("multipleOf", multipleOf.map(Self.number))
        object.set("minItems", minItems)
        object.set("maxItems", maxItems)
        if uniqueItems { object["uniqueItems"] = true }
        object.set("items", items)
        object.set("minProperties", minProperties)
        object.set("maxProperties", maxProperties)
        object.setUnlessEmpty("required", required)
        if !properties.isEmpty {
            var members = JSONObject()
            for property in properties { members[property.name] = property.schema.json }
            object["properties"] = .object(members)
        }
        switch additionalProperties {
        case .unspecified: break
        case .allowed: object["additionalProperties"] = true
        case .forbidden: object["additionalProperties"] = false
        case .schema(let schema): object["additionalProperties"] = schema.json
        }
        object.setUnlessEmpty("allOf", allOf)
        object.setUnlessEmpty("anyOf", anyOf)
        object.setUnlessEmpty("oneOf", oneOf)
        object.set("not", not)
        if intOrString { object["x-kubernetes-int-or-string"] = true }
        if preservesUnknownFields { object["x-kubernetes-preserve-unknown-fields"] = true }
        if embeddedResource { object["x-kubernetes-embedded-resource"] = true }
        object.set("x-kubernetes-list-type", listType?.rawValue)
        object.setUnlessEmpty("x-kubernetes-list-map-keys", listMapKeys)
        object.set("x-kubernetes-map-type", mapType?.rawValue)
        object.setUnlessEmpty("x-kubernetes-validations", rules)
        return .object(object)
    }

    private static func number(_ value: Double) -> JSON { Int64(exactly: value).map(JSON.integer) ?? .double(value) }
}

extension StructuralSchema.Rule: JSONConvertible {
    public init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        let reader = try JSONReader(json, at: path)
        self.init(
            try reader.required("rule"), message: try reader.optional("message", default: ""),
            reason: try reader.optional("reason"), fieldPath: try reader.optional("fieldPath"))
    }

    public var json: JSON {
        var object: JSONObject = ["rule": .string(rule)]
        if !message.isEmpty { object["message"] = .string(message) }
        object.set("reason", reason)
        object.set("fieldPath", fieldPath)
        return .object(object)
    }
}
