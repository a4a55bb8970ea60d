import JSON

extension StructureCheck {
    /// The alternatives of a structural node may only validate. `x-kubernetes-int-or-string` allows one pattern that names types.
    mutating func nested(_ schema: StructuralSchema, at path: JSONPath, depth: Int) {
        alternatives(of: schema, skipsAnyOf: Self.isIntOrString(schema.anyOf), at: path, depth: depth)
    }

    private mutating func alternatives(of schema: StructuralSchema, skipsAnyOf: Bool, at path: JSONPath, depth: Int) {
        if !skipsAnyOf { validations(schema.anyOf, at: path.appending("anyOf"), depth: depth) }
        for (index, alternative) in schema.allOf.enumerated() {
            let skips = index == 0 && Self.isIntOrString(alternative.anyOf)
            validation(alternative, skipsAnyOf: skips, at: path.appending("allOf").appending(index), depth: depth + 1)
        }
        validations(schema.oneOf, at: path.appending("oneOf"), depth: depth)
        if let not = schema.not { validation(not, at: path.appending("not"), depth: depth + 1) }
    }

    private static func isIntOrString(_ alternatives: [StructuralSchema]) -> Bool {
        alternatives == [StructuralSchema(.integer), StructuralSchema(.string)]
    }

    private mutating func validations(_ schemas: [StructuralSchema], at path: JSONPath, depth: Int) {
        for (index, schema) in schemas.enumerated() { validation(schema, at: path.appending(index), depth: depth + 1) }
    }

    private mutating func validation(_ schema: StructuralSchema, skipsAnyOf: Bool = false, at path: JSONPath, depth: Int) {
        guard depth < SchemaDepth.limit else {
            errors.append(.invalid(path, "object", "nested deeper than \(SchemaDepth.limit) levels"))
            return
        }
        forbidden(schema, at: path)
        shared(schema, at: path)
        alternatives(of: schema, skipsAnyOf: skipsAnyOf, at: path, depth: depth)
        if let items = schema.items { validation(items, at: path.appending("items"), depth: depth + 1) }
        for property in schema.properties {
            validation(property.schema, at: path.property(property.name), depth: depth + 1)
            if property.name == "metadata" {
                errors.append(.forbidden(path.property("metadata"), "must not be specified in a nested context"))
            }
        }
    }

    private mutating func forbidden(_ schema: StructuralSchema, at path: JSONPath) {
        let rules: [(isBroken: Bool, member: String, detail: String)] = [
            (schema.kind != nil, "type", "must be empty to be structural"),
            (schema.additionalProperties != .unspecified, "additionalProperties", "must be undefined to be structural"),
            (schema.defaultValue != nil, "default", "must be undefined to be structural"),
            (schema.description != nil, "description", "must be empty to be structural"),
            (schema.nullable, "nullable", "must be false to be structural"),
            (schema.preservesUnknownFields, "x-kubernetes-preserve-unknown-fields", "must be false to be structural"),
            (schema.embeddedResource, "x-kubernetes-embedded-resource", "must be false to be structural"),
            (schema.intOrString, "x-kubernetes-int-or-string", "must be false to be structural"),
            (!schema.listMapKeys.isEmpty, "x-kubernetes-list-map-keys", "must be empty to be structural"),
            (schema.listType != nil, "x-kubernetes-list-type", "must be undefined to be structural"),
            (schema.mapType != nil, "x-kubernetes-map-type", "must be undefined to be structural"),
            (!schema.rules.isEmpty, "x-kubernetes-validations", "must be empty to be structural"),
        ]
        for rule in rules where rule.isBroken { errors.append(.forbidden(path.appending(rule.member), rule.detail)) }
    }

    /// What alternatives at the root speak of must be declared outside them, as Kubernetes checks. `rule` is where it is spoken of.
    mutating func completeness(of schema: StructuralSchema, in structure: StructuralSchema, at path: JSONPath, rule: JSONPath, depth: Int) {
        guard depth < SchemaDepth.limit else { return }
        var alternatives: [(StructuralSchema, JSONPath)] = []
        if let not = schema.not { alternatives.append((not, rule.appending("not"))) }
        for (name, schemas) in [("allOf", schema.allOf), ("anyOf", schema.anyOf), ("oneOf", schema.oneOf)] {
            for (index, alternative) in schemas.enumerated() { alternatives.append((alternative, rule.appending(name).appending(index))) }
        }
        for (alternative, rule) in alternatives {
            nestedCompleteness(of: alternative, in: structure, at: path, rule: rule, depth: depth + 1)
        }
    }

    private mutating func nestedCompleteness(
        of schema: StructuralSchema, in structure: StructuralSchema, at path: JSONPath, rule: JSONPath, depth: Int
    ) {
        guard depth < SchemaDepth.limit else { return }
        completeness(of: schema, in: structure, at: path, rule: rule, depth: depth + 1)
        if let items = schema.items {
            let (itemsPath, itemsRule) = (path.appending("items"), rule.appending("items"))
            if let structural = structure.items {
                nestedCompleteness(of: items, in: structural, at: itemsPath, rule: itemsRule, depth: depth + 1)
            } else {
                errors.append(.required(itemsPath, "because it is defined in \(itemsRule)"))
            }
        }
        for property in schema.properties {
            let (field, fieldRule) = (path.property(property.name), rule.property(property.name))
            if let structural = structure[property: property.name] {
                nestedCompleteness(of: property.schema, in: structural, at: field, rule: fieldRule, depth: depth + 1)
            } else {
                errors.append(.required(field, "because it is defined in \(fieldRule)"))
            }
        }
    }
}
