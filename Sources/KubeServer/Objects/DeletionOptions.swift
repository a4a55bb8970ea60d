import HTTPTypes
import JSON
import KubeCore
import Schema

/// The body or the parameters of a delete.
struct DeletionOptions: Sendable {
    var isDryRun: Bool
    var uid: String?
    var resourceVersion: String?
    var propagation: PropagationPolicy

    init(_ request: ServerRequest, _ query: Query) throws(KubeError) {
        var body: JSON = [:]
        if !request.body.isEmpty {
            body = try BodyFormat(header: request.headers[.contentType], accepting: BodyFormat.writes).decode(request.body)
            guard body.object != nil else { throw .badRequest("the body of the request holds no DeleteOptions, but \(body.kind)") }
        }
        let isDryRunByQuery = try query.dryRun()
        isDryRun = isDryRunByQuery || body["dryRun"]?.array?.contains("All") ?? false
        uid = body["preconditions"]?["uid"]?.string
        resourceVersion = body["preconditions"]?["resourceVersion"]?.string
        let policy = body["propagationPolicy"]?.string ?? query["propagationPolicy"]
        if let policy {
            guard let known = PropagationPolicy(rawValue: policy) else {
                throw .invalidOptions(
                    kind: "DeleteOptions", field: "propagationPolicy",
                    "Unsupported value: \"\(policy)\": supported values: \"Foreground\", \"Background\", \"Orphan\", \"nil\"", .notSupported
                )
            }
            propagation = known
        } else {
            let asked = try query.bool("orphanDependents")
            propagation = body["orphanDependents"]?.bool ?? asked ?? false ? .orphan : .background
        }
    }
}
