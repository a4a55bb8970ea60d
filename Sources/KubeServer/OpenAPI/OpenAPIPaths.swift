import JSON

/// The paths of one kind and what can be done at each.
struct OpenAPIPaths {
    let kind: OpenAPIKind

    private enum Verb: String {
        case list, create, read, replace, patch, delete, deletecollection

        var method: String {
            switch self {
            case .list, .read: "get"
            case .create: "post"
            case .replace: "put"
            case .patch: "patch"
            case .delete, .deletecollection: "delete"
            }
        }

        /// As the API server names actions.
        var action: String {
            switch self {
            case .create: "post"
            case .read: "get"
            case .replace: "put"
            default: rawValue
            }
        }
    }

    var items: [(path: String, item: JSON)] {
        let root = "/" + kind.documentPath
        let collection = root + (kind.isNamespaced ? "/namespaces/{namespace}/" : "/") + kind.plural
        var items: [(String, JSON)] = []
        if kind.isNamespaced { items.append(("\(root)/\(kind.plural)", item([.list], suffix: "ForAllNamespaces", isScoped: false))) }
        items.append((collection, item([.list, .create, .deletecollection])))
        items.append(("\(collection)/{name}", item([.read, .replace, .patch, .delete], isNamed: true)))
        if kind.hasStatus {
            items.append(("\(collection)/{name}/status", item([.read, .replace, .patch], suffix: "Status", isNamed: true)))
        }
        return items
    }

    private func item(_ verbs: [Verb], suffix: String = "", isScoped: Bool = true, isNamed: Bool = false) -> JSON {
        var item = JSONObject()
        for verb in verbs { item[verb.method] = operation(verb, suffix: suffix) }
        var parameters: [JSON] = []
        if kind.isNamespaced, isScoped { parameters.append(Self.parameter("namespace", in: "path", "The namespace of the object.")) }
        if isNamed { parameters.append(Self.parameter("name", in: "path", "The name of the \(kind.kind).")) }
        if !parameters.isEmpty { item["parameters"] = .array(parameters) }
        return .object(item)
    }

    private func operation(_ verb: Verb, suffix: String) -> JSON {
        let model = OpenAPIDocument.reference(kind.modelName(of: verb == .list ? kind.listKind : kind.kind), "")
        let isRemoval = verb == .delete || verb == .deletecollection
        let answer = isRemoval ? OpenAPIDocument.reference(MetaModels.status, "") : model
        var operation: JSONObject = [
            "description": .string("\(verb.rawValue) \(kind.kind)"),
            "operationId": .string("\(verb.rawValue)\(kind.isNamespaced ? "Namespaced" : "")\(kind.kind)\(suffix)"),
        ]
        let parameters = Self.parameters(of: verb)
        if !parameters.isEmpty { operation["parameters"] = .array(parameters) }
        switch verb {
        case .create, .replace:
            operation["requestBody"] = [
                "required": true, "content": ["application/json": ["schema": model], "application/yaml": ["schema": model]],
            ]
        case .patch: operation["requestBody"] = patchBody
        default: break
        }
        var responses: JSONObject = ["200": Self.response("OK", answer)]
        if verb == .create || verb == .replace || verb == .patch { responses["201"] = Self.response("Created", answer) }
        operation["responses"] = .object(responses)
        operation["x-kubernetes-action"] = .string(verb.action)
        operation["x-kubernetes-group-version-kind"] = kind.identity(of: kind.kind)
        return .object(operation)
    }

    /// Strategic merge patches of built-in kinds are accepted, but not announced: the schemas here don't say how lists merge, and
    /// kubectl would work its patch out from them instead of from what it knows.
    private var patchBody: JSON {
        var content = JSONObject()
        for type in ["application/apply-patch+yaml", "application/json-patch+json", "application/merge-patch+json"] {
            content[type] = ["schema": ["type": "object"]]
        }
        return ["required": true, "content": .object(content)]
    }

    private static func response(_ description: String, _ schema: JSON) -> JSON {
        ["description": .string(description), "content": ["application/json": ["schema": schema], "application/yaml": ["schema": schema]]]
    }

    private static func parameters(of verb: Verb) -> [JSON] {
        switch verb {
        case .create, .replace: [dryRun, fieldManager, fieldValidation]
        case .patch:
            [dryRun, fieldManager, fieldValidation, parameter("force", in: "query", "Take fields that others own.", type: "boolean")]
        case .delete: [dryRun, parameter("propagationPolicy", in: "query", "Orphan, Background or Foreground.")]
        case .list, .deletecollection:
            ["continue", "fieldSelector", "labelSelector", "resourceVersion", "resourceVersionMatch"].map { parameter($0, in: "query", "") }
                + ["limit", "timeoutSeconds"].map { parameter($0, in: "query", "", type: "integer") }
                + (verb == .list ? [parameter("watch", in: "query", "", type: "boolean")] : [])
        case .read: []
        }
    }

    private static let dryRun = parameter("dryRun", in: "query", "All: nothing is stored.")
    private static let fieldManager = parameter("fieldManager", in: "query", "Who makes the change.")
    private static let fieldValidation = parameter("fieldValidation", in: "query", "Ignore, Warn or Strict: what unknown fields mean.")

    private static func parameter(_ name: String, in place: String, _ description: String, type: String = "string") -> JSON {
        var parameter: JSONObject = ["name": .string(name), "in": .string(place)]
        if !description.isEmpty { parameter["description"] = .string(description) }
        if place == "path" { parameter["required"] = true }
        parameter["schema"] = ["type": .string(type), "uniqueItems": true]
        return .object(parameter)
    }
}
