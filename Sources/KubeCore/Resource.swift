/// A Kubernetes object of one kind, as far as we read it: a read model may leave out fields, so it is never sent back whole.
public protocol Resource: KubeObject {
    /// What the API server calls the kind.
    static var definition: ResourceDefinition { get }
}

/// What the API server calls a kind: its group, version, names and scope.
public struct ResourceDefinition: Sendable, Hashable {
    /// Whether objects of a kind lie in namespaces.
    public enum Scope: String, Sendable {
        /// They belong to the cluster.
        case cluster = "Cluster"
        /// Each lies in a namespace.
        case namespaced = "Namespaced"
    }

    /// Empty for the core group.
    public var group: String
    /// As in `v1`.
    public var version: String
    /// CamelCase singular, as in manifests.
    public var kind: String
    /// Lower-case plural, as in paths.
    public var plural: String
    /// Whether its objects lie in namespaces.
    public var scope: Scope

    /// Made of its members.
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
    /// Nil for objects of the cluster's scope.
    public var namespace: String?
    /// Of the object.
    public var name: String

    /// Made of its members.
    public init(namespace: String? = nil, name: String) {
        self.namespace = namespace
        self.name = name
    }

    public var description: String { namespace.map { "\($0)/\(name)" } ?? name }

    public static func < (left: ObjectKey, right: ObjectKey) -> Bool {
        (left.namespace ?? "", left.name) < (right.namespace ?? "", right.name)
    }
}
