/// A Kubernetes object of one kind, as far as we read it: a read model may leave out fields, so it is never sent back whole.
public protocol Resource: KubeObject {
    static var definition: ResourceDefinition { get }
}

/// What the API server calls a kind: its group, version, names and scope.
public struct ResourceDefinition: Sendable, Hashable {
    public enum Scope: String, Sendable { case cluster = "Cluster", namespaced = "Namespaced" }

    /// Empty for the core group.
    public var group: String
    public var version: String
    public var kind: String
    /// Lower-case plural, as in paths.
    public var plural: String
    public var scope: Scope

    public init(group: String, version: String, kind: String, plural: String, scope: Scope) {
        self.group = group
        self.version = version
        self.kind = kind
        self.plural = plural
        self.scope = scope
    }

    /// `v1` or `group/version`, as written in `apiVersion`.
    public var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }

    /// The path of the collection: `/apis/example.com/v1/namespaces/payments/widgets`. A nil namespace of a
    /// namespaced kind means all namespaces.
    public func path(namespace: String? = nil, name: String? = nil, subresource: String? = nil) -> String {
        var path = group.isEmpty ? "/api/\(version)" : "/apis/\(group)/\(version)"
        if scope == .namespaced, let namespace { path += "/namespaces/\(namespace)" }
        path += "/\(plural)"
        if let name { path += "/\(name)" }
        if let subresource { path += "/\(subresource)" }
        return path
    }
}

/// An object's place among those of its kind.
public struct ObjectKey: Sendable, Hashable, Comparable, CustomStringConvertible {
    public var namespace: String?
    public var name: String

    public init(namespace: String? = nil, name: String) {
        self.namespace = namespace
        self.name = name
    }

    public var description: String { namespace.map { "\($0)/\(name)" } ?? name }

    public static func < (left: ObjectKey, right: ObjectKey) -> Bool {
        (left.namespace ?? "", left.name) < (right.namespace ?? "", right.name)
    }
}
