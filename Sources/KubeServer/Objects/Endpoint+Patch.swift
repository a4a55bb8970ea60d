import HTTPTypes
import JSON
import KubeCore
import Schema

extension Endpoint {
    func patch() async throws(KubeError) -> ServerResponse {
        let options = try WriteOptions(request, query)
        let format = try BodyFormat(
            header: request.headers[.contentType] ?? "",
            accepting: type.isCustom ? BodyFormat.patches : BodyFormat.patchesOfBuiltins)
        let body = try format.decode(request.body)
        if format == .applyPatch { return try await apply(body, options) }
        if options.force != nil {
            throw .invalidOptions(kind: "PatchOptions", field: "force", "Forbidden: may not be specified for non-apply patch", .forbidden)
        }
        var warnings: [String] = []
        let result = try await write(key, dryRun: options.isDryRun) { current throws(KubeError) in
            guard let current else { throw .notFound(resource, key.name) }
            warnings = []
            let patched = try object(in: try patched(shown(current.json), with: body, format))
            return try updated(current, to: patched, options, warnings: &warnings)
        }
        return answer(result, warnings)
    }

    private func patched(_ object: JSON, with body: JSON, _ format: BodyFormat) throws(KubeError) -> JSON {
        switch format {
        case .jsonPatch:
            let patch: JSONPatch
            guard body.array != nil else { throw .badRequest("error decoding patch: wanted an array, found \(body.kind)") }
            do { patch = try JSONPatch(from: body, at: .root) } catch { throw .unprocessable("\(error)") }
            do { return try object.patched(with: patch) } catch {
                // What cannot be done to this object is told as the real server does.
                throw .unprocessable("\(error)")
            }
        case .strategicMergePatch:
            guard body.object != nil else { throw .badRequest("error decoding patch: wanted an object, found \(body.kind)") }
            return try StrategicMerge.patched(object, with: body)
        case .mergePatch, .json, .yaml, .applyPatch, .protobuf:
            guard body.object != nil else { throw .badRequest("error decoding patch: wanted an object, found \(body.kind)") }
            return object.mergePatched(with: body)
        }
    }

    private func apply(_ body: JSON, _ options: WriteOptions) async throws(KubeError) -> ServerResponse {
        guard query["fieldManager"] != nil else {
            throw .invalidOptions(
                kind: "PatchOptions", field: "fieldManager", "Required value: is required for apply patch", .required)
        }
        var applied = try object(in: body)
        // Status is applied through its subresource.
        if version.hasStatus, !writesStatus { applied["status"] = nil }
        let given = try Metadata(of: applied)
        try checkFieldsAreKnown(applied)
        if let name = given["name"], name != key.name {
            throw .badRequest("the name of the object (\(name)) does not match the name on the URL (\(key.name))")
        }
        var warnings: [String] = []
        let result = try await write(key, dryRun: options.isDryRun) { current throws(KubeError) in
            warnings = []
            let live = current.map { shown($0.json) }
            if let current {
                if let version = given["resourceVersion"], version != String(current.version) { throw .conflict(resource, key.name) }
            } else {
                if target.subresource != nil { throw .notFound(resource, key.name) }
                if let uid = given["uid"] {
                    throw .conflict(
                        resource, key.name,
                        "uid mismatch: the provided object specified uid \(uid), and no existing object was found")
                }
                try checkMayCreate()
                try checkHome(for: key.name)
            }
            var merged = try ServerSideApply.apply(
                applied, onto: live, manager: options.manager, force: options.force ?? false, subresource: target.subresource,
                schema: version.schema, apiVersion: apiVersion, now: server.now())
            var ignored: [String] = []
            guard let current else {
                merged.set("metadata", "name", .string(key.name))
                merged.set("metadata", "resourceVersion", nil)
                return .put(stored(try created(merged, options, tracksFields: false, warnings: &ignored)))
            }
            merged.set("metadata", "resourceVersion", .string(String(current.version)))
            if let uid = given["uid"] { merged.set("metadata", "uid", .string(uid)) }
            return try updated(current, to: merged, options, tracksFields: false, warnings: &ignored)
        }
        return answer(result, warnings)
    }

    /// Nobody can own a field that no schema names: it is refused whatever the field validation, as the real server does.
    private func checkFieldsAreKnown(_ applied: JSON) throws(KubeError) {
        let unknown = version.schema?.unknownFields(in: applied) ?? []
        guard !unknown.isEmpty else { return }
        let lines = unknown.map { ".\($0): field not declared in schema" }
        let all = lines.count == 1 ? lines[0] : "errors:\n" + lines.map { "  \($0)\n" }.joined()
        throw KubeError(
            .internalError, status: 500,
            message: "failed to create typed patch object (\(key); \(apiVersion), Kind=\(type.kind)): \(all)")
    }
}
