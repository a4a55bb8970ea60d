public import JSON

/// What an API server answers instead of what was asked for: a `Status` object, or what stands for one.
public struct KubeError: Error, Sendable, CustomStringConvertible {
    /// `reason` of the Status; equality is by reason, so that an unknown one is kept and still compares.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        public var reason: String
        public init(_ reason: String) { self.reason = reason }
        public var description: String { reason }

        public static let badRequest = Code("BadRequest")
        public static let unauthorized = Code("Unauthorized")
        public static let forbidden = Code("Forbidden")
        public static let notFound = Code("NotFound")
        public static let alreadyExists = Code("AlreadyExists")
        public static let conflict = Code("Conflict")
        /// 410: the resource version or the continue token is too old.
        public static let expired = Code("Expired")
        public static let gone = Code("Gone")
        public static let invalid = Code("Invalid")
        public static let methodNotAllowed = Code("MethodNotAllowed")
        public static let notAcceptable = Code("NotAcceptable")
        public static let unsupportedMediaType = Code("UnsupportedMediaType")
        public static let requestEntityTooLarge = Code("RequestEntityTooLarge")
        public static let tooManyRequests = Code("TooManyRequests")
        public static let timeout = Code("Timeout")
        public static let serverTimeout = Code("ServerTimeout")
        public static let serviceUnavailable = Code("ServiceUnavailable")
        public static let internalError = Code("InternalError")
        /// The answer is no Status and no object; the message holds its beginning.
        public static let unexpectedAnswer = Code("UnexpectedAnswer")
    }

    /// One of the causes in `details`: `FieldValueInvalid`, `FieldManagerConflict`, …
    public struct Cause: Sendable, Hashable {
        public var reason: String
        public var message: String
        public var field: String

        public init(reason: String, message: String, field: String) {
            self.reason = reason
            self.message = message
            self.field = field
        }
    }

    public var code: Code
    /// The HTTP status.
    public var status: Int
    public var message: String
    public var causes: [Cause]
    /// `details` names what the error is about.
    public var group: String?
    public var kind: String?
    public var name: String?
    public var retryAfter: Duration?

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
