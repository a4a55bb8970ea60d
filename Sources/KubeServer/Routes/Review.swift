import HTTPTypes
import JSON
import KubeCore

/// Questions about oneself, answered and not stored: `kubectl auth can-i` and `kubectl auth whoami` ask them.
enum Review: String, CaseIterable {
    case access = "selfsubjectaccessreviews"
    case identity = "selfsubjectreviews"

    var group: String { self == .access ? "authorization.k8s.io" : "authentication.k8s.io" }
    var kind: String { self == .access ? "SelfSubjectAccessReview" : "SelfSubjectReview" }

    var discovery: JSON {
        [
            "name": .string(rawValue), "singularName": .string(kind.lowercased()), "namespaced": false, "kind": .string(kind),
            "verbs": ["create"],
        ]
    }
}

extension KubeServer {
    /// The answer to a review; nil when the path is about something else.
    func review(_ target: ResourceTarget, _ request: ServerRequest, _ user: User) throws(KubeError) -> ServerResponse? {
        guard let review = Review(rawValue: target.plural), review.group == target.group, target.version == "v1", target.name == nil else {
            return nil
        }
        guard request.method == .post else { throw .methodNotAllowed() }
        let format = try BodyFormat(header: request.headers[.contentType], accepting: BodyFormat.writes)
        let body = try format.decode(request.body)
        var answer: JSON = [
            "kind": .string(review.kind), "apiVersion": .string("\(review.group)/v1"), "metadata": ["creationTimestamp": nil],
        ]
        switch review {
        case .identity: answer["status"] = ["userInfo": ["username": .string(user.name), "groups": user.allGroups.json]]
        case .access:
            answer["spec"] = body["spec"] ?? [:]
            answer["status"] = ["allowed": .bool(isAllowed(Self.attempt(body["spec"] ?? [:], user)))]
        }
        return ServerResponse(status: .created, body: .bytes(answer.bytes()))
    }

    private static func attempt(_ spec: JSON, _ user: User) -> AccessAttempt {
        func text(_ value: JSON?) -> String? { value?.string.flatMap { $0.isEmpty ? nil : $0 } }
        if let path = spec["nonResourceAttributes"] {
            return AccessAttempt(user: user, verb: text(path["verb"]) ?? "", path: text(path["path"]) ?? "")
        }
        let about = spec["resourceAttributes"]
        return AccessAttempt(
            user: user, verb: text(about?["verb"]) ?? "", group: text(about?["group"]) ?? "", resource: text(about?["resource"]) ?? "",
            subresource: text(about?["subresource"]), namespace: text(about?["namespace"]), name: text(about?["name"]))
    }
}
