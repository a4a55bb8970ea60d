package import JSON

/// What a policy demands of one value of a predicate.
package struct PredicateRule: Sendable, Hashable {
    package enum Condition: Sendable, Hashable {
        /// Just this value. Texts are compared byte by byte, numbers by their value.
        case exact(JSON)
        case oneOf([JSON])
        /// A number, or a time in RFC 3339, within both ends; an end that is nil is open.
        case range(from: Bound?, to: Bound?)
        /// True: it is there and not null. False: it is absent or null.
        case exists(Bool)
    }

    package enum Bound: Sendable, Hashable {
        case number(Double)
        case time(Moment)
    }

    package var path: PredicatePath
    package var condition: Condition

    package init(path: PredicatePath, condition: Condition) {
        self.path = path
        self.condition = condition
    }

    /// Every value that the path leads to must satisfy, and there must be one.
    func check(_ predicate: JSON) throws(StatementFailure) {
        let values = path.values(in: predicate)
        if case .exists(let wanted) = condition {
            let exists = values.map { !$0.isEmpty && !$0.contains(where: \.isNull) } ?? false
            guard exists == wanted else {
                throw .predicateRejected(
                    rule: "\(path): \(exists ? "is there" : "is missing"), wanted \(wanted ? "it there" : "it absent")")
            }
            return
        }
        guard let values, !values.isEmpty else { throw .predicateRejected(rule: "\(path): nothing there, wanted \(condition)") }
        for value in values where !condition.holds(for: value) {
            throw .predicateRejected(rule: "\(path): found \(String(value.text().prefix(200))), wanted \(condition)")
        }
    }
}

extension PredicateRule.Condition: CustomStringConvertible {
    func holds(for value: JSON) -> Bool {
        switch self {
        case .exact(let wanted): return value.isExactly(wanted)
        case .oneOf(let wanted): return wanted.contains(where: value.isExactly)
        case .exists(let wanted): return value.isNull != wanted
        case .range(let start, let end):
            return [(start, true), (end, false)].allSatisfy { bound, isStart in
                switch bound {
                case nil: true
                case .number(let limit): value.number.map { isStart ? limit <= $0 : $0 <= limit } ?? false
                case .time(let limit): value.string.flatMap(Moment.init(rfc3339:)).map { isStart ? limit <= $0 : $0 <= limit } ?? false
                }
            }
        }
    }

    package var description: String {
        switch self {
        case .exact(let value): value.text()
        case .oneOf(let values): "one of \(JSON.array(values).text())"
        case .exists(let wanted): wanted ? "anything" : "nothing"
        case .range(let start, let end): "from \(start.map { "\($0)" } ?? "any") to \(end.map { "\($0)" } ?? "any")"
        }
    }
}

extension PredicateRule.Bound: CustomStringConvertible {
    package var description: String {
        switch self {
        case .number(let number): Int64(exactly: number).map { "\($0)" } ?? "\(number)"
        case .time(let time): "\(time)"
        }
    }
}

extension JSON {
    /// A number's value; nothing else has one, a text of digits neither.
    fileprivate var number: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .double(let value): value
        default: nil
        }
    }

    /// Equality of values, texts and keys byte by byte.
    func isExactly(_ other: JSON) -> Bool {
        switch (self, other) {
        case (.string(let left), .string(let right)): left.isIdentical(to: right)
        case (.array(let left), .array(let right)): left.count == right.count && zip(left, right).allSatisfy { $0.isExactly($1) }
        case (.object(let left), .object(let right)):
            left.count == right.count && left.allSatisfy { key, value in right.exact(key).map(value.isExactly) ?? false }
        default: isEquivalent(to: other)
        }
    }
}
