import JSON

extension SchemaValidator {
    /// Length, pattern and format. Of length and pattern the first that fails is told.
    func string(_ text: String, _ schema: StructuralSchema, at path: JSONPath) -> Verdict {
        var verdict = Verdict(matches: 1)
        if let error = lengthError(text, schema, at: path) ?? patternError(text, schema, at: path) { verdict.errors.append(error) }
        if let name = schema.format, schema.kind == .string || schema.kind == nil, let format = StringFormat(name: name) {
            verdict.matches += 1
            if !format.accepts(text) {
                verdict.errors.append(
                    .typeInvalid(path, found: text, "\(path.inBody) must be of type \(name): \(GoText.quoted(text))"))
            }
        }
        return verdict
    }

    private func lengthError(_ text: String, _ schema: StructuralSchema, at path: JSONPath) -> FieldError? {
        guard schema.minLength != nil || schema.maxLength != nil else { return nil }
        let length = text.unicodeScalars.count
        if let maximum = schema.maxLength, length > maximum { return .tooLong(path, maximum: maximum) }
        if let minimum = schema.minLength, length < minimum {
            return .invalid(path, .string(text), "\(path.inBody) should be at least \(minimum) chars long")
        }
        return nil
    }

    private func patternError(_ text: String, _ schema: StructuralSchema, at path: JSONPath) -> FieldError? {
        guard let source = schema.pattern, !source.isEmpty else { return nil }
        do throws(Pattern.SyntaxError) {
            if try Pattern.cached(source).matches(text) { return nil }
            return .invalid(path, .string(text), "\(path.inBody) should match '\(source)'")
        } catch {
            return .invalid(path, .string(text), "\(path.inBody) should match '\(source), but pattern is invalid: \(error)'")
        }
    }

    /// Range of the format, multiples and bounds.
    func number(_ value: JSON, _ schema: StructuralSchema, at path: JSONPath) -> Verdict {
        var verdict = Verdict(matches: 1)
        if schema.accepts(value), let problem = schema.rangeProblem(value) {
            verdict.errors.append(.invalid(path, value, "Checked value must be of type \(problem) in \(path)"))
        }
        if let factor = schema.multipleOf, !value.isMultiple(of: factor) {
            verdict.errors.append(.invalid(path, value, "\(path.inBody) should be a multiple of \(GoText.number(factor))"))
        }
        if let minimum = schema.minimum {
            let order = value.compared(to: minimum)
            if order < 0 || order == 0 && schema.exclusiveMinimum {
                let relation = schema.exclusiveMinimum ? "greater than" : "greater than or equal to"
                verdict.errors.append(.invalid(path, value, "\(path.inBody) should be \(relation) \(GoText.number(minimum))"))
            }
        }
        if let maximum = schema.maximum {
            let order = value.compared(to: maximum)
            if order > 0 || order == 0 && schema.exclusiveMaximum {
                let relation = schema.exclusiveMaximum ? "less than" : "less than or equal to"
                verdict.errors.append(.invalid(path, value, "\(path.inBody) should be \(relation) \(GoText.number(maximum))"))
            }
        }
        return verdict
    }
}

extension StructuralSchema {
    /// The type and format whose range the number leaves.
    fileprivate func rangeProblem(_ value: JSON) -> String? {
        switch (kind, format) {
        case (.integer, "int32"?): value.integer.flatMap(Int32.init(exactly:)) == nil ? "integer with format int32" : nil
        case (.integer, "int64"?): value.integer == nil ? "integer with format int64" : nil
        case (.integer, _): value.integer == nil ? "integer (default format)" : nil
        case (.number, "float"?):
            (value.double ?? 0).magnitude > Double(Float.greatestFiniteMagnitude) ? "number with format float" : nil
        default: nil
        }
    }
}

extension JSON {
    /// Negative when this number is smaller, positive when it is larger. Integers are compared exactly where the bound is one.
    fileprivate func compared(to bound: Double) -> Int {
        if case .integer(let whole) = self, let limit = Int64(exactly: bound) { return whole < limit ? -1 : whole > limit ? 1 : 0 }
        let number = double ?? 0
        return number < bound ? -1 : number > bound ? 1 : 0
    }

    fileprivate func isMultiple(of factor: Double) -> Bool {
        guard factor > 0 else { return false }
        if case .integer(let whole) = self, let divisor = Int64(exactly: factor) { return whole % divisor == 0 }
        // 0.3 is a multiple of 0.1 for people, if not for doubles: allow for what division loses.
        let quotient = (double ?? 0) / factor
        return (quotient - quotient.rounded()).magnitude <= 1e-9 * max(1, quotient.magnitude)
    }
}
