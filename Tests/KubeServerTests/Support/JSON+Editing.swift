import JSON

extension JSON {
    /// Sets a member of a member.
    mutating func set(_ key: String, _ inner: String, _ value: JSON?) {
        var member = self[key] ?? [:]
        member[inner] = value
        self[key] = member
    }
}
