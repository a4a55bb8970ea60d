import HTTPTypes
import JSON
import KubeCore
import Schema

extension Endpoint {
    /// A name made from `generateName` that is taken is made anew this often.
    private static let nameAttempts = 8

    func create() async throws(KubeError) -> ServerResponse {
        let options = try WriteOptions(request, query)
        let format = try BodyFormat(header: request.headers[.contentType], accepting: BodyFormat.writes)
        let body = try object(in: format.decode(request.body))
        if type.isNamespaced, target.namespace == nil { throw .methodNotAllowed() }
        var attempt = 0
        while true {
            var warnings: [String] = []
            let new = try created(body, options, warnings: &warnings)
            let name = new["metadata"]?["name"]?.string ?? ""
            do {
                let result = try await write(key(named: name), dryRun: options.isDryRun) { current throws(KubeError) in
                    if let current { throw .alreadyExists(resource, name, isDeleting: current.isDeleting) }
                    try checkHome(for: name)
                    return .put(stored(new))
                }
                return answer(result, warnings)
            } catch {
                attempt += 1
                let wasGenerated = (body["metadata"]?["name"]?.string ?? "").isEmpty
                if error.code == .alreadyExists, wasGenerated, attempt < Self.nameAttempts { continue }
                throw error
            }
        }
    }

    func answer(_ result: WriteResult, _ warnings: [String]) -> ServerResponse {
        switch result {
        case .unchanged(let object): answer(object, warnings: warnings)
        case .written(let object, let created, _): answer(object, created: created, warnings: warnings)
        case .dry(let json, let created, _): answer(json, created: created, warnings: warnings)
        }
    }

    /// A new object as it will be, less its resource version.
    /// - Parameter tracksFields: whether the writer is entered in `managedFields`; an apply has done so already.
    func created(
        _ body: JSON, _ options: WriteOptions, tracksFields: Bool = true, warnings: inout [String]
    ) throws(KubeError) -> JSON {
        var metadata = try Metadata(of: body)
        try placeInNamespace(&metadata)
        if metadata["resourceVersion"] != nil, tracksFields {
            throw .badRequest("resourceVersion should not be set on objects to be created")
        }
        if metadata["name"] == nil, let prefix = metadata["generateName"] {
            metadata["name"] = prefix.prefix(58) + server.configuration.makeNameSuffix()
        }
        guard metadata["name"] != nil else {
            throw .invalid(
                group: type.group, kind: type.kind, name: "",
                [.required(JSONPath([.key("metadata"), .key("name")]), "name or generateName is required")])
        }
        var object = try options.fieldValidation.admit(body, type, version, warnings: &warnings)
        // Status is what others report: it is written through the subresource.
        if version.hasStatus, !type.keepsStatusOnCreate { object["status"] = nil }
        object["metadata"] = .object(fresh(metadata, tracksFields: tracksFields))
        object = type.behavior.normalize(object)
        if tracksFields {
            object = ServerSideApply.track(
                update: object, from: nil, manager: options.manager, subresource: nil, schema: version.schema,
                apiVersion: apiVersion, now: server.now())
        }
        // What the server itself fills in belongs to nobody.
        object = type.behavior.complete(object, replacing: nil, catalog: server.types.current, now: server.now())
        let complete = Metadata(stored: object)
        warnings += complete.finalizerWarnings(besides: [])
        try validate(object, complete, replacing: nil)
        if let namespace = target.namespace, type.isNamespaced, store.get(.namespaces, ObjectKey(name: namespace)) == nil {
            throw .notFound(.namespaces, namespace)
        }

        return object
    }

    /// Metadata of a new object: what the server says in it stands first.
    private func fresh(_ given: Metadata, tracksFields: Bool) -> JSONObject {
        var members = JSONObject()
        for key in ["name", "generateName", "namespace"] { members[key] = given.members[key] }
        members["uid"] = .string(server.configuration.makeUID())
        members["resourceVersion"] = ""
        if type.hasGeneration { members["generation"] = 1 }
        members["creationTimestamp"] = .string(server.now().description)
        for key in ["labels", "annotations", "ownerReferences", "finalizers"] { members[key] = given.members[key] }
        if !tracksFields { members["managedFields"] = given.members["managedFields"] }
        return members
    }
}

extension ResourceType {
    /// Kubelets create nodes with their status.
    var keepsStatusOnCreate: Bool { if case .node = behavior { true } else { false } }
}
