import JSON
import KubeCore
import Schema

/// `metadata` of an object that is being written: only members that Kubernetes knows, of the right types, nothing empty.
struct Metadata {
    var members: JSONObject

    /// Metadata as somebody sent it.
    /// - Throws: 400 naming the member that is of another type.
    init(of object: JSON) throws(KubeError) {
        guard let metadata = object["metadata"], !metadata.isNull else {
            members = JSONObject()
            return
        }
        let path = JSONPath([.key("metadata")])
        // What is missing inside is told later, with everything else that is wrong.
        if let error = StructuralSchema.objectMeta.errors(in: metadata, at: path).first(where: { $0.reason != .required }) {
            throw .badRequest("the object provided cannot be decoded: \(error)")
        }
        members = JSONObject()
        for (key, value) in StructuralSchema.objectMeta.pruning(metadata, at: path).value.object ?? JSONObject() {
            switch value {
            case .null: continue
            case .object(let inside) where inside.isEmpty: continue
            case .array(let inside) where inside.isEmpty && key != "managedFields": continue
            case .string(let text) where text.isEmpty: continue
            default: members[key] = value
            }
        }
    }

    /// Metadata that this server made itself, or has looked through before.
    init(stored object: JSON) { members = object["metadata"]?.object ?? JSONObject() }

    subscript(key: String) -> String? {
        get { members[key]?.string }
        set { members[key] = newValue.map(JSON.string) }
    }

    var finalizers: [String] {
        get { (members["finalizers"]?.array ?? []).compactMap(\.string) }
        set {
            members["finalizers"] = nil
            members.setUnlessEmpty("finalizers", newValue)
        }
    }

    var generation: Int64? { members["generation"]?.integer }

    /// What is wrong with it, whoever wrote it.
    func errors(for type: ResourceType) -> [FieldError] {
        let path = JSONPath([.key("metadata")])
        var errors: [FieldError] = []
        if let name = self["name"], let complaint = NameRule(type).complaint(about: name) {
            errors.append(.invalid(path.appending("name"), .string(name), complaint))
        }
        for (key, value) in members["labels"]?.object ?? [:] {
            if !LabelSyntax.isKey(key) { errors.append(.invalid(path.appending("labels"), .string(key), Self.keyRule)) }
            if let text = value.string, !LabelSyntax.isValue(text) {
                errors.append(.invalid(path.appending("labels"), .string(text), Self.valueRule))
            }
        }
        var size = 0
        for (key, value) in members["annotations"]?.object ?? [:] {
            size += key.utf8.count + (value.string?.utf8.count ?? 0)
            if !LabelSyntax.isKey(key.lowercased()) { errors.append(.invalid(path.appending("annotations"), .string(key), Self.keyRule)) }
        }
        if size > 256 << 10 { errors.append(.tooLong(path.appending("annotations"), maximum: 256 << 10)) }
        for finalizer in finalizers where !LabelSyntax.isKey(finalizer) {
            errors.append(.invalid(path.appending("finalizers"), .string(finalizer), Self.keyRule))
        }
        return errors + ownerErrors(at: path.appending("ownerReferences"))
    }

    /// A line for each finalizer whose name anybody might choose, beside those that were there before.
    func finalizerWarnings(besides old: [String]) -> [String] {
        let standard = [Collector.orphanFinalizer, Collector.foregroundFinalizer]
        return finalizers.filter { !$0.contains("/") && !standard.contains($0) && $0 != Collector.definitionFinalizer && !old.contains($0) }
            .map {
                "metadata.finalizers: \"\($0)\": prefer a domain-qualified finalizer name to avoid accidental conflicts with other "
                    + "finalizer writers"
            }
    }

    private func ownerErrors(at path: JSONPath) -> [FieldError] {
        let owners = members["ownerReferences"]?.array ?? []
        var errors: [FieldError] = []
        for owner in owners {
            for field in ["apiVersion", "kind", "name", "uid"] where (owner[field]?.string ?? "").isEmpty {
                errors.append(.invalid(path.appending(field), .string(""), "must not be empty"))
            }
        }
        if owners.filter({ $0["controller"]?.bool ?? false }).count > 1 {
            errors.append(
                .invalid(path, .array(owners), "Only one reference can have Controller set to true"))
        }
        return errors
    }

    private static let keyRule =
        "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character "
        + "(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
    private static let valueRule =
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
        + "alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is "
        + "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
}
