import Synchronization

/// What somebody wants to do, as authorisation sees it (Kubernetes: «Authorization», request attributes).
package struct AccessAttempt: Sendable, Hashable {
    package var user: User
    /// `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`; for paths the method in lower case.
    package var verb: String
    package var group: String
    /// Empty for requests that are about no resource.
    package var resource: String
    package var subresource: String?
    package var namespace: String?
    package var name: String?
    /// Of requests that are about no resource.
    package var path: String?

    package init(
        user: User, verb: String, group: String = "", resource: String = "", subresource: String? = nil, namespace: String? = nil,
        name: String? = nil, path: String? = nil
    ) {
        self.user = user
        self.verb = verb
        self.group = group
        self.resource = resource
        self.subresource = subresource
        self.namespace = namespace
        self.name = name
        self.path = path
    }

    /// `modulehosts/status`.
    var resourceText: String { subresource.map { "\(resource)/\($0)" } ?? resource }
}

/// Which permissions were used, by whom: what roles can be compared with.
package final class AccessLog: Sendable {
    /// One kind of access, whatever the object.
    package struct Entry: Sendable, Hashable, Comparable {
        package var user: String
        package var verb: String
        package var group: String
        package var resource: String
        package var subresource: String
        package var namespace: String

        package static func < (left: Entry, right: Entry) -> Bool {
            (left.user, left.group, left.resource, left.subresource, left.verb, left.namespace)
                < (right.user, right.group, right.resource, right.subresource, right.verb, right.namespace)
        }
    }

    private let seen = Mutex<[Entry: Int]>([:])

    init() {}

    func record(_ attempt: AccessAttempt) {
        guard !attempt.resource.isEmpty else { return }
        let entry = Entry(
            user: attempt.user.name, verb: attempt.verb, group: attempt.group, resource: attempt.resource,
            subresource: attempt.subresource ?? "", namespace: attempt.namespace ?? "")
        seen.withLock { $0[entry, default: 0] += 1 }
    }

    /// Each access once, in order.
    package var entries: [Entry] { seen.withLock { $0.keys.sorted() } }

    /// How often.
    package func count(where matches: (Entry) -> Bool) -> Int {
        seen.withLock { seen in seen.reduce(0) { $0 + (matches($1.key) ? $1.value : 0) } }
    }

    package func reset() { seen.withLock { $0 = [:] } }
}
