import JSON
import KubeCore
import Schema

/// What the API server itself fills in and checks in objects of some built-in kinds.
extension ResourceType.Behavior {
    /// - Parameters:
    ///   - object: complete but for what is filled in here.
    ///   - old: what it replaces; nil when it is new.
    func complete(_ object: JSON, replacing old: JSON?, catalog: TypeRegistry.Catalog, now: Timestamp) -> JSON {
        switch self {
        case .namespace: Self.namespace(object, replacing: old)
        case .definition: DefinitionNames(catalog, now: now).settle(old == nil ? Self.withCleanup(object) : object)
        case .plain, .custom, .secret, .node, .event, .role: object
        }
    }

    /// Brings what was written into the form it is stored in.
    func normalize(_ object: JSON) -> JSON {
        if case .secret = self { Self.secret(object) } else { object }
    }

    /// - Throws: 400 for what the real server can't even decode.
    func checkForm(of object: JSON) throws(KubeError) {
        guard case .secret = self else { return }
        for (key, value) in object["data"]?.object ?? [:] {
            guard let text = value.string, Base64.decodeLeniently(text) != nil else {
                throw .badRequest("Secret in version \"v1\" cannot be handled as a Secret: data.\(key): illegal base64 data")
            }
        }
    }

    func errors(in object: JSON, replacing old: JSON?) -> [FieldError] {
        switch self {
        case .definition: DefinitionRules.errors(in: object, replacing: old)
        case .role: Self.roleErrors(object, replacing: old)
        case .plain, .custom, .namespace, .secret, .node, .event: []
        }
    }

    private static func namespace(_ object: JSON, replacing old: JSON?) -> JSON {
        var object = object
        object["spec"] = old?["spec"] ?? ["finalizers": ["kubernetes"]]
        object["status"] = old?["status"] ?? ["phase": "Active"]
        let name = object["metadata"]?["name"] ?? ""
        var metadata = object["metadata"]?.object ?? JSONObject()
        metadata.update("labels") { $0["kubernetes.io/metadata.name"] = name }
        object["metadata"] = .object(metadata)
        return object
    }

    /// A definition waits for its objects to go before it goes itself.
    private static func withCleanup(_ definition: JSON) -> JSON {
        var definition = definition
        let finalizers = definition["metadata"]?["finalizers"]?.array ?? []
        if !finalizers.contains(.string(Collector.definitionFinalizer)) {
            definition.set("metadata", "finalizers", .array(finalizers + [.string(Collector.definitionFinalizer)]))
        }
        return definition
    }

    /// `stringData` is for writing alone: it becomes `data`.
    private static func secret(_ object: JSON) -> JSON {
        var object = object
        if case .object(let texts)? = object["stringData"] {
            var data = object["data"]?.object ?? JSONObject()
            for (key, value) in texts { data[key] = .string(Base64.encode(Array((value.string ?? "").utf8))) }
            object["data"] = .object(data)
        }
        object["stringData"] = nil
        if object["type"] == nil { object["type"] = "Opaque" }
        return object
    }

    private static func roleErrors(_ object: JSON, replacing old: JSON?) -> [FieldError] {
        guard let reference = old?["roleRef"], object["roleRef"] != reference else { return [] }
        return [.invalid(JSONPath([.key("roleRef")]), object["roleRef"] ?? .null, "cannot change roleRef")]
    }
}
