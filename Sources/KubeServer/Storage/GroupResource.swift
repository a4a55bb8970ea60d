/// What the objects of a kind are stored under, whatever the version: `moduledeployments.graft.dev`.
package struct GroupResource: Sendable, Hashable, CustomStringConvertible {
    /// Empty for the core group.
    package var group: String
    /// Lower-case plural.
    package var resource: String

    package init(group: String, resource: String) {
        self.group = group
        self.resource = resource
    }

    /// Reads `plural.group`, or a plural of the core group.
    init(_ text: String) {
        let parts = text.split(separator: ".", maxSplits: 1)
        resource = parts.first.map(String.init) ?? ""
        group = parts.count > 1 ? String(parts[1]) : ""
    }

    package var description: String { group.isEmpty ? resource : "\(resource).\(group)" }

    static let namespaces = GroupResource(group: "", resource: "namespaces")
    static let events = GroupResource(group: "", resource: "events")
    static let definitions = GroupResource(group: "apiextensions.k8s.io", resource: "customresourcedefinitions")
}
