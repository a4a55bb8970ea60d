import JSON

extension MergeType {
    /// The live value with what is applied laid over it. Nothing is taken away: leaves are replaced, objects and lists merged.
    func merging(_ live: JSON?, with applied: JSON?) -> JSON? {
        guard let live else { return applied }
        guard let applied else { return live }
        switch (live, applied) {
        case (.object(var members), .object(let news)) where mergesMembers && !news.isEmpty:
            for (name, value) in news { members[name] = member(name).type.merging(members[name], with: value) }
            return .object(members)
        case (.object, .object(let news)) where mergesMembers && news.isEmpty: return live
        case (.array(let elements), .array(let news)):
            let form = listForm(of: elements, news)
            guard form != .atomic else { return applied }
            return news.isEmpty ? live : .array(merging(elements, with: news, form))
        default: return applied
        }
    }

    /// Elements in the order of what is applied, those that only the live list has where they stand between the common ones.
    private func merging(_ live: [JSON], with applied: [JSON], _ form: ListForm) -> [JSON] {
        let liveNames = live.map { pathElement(of: $0, in: form)! }
        let appliedNames = applied.map { pathElement(of: $0, in: form)! }
        let appliedSet = Set(appliedNames)
        // What is there twice is replaced, not merged with.
        var liveValues: [PathElement: JSON?] = [:]
        for (name, value) in zip(liveNames, live) { liveValues[name] = liveValues[name] == nil ? .some(value) : .some(nil) }

        var order = appliedNames.filter { liveValues[$0] != nil }[...]
        var nextCommon = order.popFirst()
        var merged: Set<PathElement> = []
        var result: [JSON] = []
        var (left, right) = (0, 0)

        func take(_ name: PathElement, _ value: JSON) {
            merged.insert(name)
            if let value = element.merging(liveValues[name] ?? nil, with: value) { result.append(value) }
        }

        while left < live.count || right < applied.count {
            if left < live.count, right < applied.count {
                let name = liveNames[left]
                if name == appliedNames[right] {
                    take(name, applied[right])
                    (left, right) = (left + 1, right + 1)
                    nextCommon = order.popFirst()
                    continue
                }
                if appliedSet.contains(name), let wanted = nextCommon, wanted != name {
                    left += 1
                    continue
                }
            }
            if left < live.count {
                let name = liveNames[left]
                if !appliedSet.contains(name) {
                    result.append(live[left])
                    left += 1
                    continue
                }
                if merged.contains(name) { left += 1 }
            }
            if right < applied.count {
                let name = appliedNames[right]
                take(name, applied[right])
                right += 1
                if nextCommon == name { nextCommon = order.popFirst() }
            }
        }
        return result
    }

    /// The value without the paths of the set. What held them stays, if only as an empty object or list, unless it is in the set too.
    func removing(_ set: FieldSet, from value: JSON) -> JSON {
        guard !set.isEmpty else { return value }
        switch value {
        case .object(let members):
            guard !members.isEmpty, mergesMembers else { return value }
            var kept = JSONObject()
            for (name, value) in members {
                guard let branch = set.branch(.field(name)) else {
                    kept[name] = value
                    continue
                }
                if branch.isMember { continue }
                kept[name] = member(name).type.removing(branch.below, from: value)
            }
            return .object(kept)
        case .array(let elements):
            let form = listForm(of: elements)
            guard !elements.isEmpty, form != .atomic else { return value }
            let kept = elements.compactMap { value -> JSON? in
                guard let name = pathElement(of: value, in: form), let branch = set.branch(name) else { return value }
                // Not a conditional expression: its `nil` would be read as JSON's null.
                if branch.isMember { return nil }
                return element.removing(branch.below, from: value)
            }
            return .array(kept)
        default: return value
        }
    }
}
