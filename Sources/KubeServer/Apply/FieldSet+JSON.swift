import JSON

extension FieldSet {
    /// The `fieldsV1` form: an object for each element, `.` where the element itself belongs to the set and has others below it.
    var json: JSON {
        var object = JSONObject()
        for branch in branches {
            var below = branch.below.json
            if branch.isMember, !branch.below.isEmpty {
                var members: JSONObject = [".": [:]]
                for (key, value) in below.object ?? [:] { members[key] = value }
                below = .object(members)
            }
            object[branch.element.encoded] = below
        }
        return .object(object)
    }

    /// Reads `fieldsV1`. Elements of kinds unknown to this version are dropped, as Kubernetes drops them.
    init(json: JSON) {
        self.init()
        for (name, value) in json.object ?? [:] {
            guard name != ".", let element = PathElement(encoded: name) else { continue }
            let below = FieldSet(json: value)
            insert(element, isMember: below.isEmpty || value["."] != nil, below: below)
        }
    }
}
