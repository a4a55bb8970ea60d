import JSON
import KubeCore
import Schema

/// What a CustomResourceDefinition must be (`apiextensions.k8s.io/v1`).
enum DefinitionRules {
    static func errors(in definition: JSON, replacing old: JSON?) -> [FieldError] {
        let spec = definition["spec"] ?? [:]
        let path = JSONPath([.key("spec")])
        let group = spec["group"]?.string ?? ""
        let plural = spec["names"]?["plural"]?.string ?? ""
        var errors: [FieldError] = []
        if let name = definition["metadata"]?["name"]?.string, name != "\(plural).\(group)" {
            errors.append(
                .invalid(
                    JSONPath([.key("metadata"), .key("name")]), .string(name), "must be spec.names.plural+\".\"+spec.group"))
        }
        if group.isEmpty { errors.append(.required(path.appending("group"))) }
        if !group.isEmpty, !group.contains(".") {
            errors.append(.invalid(path.appending("group"), .string(group), "should be a domain with at least one dot"))
        }
        for name in ["plural", "kind"] where (spec["names"]?[name]?.string ?? "").isEmpty {
            errors.append(.required(path.appending("names").appending(name)))
        }
        errors += scopeErrors(spec, at: path, replacing: old)
        errors += versionErrors(spec["versions"]?.array ?? [], at: path.appending("versions"))
        if let strategy = spec["conversion"]?["strategy"], strategy != "None" {
            errors.append(.notSupported(path.appending("conversion").appending("strategy"), strategy, supported: ["None"]))
        }
        return errors
    }

    private static func scopeErrors(_ spec: JSON, at path: JSONPath, replacing old: JSON?) -> [FieldError] {
        guard let scope = spec["scope"] else { return [.required(path.appending("scope"))] }
        guard ["Namespaced", "Cluster"].contains(scope.string ?? "") else {
            return [.notSupported(path.appending("scope"), scope, supported: ["Cluster", "Namespaced"])]
        }
        var errors: [FieldError] = []
        for field in ["scope", "group"] {
            if let earlier = old?["spec"]?[field], earlier != spec[field] {
                errors.append(.invalid(path.appending(field), spec[field] ?? .null, "field is immutable"))
            }
        }
        return errors
    }

    private static func versionErrors(_ versions: [JSON], at path: JSONPath) -> [FieldError] {
        guard !versions.isEmpty else { return [.required(path, "must have at least one version")] }
        var errors: [FieldError] = []
        var names: Set<String> = []
        for (index, version) in versions.enumerated() {
            let path = path.appending(index)
            let name = version["name"]?.string ?? ""
            if let complaint = NameRule.label.complaint(about: name) {
                errors.append(.invalid(path.appending("name"), .string(name), complaint))
            }
            if !names.insert(name).inserted { errors.append(.duplicate(path.appending("name"), .string(name))) }
            let schemaPath = path.appending("schema").appending("openAPIV3Schema")
            if let schema = version["schema"]?["openAPIV3Schema"] {
                errors += StructuralSchema.definitionErrors(in: schema, at: schemaPath)
            } else {
                errors.append(.required(schemaPath, "schemas are required"))
            }
            errors += selectableErrors(version, at: path.appending("selectableFields"))
        }
        if versions.filter({ $0["storage"]?.bool ?? false }).count != 1 {
            errors.append(.invalid(path, .array(versions), "must have exactly one version marked as storage version"))
        }
        return errors
    }

    /// Selectable are strings, integers and booleans outside lists and `metadata`.
    private static func selectableErrors(_ version: JSON, at path: JSONPath) -> [FieldError] {
        (version["selectableFields"]?.array ?? []).enumerated().compactMap { index, field in
            let text = field["jsonPath"]?.string ?? ""
            let place = path.appending(index).appending("jsonPath")
            guard text.hasPrefix("."), text.count > 1, !text.contains("["), !text.hasPrefix(".metadata") else {
                return .invalid(place, .string(text), "is an invalid path: does not refer to a valid field")
            }
            var schema = version["schema"]?["openAPIV3Schema"]
            for key in text.split(separator: ".") { schema = schema?["properties"]?[String(key)] }
            guard let type = schema?["type"]?.string, ["string", "integer", "boolean"].contains(type) else {
                return .invalid(place, .string(text), "must point to a field of type string, boolean or integer")
            }
            return nil
        }
    }
}
