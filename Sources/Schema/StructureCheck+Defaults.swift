import JSON

extension StructureCheck {
    /// Defaults must hold against their own schema and name nothing unknown.
    mutating func defaults(_ schema: StructuralSchema, at path: JSONPath, depth: Int) {
        guard depth < SchemaDepth.limit else { return }
        if let value = schema.defaultValue {
            let defaultPath = path.appending("default")
            if !schema.pruning(value, isResource: schema.embeddedResource).removed.isEmpty {
                errors.append(.invalid(defaultPath, value, "must not have unknown fields"))
            }
            errors += schema.errors(in: value, at: defaultPath)
        }
        if let items = schema.items { defaults(items, at: path.appending("items"), depth: depth + 1) }
        for property in schema.properties { defaults(property.schema, at: path.property(property.name), depth: depth + 1) }
    }
}
