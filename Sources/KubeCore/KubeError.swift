public import JSON

/// What an API server answers instead of what was asked for: a `Status` object, or what stands for one.
public struct KubeError: Error, Sendable, CustomStringConvertible {
    /// `reason` of the Status; equality is by reason, so that an unknown one is kept and still compares.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// As a Status names it, CamelCase.
        public var reason: String
        /// A reason that is not among those below.
        public init(_ reason: String) { self.reason = reason }
        public var description: String { reason }

        /// 400: the request makes no sense.
        public static let badRequest = Code("BadRequest")
        /// 401: nobody knows who asks.
        public static let unauthorized = Code("Unauthorized")
        /// 403: who asks may not.
        public static let forbidden = Code("Forbidden")
        /// 404: no such object, or no such kind.
        public static let notFound = Code("NotFound")
        /// 409: another object has the name.
        public static let alreadyExists = Code("AlreadyExists")
        /// 409: the object is not in the state that the request was made for, or another manager owns a field.
        public static let conflict = Code("Conflict")
        /// 410: the resource version or the continue token is too old.
        public static let expired = Code("Expired")
        /// 410: it was there, and will not be again.
        public static let gone = Code("Gone")
        /// 422: the object is not what its kind allows; `causes` name the fields.
        public static let invalid = Code("Invalid")
        /// 405: the kind can't do that.
        public static let methodNotAllowed = Code("MethodNotAllowed")
        /// 406: the server can't answer in a form we read.
        public static let notAcceptable = Code("NotAcceptable")
        /// 415: the server can't read the body's form.
        public static let unsupportedMediaType = Code("UnsupportedMediaType")
        /// 413: the body is larger than the server takes.
        public static let requestEntityTooLarge = Code("RequestEntityTooLarge")
        /// 429: later; `retryAfter` says when.
        public static let tooManyRequests = Code("TooManyRequests")
        /// 504: it took too long, and may have happened.
        public static let timeout = Code("Timeout")
        /// 504: the server could not answer in time; try again.
        public static let serverTimeout = Code("ServerTimeout")
        /// 503: the server, or what it needs, is not there.
        public static let serviceUnavailable = Code("ServiceUnavailable")
        /// 500: the server's own mistake.
        public static let internalError = Code("InternalError")
        /// The answer is no Status and no object; the message holds its beginning.
        public static let unexpectedAnswer = Code("UnexpectedAnswer")
    }

    /// One of the causes in `details`: `FieldValueInvalid`, `FieldManagerConflict`, …
    public struct Cause: Sendable, Hashable {
        /// CamelCase, for programs.
        public var reason: String
        /// For people.
        public var message: String
        /// The path of the field, as in `spec.replicas`; empty when there is none.
        public var field: String

        /// Made of its members.
        public init(reason: String, message: String, field: String) {
            self.reason = reason
            self.message = message
            self.field = field
        }
    }

    /// Why, for programs.
    public var code: Code
    /// The HTTP status.
    public var status: Int
    /// Why, for people; holds no secret of ours.
    public var message: String
    /// More than one field may be wrong.
    public var causes: [Cause]
    /// `details` names what the error is about.
    public var group: String?
    /// Of the object, or its plural.
    public var kind: String?
    /// Of the object.
    public var name: String?
    /// How long the server asks to wait; nil when it does not say.
    public var retryAfter: Duration?

    /// Made of its members.
    public init(
        _ code: Code, status: Int, message: String, causes: [Cause] = [], group: String? = nil, kind: String? = nil,
        name: String? = nil, retryAfter: Duration? = nil
    ) {
        self.code = code
        self.status = status
        self.message = message
        self.causes = causes
        self.group = group
        self.kind = kind
        self.name = name
        self.retryAfter = retryAfter
    }

    public var description: String { message }
}

extension KubeError: JSONConvertible {
    public init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        let reader = try JSONReader(json, at: path)
        let details = json["details"]
        self.init(
            Code(try reader.optional("reason", default: "")),
            status: try reader.optional("code", default: 0),
            message: try reader.optional("message", default: ""),
            causes: (details?["causes"]?.array ?? []).map {
                Cause(reason: $0["reason"]?.string ?? "", message: $0["message"]?.string ?? "", field: $0["field"]?.string ?? "")
            },
            group: details?["group"]?.string, kind: details?["kind"]?.string, name: details?["name"]?.string,
            retryAfter: details?["retryAfterSeconds"]?.integer.map { .seconds($0) })
    }

    /// The Status object.
    public var json: JSON {
        var details = JSONObject()
        details.set("name", name)
        details.set("group", group)
        details.set("kind", kind)
        if !causes.isEmpty {
            details["causes"] = .array(
                causes.map { cause in
                    var object: JSONObject = ["reason": .string(cause.reason), "message": .string(cause.message)]
                    if !cause.field.isEmpty { object["field"] = .string(cause.field) }
                    return .object(object)
                })
        }
        if let retryAfter { details["retryAfterSeconds"] = .integer(retryAfter.components.seconds) }
        var object: JSONObject = [
            "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Failure", "message": .string(message),
            "reason": .string(code.reason),
        ]
        if !details.isEmpty { object["details"] = .object(details) }
        object["code"] = .integer(Int64(status))
        return .object(object)
    }
}
