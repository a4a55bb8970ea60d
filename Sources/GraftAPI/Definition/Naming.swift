package import KubeCore
package import Schema

/// What a CustomResourceDefinition says besides the schema: names, columns, selectable fields, rules.
package struct Naming: Sendable {
    package var kind: String
    package var plural: String
    package var shortNames: [String]
    package var scope: ResourceDefinition.Scope
    package var about: String
    package var columns: [PrinterColumn]
    /// Paths that field selectors may use.
    package var selectableFields: [String]
    /// Rules that see the whole object.
    package var rules: [StructuralSchema.Rule]
    package var hasStatus: Bool

    package init(
        kind: String, plural: String, shortNames: [String], scope: ResourceDefinition.Scope, about: String, columns: [PrinterColumn],
        selectableFields: [String] = [], rules: [StructuralSchema.Rule] = [], hasStatus: Bool = true
    ) {
        self.kind = kind
        self.plural = plural
        self.shortNames = shortNames
        self.scope = scope
        self.about = about
        self.columns = columns
        self.selectableFields = selectableFields
        self.rules = rules
        self.hasStatus = hasStatus
    }
}

/// One column of `kubectl get`. Priority 0 is always shown, 1 with `-o wide`.
package struct PrinterColumn: Sendable {
    package var name: String
    package var type: String
    package var path: String
    package var about: String
    package var priority: Int

    package init(_ name: String, _ type: String = "string", _ path: String, _ about: String, priority: Int = 0) {
        self.name = name
        self.type = type
        self.path = path
        self.about = about
        self.priority = priority
    }

    package static let age = PrinterColumn("Age", "date", ".metadata.creationTimestamp", "Time since it was created.")
}
