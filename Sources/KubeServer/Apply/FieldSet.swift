import JSON

/// A set of paths to fields, as a tree whose branches are sorted.
struct FieldSet: Sendable, Hashable {
    struct Branch: Sendable, Hashable {
        var element: PathElement
        /// Whether the path that ends here is in the set; paths below it may be as well.
        var isMember: Bool
        var below: FieldSet
    }

    /// Sorted by element, none empty.
    private(set) var branches: [Branch] = []

    init() {}

    init(_ paths: FieldPath...) {
        for path in paths { insert(path) }
    }

    /// - Precondition: the branches are sorted.
    private init(branches: [Branch]) { self.branches = branches }

    var isEmpty: Bool { branches.isEmpty }

    /// The root itself is in no set: an empty path is let be.
    mutating func insert(_ path: FieldPath) { insert(path[...]) }

    private mutating func insert(_ path: ArraySlice<PathElement>) {
        guard let element = path.first else { return }
        let index = position(of: element)
        if index == branches.count || branches[index].element != element {
            branches.insert(Branch(element: element, isMember: false, below: FieldSet()), at: index)
        }
        if path.count == 1 { branches[index].isMember = true } else { branches[index].below.insert(path.dropFirst()) }
    }

    /// Adds what is below an element, with the element itself or without.
    mutating func insert(_ element: PathElement, isMember: Bool, below: FieldSet) {
        guard isMember || !below.isEmpty else { return }
        let index = position(of: element)
        if index < branches.count, branches[index].element == element {
            branches[index].isMember = branches[index].isMember || isMember
            branches[index].below = branches[index].below.union(below)
        } else {
            branches.insert(Branch(element: element, isMember: isMember, below: below), at: index)
        }
    }

    /// Where the element is, or where it belongs.
    private func position(of element: PathElement) -> Int {
        // Most sets are filled in order.
        guard let last = branches.last, element < last.element || element == last.element else { return branches.count }
        var (low, high) = (0, branches.count)
        while low < high {
            let middle = (low + high) / 2
            if branches[middle].element < element { low = middle + 1 } else { high = middle }
        }
        return low
    }

    func branch(_ element: PathElement) -> Branch? {
        let index = position(of: element)
        return index < branches.count && branches[index].element == element ? branches[index] : nil
    }

    func contains(_ path: FieldPath) -> Bool {
        guard let first = path.first, let branch = branch(first) else { return false }
        return path.count == 1 ? branch.isMember : branch.below.contains(Array(path.dropFirst()))
    }

    /// Every path, in order.
    var paths: [FieldPath] {
        var found: [FieldPath] = []
        collect(under: [], into: &found)
        return found
    }

    private func collect(under prefix: FieldPath, into found: inout [FieldPath]) {
        for branch in branches {
            let path = prefix + [branch.element]
            if branch.isMember { found.append(path) }
            branch.below.collect(under: path, into: &found)
        }
    }
}

extension FieldSet {
    func union(_ other: FieldSet) -> FieldSet {
        if isEmpty { return other }
        if other.isEmpty { return self }
        return zipped(with: other) { left, right in
            guard let left else { return right }
            guard let right else { return left }
            return Branch(element: left.element, isMember: left.isMember || right.isMember, below: left.below.union(right.below))
        }
    }

    func intersection(_ other: FieldSet) -> FieldSet {
        zipped(with: other) { left, right in
            guard let left, let right else { return nil }
            return Branch(
                element: left.element, isMember: left.isMember && right.isMember, below: left.below.intersection(right.below))
        }
    }

    /// Without the paths of the other set; paths below them stay.
    func subtracting(_ other: FieldSet) -> FieldSet {
        if other.isEmpty { return self }
        return zipped(with: other) { left, right in
            guard let left else { return nil }
            guard let right else { return left }
            return Branch(
                element: left.element, isMember: left.isMember && !right.isMember, below: left.below.subtracting(right.below))
        }
    }

    /// Each branch rewritten; one that ends empty goes.
    func mapBranches(_ transform: (Branch) -> Branch) -> FieldSet {
        FieldSet(branches: branches.map(transform).filter { $0.isMember || !$0.below.isEmpty })
    }

    private func zipped(with other: FieldSet, _ combine: (Branch?, Branch?) -> Branch?) -> FieldSet {
        var result: [Branch] = []
        var (left, right) = (branches[...], other.branches[...])
        while let next = left.first?.element ?? right.first?.element {
            let order = left.isEmpty ? 1 : right.isEmpty ? -1 : next.compared(to: right.first!.element)
            let combined = combine(order <= 0 ? left.popFirst() : nil, order >= 0 ? right.popFirst() : nil)
            if let combined, combined.isMember || !combined.below.isEmpty { result.append(combined) }
        }
        return FieldSet(branches: result)
    }
}
