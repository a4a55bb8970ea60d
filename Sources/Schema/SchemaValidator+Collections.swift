import JSON

extension SchemaValidator {
    func array(_ elements: [JSON], _ schema: StructuralSchema, at path: JSONPath, depth: Int) -> Verdict {
        var verdict = Verdict(matches: 2)
        if let items = schema.items {
            for (index, element) in elements.enumerated() {
                verdict.merge(validate(element, against: items, at: path.appending(index), depth: depth + 1))
            }
        }
        if let minimum = schema.minItems, elements.count < minimum {
            verdict.errors.append(
                .invalid(path, .integer(Int64(elements.count)), "\(path.inBody) should have at least \(minimum) items"))
        }
        if let maximum = schema.maxItems, elements.count > maximum {
            verdict.errors.append(.tooMany(path, found: elements.count, maximum: maximum))
        }
        if schema.uniqueItems, Set(elements).count < elements.count {
            verdict.errors.append(.invalid(path, .string(""), "\(path.inBody) shouldn't contain duplicates"))
        }
        return verdict
    }

    func object(_ members: JSONObject, _ schema: StructuralSchema, at path: JSONPath, depth: Int) -> Verdict {
        var verdict = Verdict(matches: 1)
        if let minimum = schema.minProperties, members.count < minimum {
            verdict.errors.append(
                .invalid(path, .integer(Int64(members.count)), "\(path.inBody) should have at least \(minimum) properties"))
        }
        if let maximum = schema.maxProperties, members.count > maximum {
            verdict.errors.append(.tooMany(path, found: members.count, maximum: maximum))
        }
        for (key, value) in members {
            if let property = schema[property: key] {
                verdict.merge(validate(value, against: property, at: path.appending(key), depth: depth + 1))
                continue
            }
            switch schema.additionalProperties {
            case .unspecified, .allowed: break
            case .forbidden:
                let member = path.appending(key)
                verdict.errors.append(.invalid(path, .string(key), "\(member.inBody) is a forbidden property"))
            case .schema(let additional):
                verdict.merge(validate(value, against: additional, at: path.appending(key), depth: depth + 1))
            }
        }
        for key in schema.required where !members.contains(key) {
            verdict.errors.append(.required(path.appending(key)))
        }
        return verdict
    }
}
