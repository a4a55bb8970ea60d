package import JSON
import KubeCore
import Schema

extension CustomResource {
    /// The CustomResourceDefinition (apiextensions.k8s.io/v1) of this kind, as `graft crds` writes it.
    package static var customResourceDefinition: JSON {
        var names: JSONObject = [
            "kind": .string(naming.kind), "listKind": .string("\(naming.kind)List"), "plural": .string(naming.plural),
            "singular": .string(naming.kind.lowercased()), "categories": ["graft"],
        ]
        names.setUnlessEmpty("shortNames", naming.shortNames)
        var version: JSONObject = [
            "name": .string(GraftAPI.version), "served": true, "storage": true, "schema": ["openAPIV3Schema": rootSchema.json],
        ]
        version["additionalPrinterColumns"] = .array(naming.columns.map(\.json))
        if !naming.selectableFields.isEmpty {
            version["selectableFields"] = .array(naming.selectableFields.map { ["jsonPath": .string($0)] })
        }
        if naming.hasStatus { version["subresources"] = ["status": [:]] }
        return [
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": ["name": .string("\(naming.plural).\(GraftAPI.group)")],
            "spec": [
                "group": .string(GraftAPI.group), "names": .object(names), "scope": .string(naming.scope.rawValue),
                "versions": [.object(version)],
            ],
        ]
    }

    private static var rootSchema: StructuralSchema {
        var root = StructuralSchema(.object)
        root.description = naming.about
        var spec = Spec.schema
        spec.description = "What is wanted."
        root.properties = [
            .init("apiVersion", StructuralSchema(.string)), .init("kind", StructuralSchema(.string)),
            .init("metadata", StructuralSchema(.object)), .init("spec", spec),
        ]
        if naming.hasStatus {
            var status = Status.schema
            status.description = "What was observed."
            root.properties.append(.init("status", status))
        }
        root.required = ["spec"]
        root.rules = naming.rules
        return root
    }
}

extension PrinterColumn {
    fileprivate var json: JSON {
        var object: JSONObject = [
            "name": .string(name), "type": .string(type), "jsonPath": .string(path), "description": .string(about),
        ]
        if priority != 0 { object["priority"] = .integer(Int64(priority)) }
        return .object(object)
    }
}
