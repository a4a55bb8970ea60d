/// What someone wants to bring where: all that a policy matches on. Known before anything is fetched.
package struct Delivery: Sendable, Hashable {
    package var namespace: String
    package var `class`: String
    package var slot: String
    /// Registry and repository, without tag or digest.
    package var repository: String

    package init(namespace: String, class: String, slot: String, repository: String) {
        self.namespace = namespace
        self.class = `class`
        self.slot = slot
        self.repository = repository
    }
}

extension Policy.Match {
    package func covers(_ delivery: Delivery) -> Bool { misses(delivery).isEmpty }

    /// The fields of the delivery that no pattern matches, by the names they have in a policy.
    func misses(_ delivery: Delivery) -> [String] {
        var misses: [String] = []
        if !namespaces.contains(where: { $0.matches(delivery.namespace) }) { misses.append("namespaces") }
        if !classes.contains(where: { $0.matches(delivery.class) }) { misses.append("classes") }
        if !slots.contains(where: { $0.matches(delivery.slot) }) { misses.append("slots") }
        if !repositories.contains(where: { $0.matches(delivery.repository) }) { misses.append("repositories") }
        return misses
    }
}
