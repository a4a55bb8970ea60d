extension JSON {
    /// The document with a merge patch made (RFC 7386): null removes a member, objects are merged, all else is replaced.
    public func mergePatched(with patch: JSON) -> JSON {
        var result = self
        result.merge(patch)
        return result
    }

    private mutating func merge(_ patch: JSON) {
        guard case .object(let changes) = patch else { return self = patch }
        var members = object ?? JSONObject()
        self = .null  // keep the storage uniquely referenced while it is changed
        for (key, change) in changes {
            if change.isNull {
                members[key] = nil
            } else {
                if !members.contains(key) { members.append(key, .object([:])) }
                members.update(key) { $0.merge(change) }
            }
        }
        self = .object(members)
    }

    /// The smallest merge patch that turns `old` into `new`; an empty object when two objects are equal.
    ///
    /// A merge patch cannot set a member to null: in objects of both documents, members that are null count as absent. Numbers
    /// compare as written, so that `1` becoming `1.0` is a change.
    public static func mergePatch(from old: JSON, to new: JSON) -> JSON {
        guard case .object(let before) = old, case .object(let after) = new else { return new }
        var patch = JSONObject()
        for (key, value) in before where !value.isNull && (after[key]?.isNull ?? true) { patch.append(key, .null) }
        for (key, value) in after where !value.isNull {
            guard let earlier = before[key], !earlier.isNull else {
                patch.append(key, value)
                continue
            }
            guard earlier != value else { continue }
            let change = mergePatch(from: earlier, to: value)
            // Objects that differ in null members alone need no patch.
            if case .object(let members) = change, members.isEmpty, earlier.object != nil, value.object != nil { continue }
            patch.append(key, change)
        }
        return .object(patch)
    }
}
