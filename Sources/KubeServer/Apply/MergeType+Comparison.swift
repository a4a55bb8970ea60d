import JSON

/// What changed from one value to another. No path is in more than one of the sets.
struct FieldComparison: Equatable {
    var removed = FieldSet()
    var modified = FieldSet()
    var added = FieldSet()

    /// What the newer value sets.
    var changed: FieldSet { modified.union(added) }
    var isEmpty: Bool { removed.isEmpty && modified.isEmpty && added.isEmpty }

    /// Takes in what became of an element and of what is below it.
    fileprivate mutating func insert(_ element: PathElement, _ outcome: Outcome) {
        removed.insert(element, isMember: outcome.itself == .removed, below: outcome.below.removed)
        modified.insert(element, isMember: outcome.itself == .modified, below: outcome.below.modified)
        added.insert(element, isMember: outcome.itself == .added, below: outcome.below.added)
    }

    fileprivate mutating func formUnion(_ other: FieldComparison) {
        removed = removed.union(other.removed)
        modified = modified.union(other.modified)
        added = added.union(other.added)
    }
}

/// What became of a value, and of what is below it.
private struct Outcome {
    enum Change { case removed, modified, added }

    var itself: Change?
    var below = FieldComparison()

    /// For a value that is a whole.
    init(whole old: JSON?, _ new: JSON?) {
        itself = old == nil ? .added : new == nil ? .removed : old != new ? .modified : nil
    }

    /// For one that is looked into: it is told itself only when it comes or goes.
    init(_ old: JSON?, _ new: JSON?, below: FieldComparison) {
        itself = old == nil ? .added : new == nil ? .removed : nil
        self.below = below
    }

    init(_ itself: Change?, below: FieldComparison = FieldComparison()) {
        self.itself = itself
        self.below = below
    }
}

extension MergeType {
    func compare(_ old: JSON, with new: JSON) -> FieldComparison { outcome(old, new).below }

    /// One of the two is there.
    private func outcome(_ old: JSON?, _ new: JSON?) -> Outcome {
        if let old, let new, old == new { return Outcome(nil) }
        switch (Shape(old), Shape(new)) {
        case (.object, .object), (.object, .nothing), (.nothing, .object):
            let (before, after) = (old?.object ?? [:], new?.object ?? [:])
            guard mergesMembers, !(before.isEmpty && after.isEmpty) else { return Outcome(whole: old, new) }
            return Outcome(old, new, below: compareMembers(before, after))
        case (.list, .list), (.list, .nothing), (.nothing, .list):
            let (before, after) = (old?.array ?? [], new?.array ?? [])
            let form = listForm(of: before, after)
            guard form != .atomic, !(before.isEmpty && after.isEmpty) else { return Outcome(whole: old, new) }
            return Outcome(old, new, below: compareElements(before, after, form))
        case (.scalar, .scalar), (.scalar, .nothing), (.nothing, .scalar), (.nothing, .nothing): return Outcome(whole: old, new)
        default:
            // Another kind of value: all below the old one goes, all below the new one comes.
            var below = outcome(old, nil).below
            below.formUnion(outcome(nil, new).below)
            return Outcome(.modified, below: below)
        }
    }

    private func compareMembers(_ before: JSONObject, _ after: JSONObject) -> FieldComparison {
        var comparison = FieldComparison()
        for (name, old) in before {
            let new = after[name]
            if old == new { continue }
            comparison.insert(.field(name), member(name).type.outcome(old, new))
        }
        for (name, new) in after where !before.contains(name) {
            comparison.insert(.field(name), member(name).type.outcome(nil, new))
        }
        return comparison
    }

    private func compareElements(_ before: [JSON], _ after: [JSON], _ form: ListForm) -> FieldComparison {
        var names: [PathElement] = []
        var (old, new): ([PathElement: [JSON]], [PathElement: [JSON]]) = ([:], [:])
        for value in before {
            guard let name = pathElement(of: value, in: form) else { continue }
            if old[name] == nil { names.append(name) }
            old[name, default: []].append(value)
        }
        for value in after {
            guard let name = pathElement(of: value, in: form) else { continue }
            if old[name] == nil, new[name] == nil { names.append(name) }
            new[name, default: []].append(value)
        }
        var comparison = FieldComparison()
        for name in names {
            let (olds, news) = (old[name] ?? [], new[name] ?? [])
            if olds.count <= 1, news.count <= 1 {
                comparison.insert(name, element.outcome(olds.first, news.first))
            } else {
                // What is there twice is compared as a whole.
                let change: Outcome.Change? = olds.isEmpty ? .added : news.isEmpty ? .removed : olds != news ? .modified : nil
                comparison.insert(name, Outcome(change))
            }
        }
        return comparison
    }

    /// Null is nothing yet: it takes the shape of what it is compared with.
    private enum Shape {
        case nothing, scalar, list, object

        init(_ value: JSON?) {
            switch value {
            case nil, .null?: self = .nothing
            case .object?: self = .object
            case .array?: self = .list
            default: self = .scalar
            }
        }
    }
}
