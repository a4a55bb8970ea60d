public import JSON

extension APIRequest {
    /// Creates an object in a collection.
    public static func create(
        _ definition: ResourceDefinition, namespace: String?, body: JSON, options: WriteOptions = WriteOptions()
    ) -> APIRequest {
        var request = APIRequest(
            method: .post, path: definition.path(namespace: namespace), contentType: "application/json", body: body)
        request.add(options)
        return request
    }

    /// Replaces a whole object; with a `resourceVersion` in the body, only that state of it.
    public static func replace(
        _ definition: ResourceDefinition, namespace: String?, name: String, subresource: String? = nil, body: JSON,
        options: WriteOptions = WriteOptions()
    ) -> APIRequest {
        var request = APIRequest(
            method: .put, path: definition.path(namespace: namespace, name: name, subresource: subresource),
            contentType: "application/json", body: body)
        request.add(options)
        return request
    }

    /// Server-side apply: what `manager` owns of an object is exactly what the body says. Creates the object when it is not there,
    /// unless the preconditions hold a uid.
    public static func apply(
        _ definition: ResourceDefinition, namespace: String?, name: String, subresource: String? = nil, body: JSON, manager: String,
        force: Bool = true, preconditions: Preconditions? = nil, dryRun: Bool = false
    ) -> APIRequest {
        var request = patch(
            definition, namespace: namespace, name: name, subresource: subresource, .apply, body: body, preconditions: preconditions,
            options: WriteOptions(manager: manager, dryRun: dryRun))
        request.add("force", force ? "true" : "false")
        return request
    }

    /// Changes an object. Preconditions go into the body's metadata: they need a body that is an object.
    public static func patch(
        _ definition: ResourceDefinition, namespace: String?, name: String, subresource: String? = nil, _ type: PatchType, body: JSON,
        preconditions: Preconditions? = nil, options: WriteOptions = WriteOptions()
    ) -> APIRequest {
        var body = body
        if let preconditions { body.require(preconditions) }
        var request = APIRequest(
            method: .patch, path: definition.path(namespace: namespace, name: name, subresource: subresource),
            contentType: type.mediaType, body: body)
        request.add(options)
        return request
    }

    /// Deletes an object.
    public static func delete(
        _ definition: ResourceDefinition, namespace: String?, name: String, options: DeleteOptions = DeleteOptions()
    ) -> APIRequest {
        var request = APIRequest(method: .delete, path: definition.path(namespace: namespace, name: name))
        var body: JSONObject = [:]
        var preconditions = JSONObject()
        preconditions.set("uid", options.preconditions?.uid)
        preconditions.set("resourceVersion", options.preconditions?.resourceVersion)
        if !preconditions.isEmpty { body["preconditions"] = .object(preconditions) }
        body.set("propagationPolicy", options.propagation?.rawValue)
        body.set("gracePeriodSeconds", options.gracePeriodSeconds)
        if options.dryRun { body["dryRun"] = ["All"] }
        if !body.isEmpty {
            request.contentType = "application/json"
            request.body = .object(["kind": "DeleteOptions", "apiVersion": "v1"])
            for (key, value) in body { request.body?[key] = value }
        }
        return request
    }

    private mutating func add(_ options: WriteOptions) {
        add("fieldManager", options.manager)
        if options.dryRun { add("dryRun", "All") }
    }
}

extension JSON {
    /// Writes preconditions into `metadata`, where the server compares them with the object it has.
    fileprivate mutating func require(_ preconditions: Preconditions) {
        var metadata = self["metadata"] ?? [:]
        if let uid = preconditions.uid { metadata["uid"] = .string(uid) }
        if let version = preconditions.resourceVersion { metadata["resourceVersion"] = .string(version) }
        self["metadata"] = metadata
    }
}
