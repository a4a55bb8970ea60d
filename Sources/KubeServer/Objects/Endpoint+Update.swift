import HTTPTypes
import JSON
import KubeCore
import Schema

extension Endpoint {
    func update() async throws(KubeError) -> ServerResponse {
        let options = try WriteOptions(request, query)
        let format = try BodyFormat(header: request.headers[.contentType], accepting: BodyFormat.writes)
        let body = try object(in: format.decode(request.body))
        var warnings: [String] = []
        let result = try await write(key, dryRun: options.isDryRun) { current throws(KubeError) in
            warnings = []
            guard let current else {
                guard type.createsOnUpdate, target.subresource == nil else { throw .notFound(resource, key.name) }
                try checkMayCreate()
                try checkHome(for: key.name)
                var new = body
                var metadata = try Metadata(of: body)
                metadata["resourceVersion"] = nil
                new["metadata"] = .object(metadata.members)
                return .put(stored(try created(new, options, warnings: &warnings)))
            }
            if try Metadata(of: body)["resourceVersion"] == nil, type.isCustom {
                throw .invalid(
                    group: type.group, kind: type.plural, name: key.name,
                    [.invalid(JSONPath([.key("metadata"), .key("resourceVersion")]), .integer(0), "must be specified for an update")])
            }
            return try updated(current, to: body, options, warnings: &warnings)
        }
        return answer(result, warnings)
    }

    /// What an object becomes when `proposed` replaces it: what may change changes, what the server keeps stays.
    /// - Parameter tracksFields: whether the writer is entered in `managedFields`; an apply has done so already.
    func updated(
        _ current: StoredObject, to proposed: JSON, _ options: WriteOptions, tracksFields: Bool = true, warnings: inout [String]
    ) throws(KubeError) -> Decision {
        let old = shown(current.json)
        if tracksFields, proposed == old { return .unchanged(current) }
        let oldMetadata = Metadata(stored: old)
        var metadata = try Metadata(of: proposed)
        try checkIdentity(&metadata, of: current)
        var new: JSON
        if writesStatus {
            // Only the status changes, and who wrote it.
            new = old
            let admitted = try options.fieldValidation.admit(proposed, type, version, warnings: &warnings)
            new["status"] = admitted["status"]
            let managed = metadata.members["managedFields"]
            metadata = oldMetadata
            metadata.members["managedFields"] = tracksFields ? oldMetadata.members["managedFields"] : managed
        } else {
            new = try options.fieldValidation.admit(proposed, type, version, warnings: &warnings)
            if version.hasStatus { new["status"] = old["status"] }
            keep(&metadata, from: oldMetadata, tracksFields: tracksFields)
        }
        new["metadata"] = .object(metadata.members)
        if !writesStatus {
            new = type.behavior.normalize(new)
            if asksOtherwise(new, than: old), let generation = oldMetadata.generation {
                new.set("metadata", "generation", .integer(generation + 1))
            }
        }
        if tracksFields {
            new = ServerSideApply.track(
                update: new, from: old, manager: options.manager, subresource: target.subresource,
                schema: version.schema, apiVersion: apiVersion, now: server.now())
        }
        if !writesStatus { new = type.behavior.complete(new, replacing: old, catalog: server.types.current, now: server.now()) }
        let complete = Metadata(stored: new)
        warnings += complete.finalizerWarnings(besides: oldMetadata.finalizers)
        try validate(new, complete, replacing: old)
        try checkFinalizers(complete, oldMetadata)
        if current.isDeleting, complete.finalizers.isEmpty, isReleased(new) { return .remove(stored(new)) }
        return isSame(new, as: old) ? .unchanged(current) : .put(stored(new))
    }

    /// Name, namespace, uid and version that the writer names must be those of the object.
    private func checkIdentity(_ metadata: inout Metadata, of current: StoredObject) throws(KubeError) {
        if let name = metadata["name"], name != key.name {
            throw .badRequest("the name of the object (\(name)) does not match the name on the URL (\(key.name))")
        }
        metadata["name"] = key.name
        try placeInNamespace(&metadata)
        if let uid = metadata["uid"], uid != current.uid {
            if request.method == .patch { throw immutable("uid", .string(uid)) }
            throw .conflict(
                resource, key.name, "Precondition failed: UID in precondition: \(uid), UID in object meta: \(current.uid)")
        }
        if let time = metadata["deletionTimestamp"], time != current.json["metadata"]?["deletionTimestamp"]?.string {
            throw immutable("deletionTimestamp", .string(time))
        }
        if let version = metadata["resourceVersion"], version != String(current.version) { throw .conflict(resource, key.name) }
    }

    private func immutable(_ field: String, _ value: JSON) -> KubeError {
        .invalid(
            group: type.group, kind: type.kind, name: key.name,
            [.invalid(JSONPath([.key("metadata"), .key(field)]), value, "field is immutable")])
    }

    /// What a writer can't change about metadata.
    private func keep(_ metadata: inout Metadata, from old: Metadata, tracksFields: Bool) {
        var members = JSONObject()
        for key in ["name", "generateName", "namespace", "uid"] { members[key] = old.members[key] }
        members["resourceVersion"] = old.members["resourceVersion"]
        for key in ["generation", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds"] {
            members[key] = old.members[key]
        }
        for key in ["labels", "annotations", "ownerReferences", "finalizers"] { members[key] = metadata.members[key] }
        // An empty list of managed fields asks for their removal, and is told from none.
        members["managedFields"] = metadata.members["managedFields"] ?? (tracksFields ? old.members["managedFields"] : nil)
        metadata.members = members
    }

    private func checkFinalizers(_ metadata: Metadata, _ old: Metadata) throws(KubeError) {
        guard old.members["deletionTimestamp"] != nil else { return }
        let added = metadata.finalizers.filter { !old.finalizers.contains($0) }
        guard !added.isEmpty else { return }
        let list = added.map { "\"\($0)\"" }.joined(separator: ", ")
        throw .invalid(
            group: type.group, kind: type.kind, name: key.name,
            [
                .forbidden(
                    JSONPath([.key("metadata"), .key("finalizers")]),
                    "no new finalizers can be added if the object is being deleted, found new finalizers []string{\(list)}")
            ])
    }

    /// Namespaces have finalizers of their own beside those in metadata.
    private func isReleased(_ object: JSON) -> Bool {
        guard case .namespace = type.behavior else { return true }
        return object["spec"]?["finalizers"]?.array?.isEmpty ?? true
    }

    /// Whether anything but metadata and status differs.
    private func asksOtherwise(_ new: JSON, than old: JSON) -> Bool {
        func asked(_ object: JSON) -> JSONObject {
            var members = object.object ?? JSONObject()
            members["metadata"] = nil
            if version.hasStatus { members["status"] = nil }
            return members
        }
        return asked(new) != asked(old)
    }

    /// Equal but for when fields were written.
    private func isSame(_ new: JSON, as old: JSON) -> Bool {
        func withoutTimes(_ object: JSON) -> JSON {
            guard let managed = object["metadata"]?["managedFields"]?.array else { return object }
            var object = object
            object.set(
                "metadata", "managedFields",
                .array(
                    managed.map { entry in
                        var entry = entry
                        entry["time"] = nil
                        return entry
                    }))
            return object
        }
        return withoutTimes(new) == withoutTimes(old)
    }
}

extension JSON {
    /// Sets a member of a member in place.
    mutating func set(_ key: String, _ inner: String, _ value: JSON?) {
        var members = object ?? JSONObject()
        self = .null
        members.update(key) { $0[inner] = value }
        self = .object(members)
    }
}
