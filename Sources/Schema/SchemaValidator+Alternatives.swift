import JSON

extension SchemaValidator {
    /// `anyOf`, `oneOf`, `allOf` and `not`. Where no alternative holds, the errors of the closest one follow.
    func alternatives(_ value: JSON, _ schema: StructuralSchema, at path: JSONPath, depth: Int) -> Verdict {
        var verdict = Verdict()
        if !schema.anyOf.isEmpty { verdict.merge(anyOf(value, schema.anyOf, at: path, depth: depth)) }
        if !schema.oneOf.isEmpty { verdict.merge(oneOf(value, schema.oneOf, at: path, depth: depth)) }
        if !schema.allOf.isEmpty { verdict.merge(allOf(value, schema.allOf, at: path, depth: depth)) }
        if let not = schema.not, validate(value, against: not, at: path, depth: depth + 1).isValid {
            verdict.errors.append(failure(value, at: path, "must not validate the schema (not)"))
        }
        verdict.matches += 2
        return verdict
    }

    private func anyOf(_ value: JSON, _ schemas: [StructuralSchema], at path: JSONPath, depth: Int) -> Verdict {
        var closest = Verdict(matches: -1)
        for schema in schemas {
            let verdict = validate(value, against: schema, at: path, depth: depth + 1)
            if verdict.isValid { return verdict }
            if verdict.matches > closest.matches { closest = verdict }
        }
        closest.errors.insert(failure(value, at: path, "must validate at least one schema (anyOf)"), at: 0)
        return closest
    }

    private func oneOf(_ value: JSON, _ schemas: [StructuralSchema], at path: JSONPath, depth: Int) -> Verdict {
        var valid: [Verdict] = []
        var closest = Verdict(matches: -1)
        for schema in schemas {
            let verdict = validate(value, against: schema, at: path, depth: depth + 1)
            if verdict.isValid { valid.append(verdict) } else if verdict.matches > closest.matches { closest = verdict }
        }
        switch valid.count {
        case 1: return valid[0]
        case 0:
            closest.errors.insert(failure(value, at: path, "must validate one and only one schema (oneOf). Found none valid"), at: 0)
            return closest
        default:
            let found = "Found \(valid.count) valid alternatives"
            return Verdict(errors: [failure(value, at: path, "must validate one and only one schema (oneOf). \(found)")])
        }
    }

    private func allOf(_ value: JSON, _ schemas: [StructuralSchema], at path: JSONPath, depth: Int) -> Verdict {
        var merged = Verdict()
        var valid = 0
        for schema in schemas {
            let verdict = validate(value, against: schema, at: path, depth: depth + 1)
            if verdict.isValid { valid += 1 }
            merged.merge(verdict)
        }
        if valid < schemas.count {
            merged.errors.append(failure(value, at: path, "must validate all the schemas (allOf)\(valid == 0 ? ". None validated" : "")"))
        }
        return merged
    }

    private func failure(_ value: JSON, at path: JSONPath, _ rule: String) -> FieldError {
        .invalid(path, value, "\(GoText.quoted(path.description)) \(rule)")
    }
}
