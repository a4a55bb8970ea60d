public import JSON

extension StructuralSchema {
    /// Why a CustomResourceDefinition with this schema at its root is refused: what makes it not structural, patterns that don't
    /// compile, keys that can't identify elements, defaults that are not valid themselves. Sorted by path; empty: it is accepted.
    ///
    /// What a value of this type can't hold (`$ref`, `patternProperties`, an unknown list type) `definitionErrors(in:at:)` finds.
    public func structuralErrors(at path: JSONPath = .root) -> [FieldError] {
        var check = StructureCheck()
        check.root(self, at: path)
        return check.errors.sorted { ($0.path.description, $0.message) < ($1.path.description, $1.message) }
    }

    /// Everything wrong with a schema as it was written, `structuralErrors` included.
    public static func definitionErrors(in json: JSON, at path: JSONPath = .root) -> [FieldError] {
        var check = DefinitionCheck()
        check.schema(json, at: path, depth: 0)
        guard check.errors.isEmpty else { return check.errors }
        do throws(JSONDecodingError) {
            return try StructuralSchema(from: json, at: path).structuralErrors(at: path)
        } catch {
            return [.invalid(error.path, .string(error.found), "wanted \(error.wanted)")]
        }
    }
}

/// Walks a schema; `level` says what a node describes.
struct StructureCheck {
    enum Level { case root, item, field }

    var errors: [FieldError] = []

    mutating func root(_ schema: StructuralSchema, at path: JSONPath) {
        if let kind = schema.kind, kind != .object {
            errors.append(.invalid(path.appending("type"), .string(kind.rawValue), "must be object at the root"))
        }
        if schema.nullable { errors.append(.forbidden(path.appending("nullable"), "nullable cannot be true at the root")) }
        if schema.additionalProperties != .unspecified {
            errors.append(.forbidden(path.appending("additionalProperties"), "must not be used at the root"))
        }
        if let metadata = schema[property: "metadata"] { rootMetadata(metadata, at: path.property("metadata")) }
        for name in ["apiVersion", "kind", "metadata"] where schema[property: name]?.defaultValue != nil {
            errors.append(.forbidden(path.property(name).appending("default"), "must not be set in top-level \(name)"))
        }
        structure(schema, .root, at: path, depth: 0)
        completeness(of: schema, in: schema, at: path, rule: path, depth: 0)
        if errors.isEmpty { defaults(schema, at: path, depth: 0) }
    }

    private mutating func rootMetadata(_ metadata: StructuralSchema, at path: JSONPath) {
        var rest = metadata
        rest.kind = nil
        rest.description = nil
        rest.defaultValue = nil
        rest.properties.removeAll { $0.name == "name" || $0.name == "generateName" }
        if rest != StructuralSchema() {
            errors.append(
                .forbidden(path, "must not specify anything other than name and generateName, but metadata is implicitly specified"))
        }
    }

    mutating func structure(_ schema: StructuralSchema, _ level: Level, at path: JSONPath, depth: Int) {
        guard depth < SchemaDepth.limit else {
            errors.append(.invalid(path, "object", "nested deeper than \(SchemaDepth.limit) levels"))
            return
        }
        type(schema, level, at: path)
        extensions(schema, at: path)
        lists(schema, at: path)
        shared(schema, at: path)
        if let items = schema.items { structure(items, .item, at: path.appending("items"), depth: depth + 1) }
        for property in schema.properties {
            structure(property.schema, .field, at: path.property(property.name), depth: depth + 1)
        }
        if case .schema(let additional) = schema.additionalProperties {
            structure(additional, .field, at: path.appending("additionalProperties"), depth: depth + 1)
        }
        nested(schema, at: path, depth: depth)
    }

