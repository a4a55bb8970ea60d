package import JSON

extension PredicateRule {
    /// Reads `{path: …, exact|oneOf|range|exists: …}` as a policy has it. Just one condition; what the verifier doesn't know is an
    /// error, since a rule that is passed over is a door left open.
    package init(_ json: JSON, at place: String) throws(PolicyProblem) {
        guard let members = json.object else { throw PolicyProblem("\(place): wanted an object, found \(json.kind)") }
        let known = ["path", "exact", "oneOf", "range", "exists"]
        for key in members.keys where !known.contains(where: { $0.isIdentical(to: key) }) {
            throw PolicyProblem("\(place): unknown field \"\(String(key.prefix(64)).printable)\", wanted \(known.joined(separator: ", "))")
        }
        guard let text = members["path"]?.string else { throw PolicyProblem("\(place).path: wanted a path") }
        do { path = try PredicatePath(text) } catch { throw PolicyProblem("\(place).path: \(error.description.printable)") }
        let named = members.keys.filter { $0 != "path" }
        guard named.count == 1 else {
            throw PolicyProblem("\(place): \(named.count) conditions, wanted one of exact, oneOf, range, exists")
        }
        condition = try Self.condition(named[0], members[named[0]] ?? .null, "\(place).\(named[0])")
    }

    private static func condition(_ name: String, _ value: JSON, _ place: String) throws(PolicyProblem) -> Condition {
        switch name {
        case "exact": return .exact(value)
        case "exists":
            guard let wanted = value.bool else { throw PolicyProblem("\(place): wanted true or false, found \(value.kind)") }
            return .exists(wanted)
        case "oneOf":
            guard let values = value.array, !values.isEmpty else { throw PolicyProblem("\(place): wanted values, at least one") }
            return .oneOf(values)
        default: return try range(value, place)
        }
    }

    private static func range(_ value: JSON, _ place: String) throws(PolicyProblem) -> Condition {
        guard let members = value.object, !members.isEmpty else { throw PolicyProblem("\(place): wanted min, max or both") }
        for key in members.keys where !["min", "max"].contains(where: { $0.isIdentical(to: key) }) {
            throw PolicyProblem("\(place): unknown field \"\(String(key.prefix(64)).printable)\", wanted min, max")
        }
        let (from, to) = (try bound(members["min"], "\(place).min"), try bound(members["max"], "\(place).max"))
        switch (from, to) {
        case (.number(let low)?, .number(let high)?) where low > high: throw PolicyProblem("\(place): min lies above max")
        case (.time(let low)?, .time(let high)?) where low > high: throw PolicyProblem("\(place): min lies above max")
        case (.number?, .time?), (.time?, .number?): throw PolicyProblem("\(place): a number and a time")
        default: return .range(from: from, to: to)
        }
    }

    private static func bound(_ value: JSON?, _ place: String) throws(PolicyProblem) -> Bound? {
        switch value {
        case nil: return nil
        case .integer(let number)?: return .number(Double(number))
        case .double(let number)?: return .number(number)
        case .string(let text)?:
            guard let time = Moment(rfc3339: text) else { throw PolicyProblem("\(place): wanted a number or a time as RFC 3339 writes it") }
            return .time(time)
        default: throw PolicyProblem("\(place): wanted a number or a time, found \(value?.kind ?? "nothing")")
        }
    }
}

/// What is wrong with a policy: which field, what was found and wanted.
package struct PolicyProblem: Error, Sendable, Hashable, CustomStringConvertible {
    package var description: String

    package init(_ description: String) { self.description = description }
}
