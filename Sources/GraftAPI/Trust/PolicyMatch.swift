package import Schema

/// What a policy is about. All four must match; `*` is said explicitly.
package struct PolicyMatch: SchemaObject, Hashable {
    package var namespaces: [String] = []
    package var classes: [String] = []
    package var slots: [String] = []
    package var repositories: [String] = []

    package init() {}
    package init(namespaces: [String], classes: [String], slots: [String], repositories: [String]) {
        self.namespaces = namespaces
        self.classes = classes
        self.slots = slots
        self.repositories = repositories
    }

    package static let fields: [Field<Self>] = [
        .required("namespaces", \.namespaces, "Names or globs of namespaces whose deployments it covers; \"*\" for all.", patterns),
        .required("classes", \.classes, "Names or globs of host classes; \"*\" for all.", patterns),
        .required("slots", \.slots, "Names or globs of slots; \"*\" matches within one segment, \"**\" across.", patterns),
        .required("repositories", \.repositories, "Globs of repositories with their host: registry.example/team/**.", patterns),
    ]

    private static func patterns(_ schema: inout StructuralSchema) {
        Limits.atomic(64)(&schema)
        schema.minItems = 1
        schema.items?.minLength = 1
        schema.items?.maxLength = 255
    }
}
