import JSON

/// What the structure of a schema promises of values beyond the value schema: keys of lists are unique, embedded resources say what
/// they are. Follows properties, additional properties and items, never alternatives.
enum SchemaInvariants {
    static func errors(in value: JSON, of schema: StructuralSchema, at path: JSONPath, depth: Int) -> [FieldError] {
        guard depth < SchemaDepth.limit else { return [] }
        switch value {
        case .array(let elements):
            var errors = listErrors(elements, schema, at: path)
            if let items = schema.items {
                for (index, element) in elements.enumerated() {
                    errors += Self.errors(in: element, of: items, at: path.appending(index), depth: depth + 1)
                }
            }
            return errors
        case .object(let members):
            var errors = schema.embeddedResource ? embeddedErrors(members, at: path) : []
            for (key, member) in members {
                guard let memberSchema = schema.structure(ofMember: key) else { continue }
                errors += Self.errors(in: member, of: memberSchema, at: path.appending(key), depth: depth + 1)
            }
            return errors
        default: return []
        }
    }

    /// Repeated elements of a set, or repeated keys of a map. Each repeated value is told once, where it comes the second time.
    private static func listErrors(_ elements: [JSON], _ schema: StructuralSchema, at path: JSONPath) -> [FieldError] {
        switch schema.listType {
        case .set: return duplicates(elements, at: path)
        case .map:
            for (index, element) in elements.enumerated() where element.object == nil && !element.isNull {
                return [.invalid(path.appending(index), element, "must be an object for an array of list-type map")]
            }
            let keys = elements.map { element in
                var key = JSONObject()
                for name in schema.listMapKeys { key[name] = element[name] }
                return JSON.object(key)
            }
            return duplicates(keys, at: path)
        case .atomic, nil: return []
        }
    }

    private static func duplicates(_ values: [JSON], at path: JSONPath) -> [FieldError] {
        var times: [JSON: Int] = [:]
        var errors: [FieldError] = []
        for (index, value) in values.enumerated() {
            times[value, default: 0] += 1
            if times[value] == 2 { errors.append(.duplicate(path.appending(index), value)) }
        }
        return errors
    }

    private static func embeddedErrors(_ members: JSONObject, at path: JSONPath) -> [FieldError] {
        ["apiVersion", "kind"].compactMap { name in
            let field = path.appending(name)
            guard let value = members[name] else { return .required(field) }
            guard let text = value.string else { return .invalid(field, value, "must be a string") }
            return text.isEmpty ? .invalid(field, value, "must not be empty") : nil
        }
    }
}

extension StructuralSchema {
    /// The schema of a member by that name: its own, or that of additional properties.
    func structure(ofMember name: String) -> StructuralSchema? {
        if let property = self[property: name] { return property }
        if case .schema(let additional) = additionalProperties { return additional }
        return nil
    }
}
