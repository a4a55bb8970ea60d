import JSON

extension MergeType {
    /// The fields a value speaks of: each leaf, each entry of a map, each element of a list.
    func fieldSet(of value: JSON) -> FieldSet { fields(of: value).below }

    /// What is below a value, and whether the value itself is a leaf.
    private func fields(of value: JSON) -> (isLeaf: Bool, below: FieldSet) {
        switch value {
        case .object(let members):
            guard mergesMembers else { return (true, FieldSet()) }
            var set = FieldSet()
            for (name, value) in members {
                let member = member(name)
                let (isLeaf, below) = member.type.fields(of: value)
                let isMember = isLeaf || !member.isNamed || value.object?.isEmpty ?? value.isNull
                set.insert(.field(name), isMember: isMember, below: below)
            }
            return (false, set)
        case .array(let elements):
            let form = listForm(of: elements)
            guard form != .atomic else { return (true, FieldSet()) }
            var set = FieldSet()
            var seen: Set<PathElement> = []
            for value in elements {
                guard let name = pathElement(of: value, in: form) else { continue }
                // What is there twice is owned as a whole.
                let below = seen.insert(name).inserted ? element.fields(of: value).below : FieldSet()
                set.insert(name, isMember: true, below: below)
            }
            return (false, set)
        default: return (true, FieldSet())
        }
    }

    /// The set and the declared fields on the way to its paths: a set of `.a.b.c` then owns `.a` too, unless that is a map's entry.
    func withNamedFields(_ set: FieldSet) -> FieldSet {
        set.mapBranches { branch in
            var branch = branch
            switch branch.element {
            case .field(let name):
                let member = member(name)
                branch.isMember = branch.isMember || member.isNamed && !branch.below.isEmpty
                branch.below = member.type.withNamedFields(branch.below)
            case .key: branch.below = element.withNamedFields(branch.below)
            case .value, .index: break
            }
            return branch
        }
    }
}
