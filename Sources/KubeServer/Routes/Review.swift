import HTTPTypes
import JSON
import KubeCore

/// Questions that are answered and not stored: about oneself, as `kubectl auth can-i` and `kubectl auth whoami` ask them, and about who holds a token.
enum Review: String, CaseIterable {
    case access = "selfsubjectaccessreviews"
    case identity = "selfsubjectreviews"
    case token = "tokenreviews"

    var group: String { self == .access ? "authorization.k8s.io" : "authentication.k8s.io" }
    var kind: String {
        switch self {
        case .access: "SelfSubjectAccessReview"
        case .identity: "SelfSubjectReview"
        case .token: "TokenReview"
        }
    }

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
        case .token:
            // Unlike the others it is not about who asks: not everybody may.
            let attempt = AccessAttempt(user: user, verb: "create", group: target.group, resource: target.plural)
            accessLog.record(attempt)
            guard isAllowed(attempt) else { throw .forbidden(attempt) }
            answer["status"] = tokenStatus(body["spec"] ?? [:])
        }
        return ServerResponse(status: .created, body: .bytes(answer.bytes()))
    }

    private func tokenStatus(_ spec: JSON) -> JSON {
        let audiences = spec["audiences"]?.array?.compactMap(\.string) ?? []
        guard let (user, audience) = configuration.tokens.review(spec["token"]?.string ?? "", audiences: audiences) else {
            return ["authenticated": false, "error": "the token is nobody's, or for another audience"]
        }
        var found: JSON = ["username": .string(user.name), "groups": user.allGroups.json]
        if !user.extra.isEmpty { found["extra"] = user.extra.json }
        return ["authenticated": true, "user": found, "audiences": [.string(audience)]]
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
