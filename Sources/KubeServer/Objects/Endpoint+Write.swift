import JSON
import KubeCore
import Schema

extension Endpoint {
    /// What a write comes to, decided on the object as it was read.
    enum Decision {
        /// It is so already.
        case unchanged(StoredObject)
        case put(JSON)
        /// The last state of an object that goes.
        case remove(JSON)
    }

    /// What a write came to.
    enum WriteResult {
        case unchanged(StoredObject)
        case written(StoredObject, created: Bool, removed: Bool)
        /// What would have been written.
        case dry(JSON, created: Bool, removed: Bool)
    }

    /// How often a write is decided anew because others were faster, before it is given up.
    private static let attemptLimit = 500

    /// Reads an object, decides, and writes if nobody was faster; else all over again.
    func write(_ key: ObjectKey, dryRun: Bool, _ decide: (StoredObject?) throws(KubeError) -> Decision) async throws(KubeError)
        -> WriteResult
    {
        for _ in 0..<Self.attemptLimit {
            let current = store.get(type.storage, key)
            let effect: Mutation.Effect
            switch try decide(current) {
            case .unchanged(let object): return .unchanged(object)
            case .put(let json):
                if dryRun { return .dry(json, created: current == nil, removed: false) }
                effect = .put(json)
            case .remove(let json):
                if dryRun { return .dry(json, created: false, removed: true) }
                effect = .remove(json)
            }
            let isRemoval = if case .remove = effect { true } else { false }
            let mutation = Mutation(
                resource: type.storage, key: key, expected: current, effect: effect, namespace: current == nil ? key.namespace : nil)
            switch await store.commit(mutation) {
            case .committed(let object):
                server.hasWritten(type, object, removed: isRemoval)
                return .written(object, created: current == nil, removed: isRemoval)
            case .failed(let message): throw .storage(message)
            case .outdated: continue
            }
        }
        throw .conflict(resource, key.name)
    }

    /// Who writes an object that isn't there yet, by apply or update, needs the permission to create it as well.
    func checkMayCreate() throws(KubeError) {
        let attempt = AccessAttempt(
            user: user, verb: Verb.create.rawValue, group: type.group, resource: type.plural, namespace: key.namespace, name: key.name)
        server.accessLog.record(attempt)
        guard server.isAllowed(attempt) else { throw .forbidden(attempt) }
    }

    /// - Throws: 404 when the namespace that an object shall be created in is not there, 403 when it or the definition is going.
    func checkHome(for name: String) throws(KubeError) {
        if type.isCustom, store.get(.definitions, ObjectKey(name: resource.description))?.isDeleting ?? false {
            throw .definitionIsGoing(resource, name)
        }
        guard type.isNamespaced, let namespace = target.namespace else { return }
        guard let home = store.get(.namespaces, ObjectKey(name: namespace)) else { throw .notFound(.namespaces, namespace) }
        if home.isDeleting { throw .namespaceIsGoing(resource, name, namespace: namespace) }
    }

    /// The object in a request's body, checked to be what the path says. Of a built-in kind, a body without apiVersion and kind is
    /// taken for it, as the real server does.
    func object(in json: JSON) throws(KubeError) -> JSON {
        guard case .object(var members) = json else { throw .badRequest("the body of the request holds no object, but \(json.kind)") }
        let kind = members["kind"]?.string ?? ""
        if kind.isEmpty, type.isCustom {
            throw .badRequest("the object provided is unrecognized (must be of type \(type.kind)): Object 'Kind' is missing")
        }
        if !kind.isEmpty, kind != type.kind {
            guard type.isCustom else {
                throw .badRequest(
                    "\(kind) in version \"\(version.name)\" cannot be handled as a \(type.kind): no kind \"\(kind)\" is registered for "
                        + "version \"\(apiVersion)\" at this path")
            }
            let name = members["metadata"]?["name"]?.string ?? ""
            throw .invalid(
                group: type.group, kind: kind, name: name,
                [.invalid(JSONPath([.key("kind")]), .string(kind), "must be \(type.kind)")])
        }
        let found = members["apiVersion"]?.string ?? ""
        if found != apiVersion, type.isCustom || !found.isEmpty {
            throw .badRequest("the API version in the data (\(found)) does not match the expected API version (\(apiVersion))")
        }
        var head: JSONObject = ["apiVersion": .string(apiVersion), "kind": .string(type.kind)]
        members["apiVersion"] = nil
        members["kind"] = nil
        for (key, value) in members { head[key] = value }
        return .object(head)
    }

    /// Gives metadata the namespace of the path.
    func placeInNamespace(_ metadata: inout Metadata) throws(KubeError) {
        guard type.isNamespaced else {
            if metadata["namespace"] != nil { throw .badRequest("namespace may not be set: \(type.kind) is cluster-scoped") }
            return
        }
        guard let namespace = target.namespace else { throw .badRequest("an empty namespace may not be set during creation") }
        if let found = metadata["namespace"], found != namespace {
            throw .badRequest("the namespace of the provided object does not match the namespace sent on the request")
        }
        metadata["namespace"] = namespace
    }

    /// - Throws: 422 with everything that is wrong with the object.
    func validate(_ object: JSON, _ metadata: Metadata, replacing old: JSON?) throws(KubeError) {
        try type.behavior.checkForm(of: object)
        var errors = metadata.errors(for: type)
        if let schema = version.schema { errors += schema.errors(in: object) }
        errors += type.behavior.errors(in: object, replacing: old)
        guard errors.isEmpty else {
            throw .invalid(group: type.group, kind: type.kind, name: metadata["name"] ?? "", errors)
        }
    }
}
