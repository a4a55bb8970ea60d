import JSON

/// The part of kubectl's JSONPath that printer columns use: members, elements, slices, wildcards and filters.
struct ColumnPath: Sendable, Equatable {
    enum Step: Sendable, Equatable {
        case member(String)
        case everything
        /// Negative counts from the end.
        case element(Int)
        case slice(from: Int?, to: Int?)
        case filter(Filter)
    }

    /// `@.type=="Ready"`: elements for which the comparison holds; without one, those that have the path.
    struct Filter: Sendable, Equatable {
        enum Comparison: String, Sendable, CaseIterable {
            case equal = "==", notEqual = "!=", atMost = "<=", atLeast = ">=", less = "<", greater = ">"
        }

        var path: ColumnPath
        var comparison: (Comparison, JSON)?

        static func == (left: Filter, right: Filter) -> Bool {
            left.path == right.path && left.comparison?.0 == right.comparison?.0 && left.comparison?.1 == right.comparison?.1
        }

        func accepts(_ value: JSON) -> Bool {
            let found = path.values(in: value)
            guard let (comparison, wanted) = comparison else { return !found.isEmpty }
            guard let found = found.first else { return false }
            return switch comparison {
            case .equal: Self.order(found, wanted) == 0
            case .notEqual: Self.order(found, wanted) != 0
            case .less: Self.order(found, wanted).map { $0 < 0 } ?? false
            case .atMost: Self.order(found, wanted).map { $0 <= 0 } ?? false
            case .greater: Self.order(found, wanted).map { $0 > 0 } ?? false
            case .atLeast: Self.order(found, wanted).map { $0 >= 0 } ?? false
            }
        }

        /// Nil when the two can't be compared.
        private static func order(_ left: JSON, _ right: JSON) -> Int? {
            if let left = left.double, let right = right.double { return left < right ? -1 : left > right ? 1 : 0 }
            if let left = left.string, let right = right.string { return ByteOrder.compare(left, right) }
            return left == right ? 0 : nil
        }
    }

    var steps: [Step]

    /// What the path finds, in order. What is missing is left out.
    func values(in root: JSON) -> [JSON] {
        steps.reduce([root]) { found, step in found.flatMap { Self.take(step, from: $0) } }
    }

    private static func take(_ step: Step, from value: JSON) -> [JSON] {
        switch step {
        case .member(let name): return value[name].map { [$0] } ?? []
        case .everything: return value.array ?? value.object?.values ?? []
        case .element(let index):
            guard let elements = value.array else { return [] }
            let position = index < 0 ? elements.count + index : index
            return elements.indices.contains(position) ? [elements[position]] : []
        case .slice(let from, let to):
            guard let elements = value.array else { return [] }
            func position(_ index: Int) -> Int { min(max(index < 0 ? elements.count + index : index, 0), elements.count) }
            let (start, end) = (position(from ?? 0), position(to ?? elements.count))
            return start < end ? Array(elements[start..<end]) : []
        case .filter(let filter): return (value.array ?? value.object?.values ?? []).filter(filter.accepts)
        }
    }
}
