package import JSON
package import KubeCore

/// Renders objects as `meta.k8s.io/v1` `Table`s, which is what kubectl prints.
package struct TableRenderer: Sendable {
    /// How much of each object a row carries beside its cells.
    package enum IncludeObject: String, Sendable { case none = "None", metadata = "Metadata", object = "Object" }

    private let columns: [TableColumn]

    /// The table of a custom type, by its version's `additionalPrinterColumns`; without any, names and ages. A column whose path can't
    /// be read has empty cells.
    package init(columns: [JSON]) {
        self.columns = [.name] + (columns.isEmpty ? [.age] : columns.map(TableColumn.init(definition:)))
    }

    /// The table of a built-in kind; of one that has no table of its own, names and times of creation.
    package init(group: String, kind: String) {
        columns = BuiltinColumns.columns(group: group, kind: kind) ?? [.name, .createdAt]
    }

    /// - Parameter listMetadata: `metadata` of the list, or of the only object: its resource version and continue token are kept.
    /// - Parameter includesHeaders: false for all events of a watch but the first.
    package func table(
        for objects: [JSON], listMetadata: JSON, includeObject: IncludeObject = .metadata, now: Timestamp, includesHeaders: Bool = true
    ) -> JSON {
        var metadata = JSONObject()
        for name in ["resourceVersion", "continue", "remainingItemCount"] { metadata[name] = listMetadata[name] }
        return [
            "kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": .object(metadata),
            "columnDefinitions": includesHeaders ? .array(columns.map(\.json)) : [],
            "rows": .array(objects.map { row(for: $0, includeObject, now) }),
        ]
    }

    private func row(for object: JSON, _ includeObject: IncludeObject, _ now: Timestamp) -> JSON {
        var row: JSONObject = ["cells": .array(columns.map { $0.cell(object, now) })]
        switch includeObject {
        case .none: break
        case .metadata: row["object"] = PartialObjectMetadata.object(object)
        case .object: row["object"] = object
        }
        return .object(row)
    }
}

/// Objects reduced to their metadata (`meta.k8s.io/v1` `PartialObjectMetadata`).
package enum PartialObjectMetadata {
    package static func object(_ object: JSON) -> JSON {
        ["kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": object["metadata"] ?? [:]]
    }
}
