public import JSON

extension StructuralSchema {
    /// Fills in defaults, also inside objects and list elements that are there, and inside defaults themselves.
    ///
    /// A null where the schema is not nullable counts as absent: the default takes its place; without one the member goes. Nulls
    /// in lists stay unless there is a default, for their place counts. The default of the schema itself is its parent's business.
    public func defaulting(_ value: JSON) -> JSON { defaulting(value, depth: 0) }

    private func defaulting(_ value: JSON, depth: Int) -> JSON {
        guard depth < SchemaDepth.limit else { return value }
        switch value {
        case .object(var members):
            for property in properties {
                guard let defaultValue = property.schema.defaultValue else { continue }
                let present = members[property.name]
                if present == nil || present == .null && !property.schema.nullable { members[property.name] = defaultValue }
            }
            for (key, member) in zip(members.keys, members.values) {
                guard let schema = structure(ofMember: key) else { continue }
                if member.isNull, !schema.nullable {
                    members[key] = schema.defaultValue.map { schema.defaulting($0, depth: depth + 1) }
                } else {
                    members[key] = schema.defaulting(member, depth: depth + 1)
                }
            }
            return .object(members)
        case .array(let elements):
            guard let items else { return value }
            return .array(
                elements.map { element in
                    let present = element.isNull && !items.nullable ? items.defaultValue ?? element : element
                    return items.defaulting(present, depth: depth + 1)
                })
        default: return value
        }
    }
}
