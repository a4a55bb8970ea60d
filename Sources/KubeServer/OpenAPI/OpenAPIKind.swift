import JSON
package import Schema

/// A served version of a kind, as far as OpenAPI documents speak of it.
package struct OpenAPIKind: Sendable {
    package var group: String
    package var version: String
    package var kind: String
    package var listKind: String
    package var plural: String
    package var isNamespaced: Bool
    package var hasStatus: Bool
    /// What a custom type's objects look like. Nil for a built-in kind, and for a custom one that takes any object.
    package var schema: StructuralSchema?
    /// Whether a CustomResourceDefinition made it.
    package var isCustom: Bool

    package init(
        group: String, version: String, kind: String, listKind: String? = nil, plural: String, isNamespaced: Bool, hasStatus: Bool = false,
        schema: StructuralSchema? = nil, isCustom: Bool
    ) {
        self.group = group
        self.version = version
        self.kind = kind
        self.listKind = listKind ?? kind + "List"
        self.plural = plural
        self.isNamespaced = isNamespaced
        self.hasStatus = hasStatus
        self.schema = schema
        self.isCustom = isCustom
    }

    /// `api/v1` or `apis/graft.dev/v1alpha1`: the document that speaks of it.
    var documentPath: String { group.isEmpty ? "api/\(version)" : "apis/\(group)/\(version)" }

    /// `dev.graft.v1alpha1.ModuleHost`, `io.k8s.api.core.v1.Pod`.
    func modelName(of kind: String) -> String {
        if isCustom { return (group.split(separator: ".").reversed().map(String.init) + [version, kind]).joined(separator: ".") }
        let short = group.isEmpty ? "core" : String(group.prefix { $0 != "." })
        return "io.k8s.api.\(short).\(version).\(kind)"
    }

    func identity(of kind: String) -> JSON { ["group": .string(group), "version": .string(version), "kind": .string(kind)] }
}
