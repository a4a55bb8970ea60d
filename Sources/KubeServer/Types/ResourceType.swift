package import JSON
package import Schema

/// A kind of object this server serves, in all its versions.
package struct ResourceType: Sendable {
    /// What a version of a kind adds to what all versions share.
    package struct Version: Sendable {
        package var name: String
        /// Nil: any object is taken as it is.
        package var schema: StructuralSchema?
        /// `additionalPrinterColumns` as the definition has them.
        package var columns: [JSON] = []
        /// Paths that field selectors may name, as in `spec.class`, beside `metadata.name` and `metadata.namespace`.
        package var selectableFields: [String] = []
        package var hasStatus = false
        package var hasScale = false
        /// Told to whoever uses the version.
        package var deprecationWarning: String?

        package init(name: String) { self.name = name }
    }

    /// What is special about writing objects of a kind.
    package enum Behavior: Sendable {
        case plain, custom, namespace, secret, definition, node, event, role
    }

    package var group: String
    package var kind: String
    package var listKind: String
    package var plural: String
    package var singular: String
    package var shortNames: [String] = []
    package var categories: [String] = []
    package var isNamespaced: Bool
    /// Those served, the preferred one first.
    package var versions: [Version]
    /// What objects are stored as.
    package var storageVersion: String
    package var behavior = Behavior.plain
    /// Whether `metadata.generation` counts the changes of what is asked for.
    package var hasGeneration = false
    /// Whether a PUT of an object that is not there makes it.
    package var createsOnUpdate = false
    /// Where objects are stored, when that is not this type's own place.
    package var sharedStorage: GroupResource?

    package init(group: String, kind: String, plural: String, isNamespaced: Bool, versions: [Version]) {
        self.group = group
        self.kind = kind
        self.plural = plural
        self.isNamespaced = isNamespaced
        self.versions = versions
        listKind = kind + "List"
        singular = kind.lowercased()
        storageVersion = versions.first?.name ?? "v1"
    }

    package var isCustom: Bool { if case .custom = behavior { true } else { false } }
    package var groupResource: GroupResource { GroupResource(group: group, resource: plural) }
    var storage: GroupResource { sharedStorage ?? groupResource }

    package func version(_ name: String) -> Version? { versions.first { $0.name == name } }

    /// `v1` or `group/version`.
    package func apiVersion(_ version: String) -> String { group.isEmpty ? version : "\(group)/\(version)" }
}
