import JSON
import KubeCore

/// What a client applies: checked, and freed of what nobody owns.
struct AppliedConfiguration {
    let object: JSON
    let fields: FieldSet

    /// - Throws: 400 when it names managers itself; 500, as a Kubernetes API server does, when it names fields its schema has not, or
    ///   when elements of its lists can't be told apart.
    init(_ applied: JSON, subresource: String?, type: MergeType) throws(KubeError) {
        guard applied.object != nil else {
            throw KubeError(.badRequest, status: 400, message: "the applied configuration must be an object")
        }
        if let managed = applied["metadata"]?["managedFields"], !managed.isNull {
            throw KubeError(.badRequest, status: 400, message: "metadata.managedFields must be nil")
        }
        object = Self.cleaned(applied, subresource: subresource)
        if let problem = Self.problem(with: object, type, at: []) {
            throw KubeError(
                .internalError, status: 500, message: "failed to create typed patch object (\(Self.name(of: applied))): \(problem)")
        }
        fields = type.fieldSet(of: object).subtracting(SystemFields.unowned)
    }

    /// Without what the server alone writes; a subresource is spoken of alone.
    private static func cleaned(_ applied: JSON, subresource: String?) -> JSON {
        var members = applied.object ?? [:]
        var metadata = members["metadata"]?.object ?? [:]
        for name in SystemFields.written { metadata[name] = nil }
        if let subresource {
            members = JSONObject()
            for name in ["apiVersion", "kind", subresource] { members[name] = applied[name] }
            var identity = JSONObject()
            for name in ["name", "namespace"] { identity[name] = metadata[name] }
            metadata = identity
        }
        members["metadata"] = .object(metadata)
        return .object(members)
    }

    private static func name(of object: JSON) -> String {
        let namespace = object["metadata"]?["namespace"]?.string ?? ""
        return "\(namespace)/\(object["metadata"]?["name"]?.string ?? ""); \(object["apiVersion"]?.string ?? ""), "
            + "Kind=\(object["kind"]?.string ?? "")"
    }

    private static func problem(with value: JSON, _ type: MergeType, at path: FieldPath) -> String? {
        switch value {
        case .object(let members):
            for (name, value) in members {
                let member = type.member(name)
                let memberPath = path + [.field(name)]
                guard member.isKnown else { return "\(memberPath.text): field not declared in schema" }
                if let problem = problem(with: value, member.type, at: memberPath) { return problem }
            }
        case .array(let elements): return problem(with: elements, type, at: path)
        default: break
        }
        return nil
    }

    private static func problem(with elements: [JSON], _ type: MergeType, at path: FieldPath) -> String? {
        let form = type.listForm
        var seen: Set<PathElement> = []
        for (index, value) in elements.enumerated() {
            var elementPath = path + [.index(index)]
            if form != .atomic {
                guard let name = type.pathElement(of: value, in: form) else {
                    // What is known of built-in kinds by name alone may be wrong: such a list is then replaced whole.
                    if case .builtin = type.source { return nil }
                    return "\(path.text): element \(index): \(unnamed(form))"
                }
                guard seen.insert(name).inserted else { return "\(path.text): duplicate entries for key \([name].text)" }
                elementPath = path + [name]
            }
            if let problem = problem(with: value, type.element, at: elementPath) { return problem }
        }
        return nil
    }

    private static func unnamed(_ form: MergeType.ListForm) -> String {
        switch form {
        case .map(let keys):
            "associative list with keys has an element that omits all key fields [\(keys.map { "\"\($0)\"" }.joined(separator: " "))]"
                + " (and doesn't have default values for any key fields)"
        case .set, .atomic: "associative list without keys has an element that is no scalar"
        }
    }
}

/// Fields of `metadata` that the server writes, and those that no manager owns.
enum SystemFields {
    static let written = [
        "uid", "resourceVersion", "generation", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink",
        "managedFields",
    ]

    static let unowned: FieldSet = {
        var set = FieldSet([.field("apiVersion")], [.field("kind")], [.field("metadata")])
        for name in ["name", "namespace"] + written { set.insert([.field("metadata"), .field(name)]) }
        return set
    }()
}
