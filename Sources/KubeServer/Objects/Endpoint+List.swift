import HTTPTypes
import JSON
import KubeCore
import Schema

extension Endpoint {
    func list() throws(KubeError) -> ServerResponse {
        let filter = try filter()
        let limit = try query.integer("limit").flatMap { $0 > 0 ? Int($0) : nil }
        let start = try listStart()
        let snapshot: ObjectStore.Snapshot
        do {
            snapshot = try store.snapshot(type.storage, at: start.version, namespace: filter.namespace, after: start.path)
        } catch { return try refusal(error, start) }
        var page: [StoredObject] = []
        var rest = snapshot.objects
        while let object = rest.first, limit.map({ page.count < $0 }) ?? true {
            rest.removeFirst()
            if filter.matches(object) { page.append(object) }
        }
        var metadata: JSONObject = ["resourceVersion": .string(String(snapshot.version))]
        if let last = page.last, rest.contains(where: filter.matches) {
            metadata["continue"] = .string(ContinueToken(version: start.isInconsistent ? nil : snapshot.version, path: last.path).text)
            // With a selector the rest would have to be counted; the real server leaves it out as well.
            if !filter.selects { metadata["remainingItemCount"] = .integer(Int64(rest.count)) }
        }
        return answer(page, metadata)
    }

    // MARK: What state is listed

    private struct ListStart {
        var version: Int64?
        var path: String?
        /// Whether an old token is gone on with in a newer state.
        var isInconsistent = false
    }

    /// Kubernetes: «API Concepts», the resourceVersion parameter.
    private func listStart() throws(KubeError) -> ListStart {
        let match = query["resourceVersionMatch"]
        let version = query["resourceVersion"]
        if let match {
            guard version != nil else {
                throw .invalidOptions(
                    kind: "ListOptions", field: "resourceVersionMatch",
                    "Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided", .forbidden)
            }
            guard ["Exact", "NotOlderThan"].contains(match) else {
                throw .invalidOptions(
                    kind: "ListOptions", field: "resourceVersionMatch",
                    "Unsupported value: \"\(match)\": supported values: \"Exact\", \"NotOlderThan\"", .notSupported)
            }
            if match == "Exact", version == "0" {
                throw .invalidOptions(
                    kind: "ListOptions", field: "resourceVersionMatch",
                    "Forbidden: resourceVersionMatch \"Exact\" is forbidden for resourceVersion \"0\"", .forbidden)
            }
        }
        if let text = query["continue"] {
            if let version, version != "0" {
                throw .badRequest("specifying resource version is not allowed when using continue")
            }
            let token = try ContinueToken(text)
            return ListStart(version: token.version, path: token.path, isInconsistent: token.version == nil)
        }
        guard let version else { return ListStart() }
        guard let number = Int64(version), number >= 0 else {
            throw .badRequest("invalid resource version: resourceVersion: Invalid value: \"\(version)\": must be a whole number")
        }
        // Not older than, or any: the present state will do.
        if match == "Exact" || (match == nil && query["limit"] != nil && number > 0) { return ListStart(version: number) }
        let current = store.version
        if number > current { throw .tooNew(number, current: current) }
        return ListStart()
    }

    /// - Returns: 410 with a token that goes on in the present state, when a page is asked for.
    private func refusal(_ error: ObjectStore.SnapshotError, _ start: ListStart) throws(KubeError) -> ServerResponse {
        switch error {
        case .tooNew(let current): throw .tooNew(start.version ?? 0, current: current)
        case .tooOld:
            guard let path = start.path else { throw .tooOld("The resourceVersion for the provided list is too old.") }
            let error = KubeError.tooOld(
                "The provided continue parameter is too old to display a consistent list result. You can start a new list without the "
                    + "continue parameter, or use the continue token in this response to retrieve the remainder of the results. "
                    + "Continuing with the provided token results in an inconsistent list - objects that were created, modified, or "
                    + "deleted between the time the first chunk was returned and now may show up in the list.")
            var status = error.json
            status["metadata"] = ["continue": .string(ContinueToken(version: nil, path: path).text)]
            return ServerResponse(status: .gone, body: .bytes(status.bytes()))
        }
    }

    // MARK: The answer

    func answer(_ page: [StoredObject], _ metadata: JSONObject) -> ServerResponse {
        switch representation {
        case .table:
            return ServerResponse(body: .bytes(table(page.map { shown($0.json) }, metadata: metadata).bytes()))
        case .object, .metadata:
            let isPartial = representation == .metadata
            var head: JSONObject = [
                "kind": .string(isPartial ? "PartialObjectMetadataList" : type.listKind),
                "apiVersion": .string(isPartial ? "meta.k8s.io/v1" : apiVersion),
            ]
            head["metadata"] = .object(metadata)
            // Objects are written already: the list is put together around them.
            var bytes = JSON.object(head).bytes()
            bytes.removeLast()
            bytes += Array(",\"items\":[".utf8)
            for (index, object) in page.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                bytes += isPartial || converts ? represented(shown(object.json)).bytes() : object.bytes
            }
            bytes += Array("]}".utf8)
            return ServerResponse(body: .bytes(bytes))
        }
    }
}
