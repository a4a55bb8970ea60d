public import JSON

extension StructuralSchema {
    /// Takes out members that no schema names, and says which they were, in the order of the document.
    ///
    /// What `additionalProperties: false` forbids stays, for validation to tell of. With `isResource` the value is a whole object: `apiVersion`, `kind` and `metadata` belong to every schema.
    public func pruning(_ value: JSON, at path: JSONPath = .root, isResource: Bool = false) -> (value: JSON, removed: [JSONPath]) {
        var schema = self
        if isResource { schema.embeddedResource = true }
        var pruner = Pruner()
        return (pruner.pruning(value, schema, at: path, depth: 0), pruner.removed)
    }

    /// Members of a whole object that neither this schema nor that of `metadata` names: what field validation «Strict» refuses and
    /// «Warn» warns of, as `unknown field "spec.foo"`.
    public func unknownFields(in resource: JSON) -> [JSONPath] {
        var unknown = pruning(resource, isResource: true).removed
        if let metadata = resource["metadata"] {
            unknown += StructuralSchema.objectMeta.pruning(metadata, at: JSONPath([.key("metadata")])).removed
        }
        return unknown
    }
}

private struct Pruner {
    var removed: [JSONPath] = []

    private static let resourceFields: Set<String> = ["apiVersion", "kind", "metadata"]

    /// A nil schema names nothing.
    mutating func pruning(_ value: JSON, _ schema: StructuralSchema?, at path: JSONPath, depth: Int) -> JSON {
        guard depth < SchemaDepth.limit else { return value }
        if let schema, schema.preservesUnknownFields { return preserving(value, schema, at: path, depth: depth) }
        switch value {
        case .object(let members):
            var kept = JSONObject()
            for (key, member) in members {
                if let schema, schema.embeddedResource, Self.resourceFields.contains(key) {
                    kept[key] = member
                } else if let property = schema?[property: key] {
                    kept[key] = pruning(member, property, at: path.appending(key), depth: depth + 1)
                } else {
                    switch schema?.additionalProperties {
                    case .allowed, .forbidden: kept[key] = pruning(member, nil, at: path.appending(key), depth: depth + 1)
                    case .schema(let additional): kept[key] = pruning(member, additional, at: path.appending(key), depth: depth + 1)
                    case .unspecified, nil: removed.append(path.appending(key))
                    }
                }
            }
            return .object(kept)
        case .array(let elements):
            return .array(
                elements.enumerated().map { index, element in
                    pruning(element, schema?.items, at: path.appending(index), depth: depth + 1)
                })
        default: return value
        }
    }

    /// Unknown members stay; known ones are pruned by their own schemas.
    private mutating func preserving(_ value: JSON, _ schema: StructuralSchema, at path: JSONPath, depth: Int) -> JSON {
        guard depth < SchemaDepth.limit else { return value }
        switch value {
        case .object(var members):
            for (key, member) in zip(members.keys, members.values) {
                if schema.embeddedResource, Self.resourceFields.contains(key) { continue }
                guard let memberSchema = schema.structure(ofMember: key) else { continue }
                members[key] = pruning(member, memberSchema, at: path.appending(key), depth: depth + 1)
            }
            return .object(members)
        case .array(let elements):
            guard let items = schema.items else { return value }
            return .array(
                elements.enumerated().map { index, element in
                    preserving(element, items, at: path.appending(index), depth: depth + 1)
                })
        default: return value
        }
    }
}
