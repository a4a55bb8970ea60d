public import JSON

extension StructuralSchema {
    /// Everything that is wrong with `value`, worded as Kubernetes words it. Empty: it is valid.
    ///
    /// What the value schema refuses comes first, in the order of the document; then repeated elements of lists of type set and
    /// map, and embedded resources without an `apiVersion` or a `kind`. Members that no schema names are not errors here
    /// (`pruning` takes them out), unless `additionalProperties` is false. `x-kubernetes-validations` are not evaluated.
    public func errors(in value: JSON, at path: JSONPath = .root) -> [FieldError] {
        SchemaValidator().validate(value, against: self, at: path, depth: 0).errors
            + SchemaInvariants.errors(in: value, of: self, at: path, depth: 0)
    }
}

/// How deep schemas and values are followed. What is parsed is never deeper; this guards what is built by hand.
enum SchemaDepth { static let limit = 200 }

/// Checks values against schemas, keyword by keyword (OpenAPI v3 schema object, JSON Schema validation draft 4).
struct SchemaValidator {
    /// What was found out about a value.
    struct Verdict {
        var errors: [FieldError] = []
        /// Checks that passed: of several alternatives that all fail, the one with most is told about.
        var matches = 0

        var isValid: Bool { errors.isEmpty }

        mutating func merge(_ other: Verdict) {
            errors += other.errors
            matches += other.matches
        }
    }

    func validate(_ value: JSON, against schema: StructuralSchema, at path: JSONPath, depth: Int) -> Verdict {
        var verdict = Verdict()
        guard depth < SchemaDepth.limit else {
            verdict.errors.append(.invalid(path, value, "nested deeper than \(SchemaDepth.limit) levels"))
            return verdict
        }
        if value.isNull {
            if schema.wantsType, !schema.nullable { verdict.errors.append(schema.wrongType(value, at: path)) }
            verdict.merge(enumeration(value, schema, at: path))
            return verdict
        }
        if schema.wantsType {
            if schema.accepts(value) { verdict.matches += 1 } else { verdict.errors.append(schema.wrongType(value, at: path)) }
            verdict.matches += 1
        }
        verdict.merge(alternatives(value, schema, at: path, depth: depth))
        switch value {
        case .string(let text): verdict.merge(string(text, schema, at: path))
        case .integer, .double: verdict.merge(number(value, schema, at: path))
        case .array(let elements): verdict.merge(array(elements, schema, at: path, depth: depth))
        default: break
        }
        verdict.merge(enumeration(value, schema, at: path))
        if case .object(let members) = value { verdict.merge(object(members, schema, at: path, depth: depth)) }
        verdict.matches += 1
        return verdict
    }

    private func enumeration(_ value: JSON, _ schema: StructuralSchema, at path: JSONPath) -> Verdict {
        guard !schema.allowedValues.isEmpty, !schema.allowedValues.contains(where: { $0.isNumericallyEqual(to: value) }) else {
            return Verdict(matches: 1)
        }
        let names = schema.allowedValues.map { $0.string ?? $0.text() }
        return Verdict(errors: [.notSupported(path, value, supported: names)], matches: 1)
    }
}

extension JSONPath {
    /// `spec.replicas in body`, as schema messages begin.
    var inBody: String { components.isEmpty ? "body" : "\(self) in body" }
}

extension JSON {
    /// Equal, and numbers equal by their value.
    func isNumericallyEqual(to other: JSON) -> Bool {
        switch (self, other) {
        case (.integer(let whole), .double(let double)), (.double(let double), .integer(let whole)): Int64(exactly: double) == whole
        default: self == other
        }
    }
}