    private mutating func type(_ schema: StructuralSchema, _ level: Level, at path: JSONPath) {
        let typePath = path.appending("type")
        if schema.embeddedResource {
            let detail = "must be object if x-kubernetes-embedded-resource is true"
            switch schema.kind {
            case nil: errors.append(.required(typePath, detail))
            case .object?: break
            case let kind?: errors.append(.invalid(typePath, .string(kind.rawValue), detail))
            }
        } else if schema.kind == nil, !schema.intOrString, !schema.preservesUnknownFields {
            switch level {
            case .root: errors.append(.required(typePath, "must not be empty at the root"))
            case .item: errors.append(.required(typePath, "must not be empty for specified array items"))
            case .field: errors.append(.required(typePath, "must not be empty for specified object fields"))
            }
        }
        if schema.kind == .array, schema.items == nil { errors.append(.required(path.appending("items"), "must be specified")) }
        if level == .root || schema.embeddedResource {
            for name in ["apiVersion", "kind"] {
                if let property = schema[property: name], property.kind != .string {
                    errors.append(
                        .invalid(path.property(name).appending("type"), .string(property.kind?.rawValue ?? ""), "must be string"))
                }
            }
            if let metadata = schema[property: "metadata"], metadata.kind != .object {
                errors.append(
                    .invalid(path.property("metadata").appending("type"), .string(metadata.kind?.rawValue ?? ""), "must be object"))
            }
        }
    }

    private mutating func extensions(_ schema: StructuralSchema, at path: JSONPath) {
        if schema.intOrString, schema.preservesUnknownFields {
            errors.append(
                .invalid(
                    path.appending("x-kubernetes-preserve-unknown-fields"), true, "must be false if x-kubernetes-int-or-string is true"))
        }
        if schema.intOrString, schema.embeddedResource {
            errors.append(
                .invalid(path.appending("x-kubernetes-embedded-resource"), true, "must be false if x-kubernetes-int-or-string is true"))
        }
        if schema.embeddedResource, schema.additionalProperties != .unspecified {
            errors.append(
                .forbidden(path.appending("additionalProperties"), "must not be used if x-kubernetes-embedded-resource is set"))
        }
        if schema.embeddedResource, !schema.preservesUnknownFields, schema.properties.isEmpty {
            errors.append(
                .required(
                    path.appending("properties"),
                    "must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields"))
        }
        if schema.mapType != nil, schema.kind != .object {
            let detail = "must be object if x-kubernetes-map-type is specified"
            errors.append(
                schema.kind.map { .invalid(path.appending("type"), .string($0.rawValue), detail) }
                    ?? .required(path.appending("type"), detail))
        }
    }

    /// What holds at every node, also inside alternatives.
    mutating func shared(_ schema: StructuralSchema, at path: JSONPath) {
        if schema.uniqueItems {
            errors.append(
                .forbidden(
                    path.appending("uniqueItems"),
                    "uniqueItems cannot be set to true since the runtime complexity becomes quadratic"))
        }
        if !schema.properties.isEmpty {
            switch schema.additionalProperties {
            case .unspecified, .allowed: break
            case .forbidden, .schema:
                errors.append(
                    .forbidden(path.appending("additionalProperties"), "additionalProperties and properties are mutual exclusive"))
            }
        }
        if let pattern = schema.pattern {
            do throws(Pattern.SyntaxError) {
                _ = try Pattern.cached(pattern)
            } catch {
                errors.append(
                    .invalid(path.appending("pattern"), .string(pattern), "must be a valid regular expression, but isn't: \(error)"))
            }
        }
        for (index, rule) in schema.rules.enumerated() {
            let rulePath = path.appending("x-kubernetes-validations").appending(index)
            if rule.rule.allSatisfy(\.isWhitespace) { errors.append(.required(rulePath.appending("rule"), "rule is not specified")) }
            if rule.message.contains(where: \.isNewline) {
                errors.append(.invalid(rulePath.appending("message"), .string(rule.message), "must not contain line breaks"))
            } else if rule.message.isEmpty, rule.rule.contains(where: \.isNewline) {
                errors.append(.required(rulePath.appending("message"), "message must be specified if rule contains line breaks"))
            }
        }
    }
}

extension JSONPath {
    func property(_ name: String) -> JSONPath { appending("properties").appending(name) }
}
