import JSON

/// Looks through a schema as it was written for what Kubernetes' CustomResourceDefinitions don't support.
struct DefinitionCheck {
    var errors: [FieldError] = []

    private static let unsupported = [
        "id", "$schema", "$ref", "patternProperties", "definitions", "dependencies", "additionalItems",
    ]
    private static let types: Set = ["array", "boolean", "integer", "number", "object", "string"]

    mutating func schema(_ json: JSON, at path: JSONPath, depth: Int) {
        guard depth < SchemaDepth.limit else {
            errors.append(.invalid(path, json, "nested deeper than \(SchemaDepth.limit) levels"))
            return
        }
        guard let members = json.object else {
            errors.append(.typeInvalid(path, found: json.kind, "a schema must be an object"))
            return
        }
        for name in Self.unsupported where members.contains(name) {
            errors.append(.forbidden(path.appending(name), "\(name) is not supported"))
        }
        if let type = members["type"]?.string, !type.isEmpty, !Self.types.contains(type) {
            errors.append(
                type == "null"
                    ? .forbidden(path.appending("type"), "type cannot be set to null, use nullable as an alternative")
                    : .notSupported(path.appending("type"), .string(type), supported: Self.types.sorted()))
        }
        if members["x-kubernetes-preserve-unknown-fields"] == .bool(false) {
            errors.append(.invalid(path.appending("x-kubernetes-preserve-unknown-fields"), false, "must be true or undefined"))
        }
        name("x-kubernetes-list-type", oneOf: ["atomic", "set", "map"], in: members, at: path)
        name("x-kubernetes-map-type", oneOf: ["atomic", "granular"], in: members, at: path)
        if case .array? = members["items"] {
            errors.append(.forbidden(path.appending("items"), "items must be a schema object and not an array"))
        }
        children(members, at: path, depth: depth)
    }

    private mutating func name(_ member: String, oneOf names: [String], in members: JSONObject, at path: JSONPath) {
        guard let value = members[member], !value.isNull, !names.contains(value.string ?? "") else { return }
        errors.append(.notSupported(path.appending(member), value, supported: names))
    }

    private mutating func children(_ members: JSONObject, at path: JSONPath, depth: Int) {
        for (name, property) in members["properties"]?.object ?? [:] {
            schema(property, at: path.property(name), depth: depth + 1)
        }
        for name in ["items", "not", "additionalProperties"] {
            if let child = members[name], case .object = child { schema(child, at: path.appending(name), depth: depth + 1) }
        }
        for name in ["allOf", "anyOf", "oneOf"] {
            for (index, child) in (members[name]?.array ?? []).enumerated() {
                schema(child, at: path.appending(name).appending(index), depth: depth + 1)
            }
        }
    }
}
