import JSON
import KubeCore
import Schema

/// Errors in the words of a Kubernetes API server, which people and programs know.
extension KubeError {
    static func badRequest(_ message: String) -> KubeError { KubeError(.badRequest, status: 400, message: message) }

    static let unauthorized = KubeError(.unauthorized, status: 401, message: "Unauthorized")

    static let unknownPath = KubeError(.notFound, status: 404, message: "the server could not find the requested resource")

    static func notFound(_ resource: GroupResource, _ name: String) -> KubeError {
        KubeError(
            .notFound, status: 404, message: "\(resource) \"\(name)\" not found", group: resource.groupOrNil, kind: resource.resource,
            name: name)
    }

    static func alreadyExists(_ resource: GroupResource, _ name: String, isDeleting: Bool) -> KubeError {
        KubeError(
            .alreadyExists, status: 409,
            message: (isDeleting ? "object is being deleted: " : "") + "\(resource) \"\(name)\" already exists", group: resource.groupOrNil,
            kind: resource.resource, name: name)
    }

    static func conflict(_ resource: GroupResource, _ name: String, _ why: String = Self.modified) -> KubeError {
        KubeError(
            .conflict, status: 409, message: "Operation cannot be fulfilled on \(resource) \"\(name)\": \(why)",
            group: resource.groupOrNil, kind: resource.resource, name: name)
    }

    static let modified = "the object has been modified; please apply your changes to the latest version and try again"

    /// - Parameter kind: the object's kind, with its group.
    static func invalid(group: String, kind: String, name: String, _ errors: [FieldError]) -> KubeError {
        let texts = errors.map(\.description)
        let all = texts.count == 1 ? texts[0] : "[\(texts.joined(separator: ", "))]"
        return KubeError(
            .invalid, status: 422, message: "\(group.isEmpty ? kind : "\(kind).\(group)") \"\(name)\" is invalid: \(all)",
            causes: errors.map { Cause(reason: $0.reason.rawValue, message: $0.message, field: $0.path.description) },
            group: group.isEmpty ? nil : group, kind: kind, name: name.isEmpty ? nil : name)
    }

    /// A parameter of the request that cannot stand.
    static func invalidOptions(
        kind: String = "CreateOptions", field: String, _ message: String, _ reason: FieldError.Reason = .invalid
    ) -> KubeError {
        invalid(
            group: "meta.k8s.io", kind: kind, name: "",
            [FieldError(path: JSONPath([.key(field)]), reason: reason, message: message)])
    }

    /// A patch that can't be made to this object.
    static func unprocessable(_ why: String) -> KubeError {
        KubeError(.invalid, status: 422, message: "the server rejected our request due to an error in our request: \(why)")
    }

    static func methodNotAllowed() -> KubeError {
        KubeError(.methodNotAllowed, status: 405, message: "the server does not allow this method on the requested resource")
    }

    static func tooOld(_ message: String) -> KubeError { KubeError(.expired, status: 410, message: message) }

    static func tooNew(_ version: Int64, current: Int64) -> KubeError {
        KubeError(
            .timeout, status: 504, message: "Too large resource version: \(version), current: \(current)",
            causes: [Cause(reason: "ResourceVersionTooLarge", message: "Too large resource version", field: "")], retryAfter: .seconds(1))
    }

    static let streamingListsUnavailable = KubeError(
        .internalError, status: 500,
        message: "Internal error occurred: a watch stream was requested by the client but the required storage feature "
            + "RequestWatchProgress is disabled")

    static func storage(_ message: String) -> KubeError {
        KubeError(.internalError, status: 500, message: "the write could not be stored: \(message)")
    }

    static func definitionIsGoing(_ resource: GroupResource, _ name: String) -> KubeError {
        KubeError(
            .forbidden, status: 403,
            message: "\(resource) \"\(name)\" is forbidden: create not allowed while custom resource definition is terminating",
            group: resource.groupOrNil, kind: resource.resource, name: name)
    }

    static func namespaceIsGoing(_ resource: GroupResource, _ name: String, namespace: String) -> KubeError {
        KubeError(
            .forbidden, status: 403,
            message:
                "\(resource) \"\(name)\" is forbidden: unable to create new content in namespace \(namespace) because it is being terminated",
            causes: [
                Cause(reason: "NamespaceTerminating", message: "namespace \(namespace) is being terminated", field: "metadata.namespace")
            ],
            group: resource.groupOrNil, kind: resource.resource, name: name)
    }
}

extension GroupResource {
    fileprivate var groupOrNil: String? { group.isEmpty ? nil : group }
}
