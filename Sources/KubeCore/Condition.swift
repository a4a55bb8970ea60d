public import JSON

/// `metav1.Condition`: one aspect of an object's state, keyed by `type`.
public struct Condition: Sendable, Hashable {
    /// Whether it holds.
    public enum Status: String, Sendable {
        /// It holds.
        case isTrue = "True"
        /// It does not.
        case isFalse = "False"
        /// Nobody knows, or not yet.
        case unknown = "Unknown"
    }

    /// The aspect, CamelCase; unique among an object's conditions.
    public var type: String
    /// CamelCase, for programs.
    public var reason: String
    /// One sentence, for people.
    public var message: String
    /// The generation of the object that this is about.
    public var observedGeneration: Int64?
    /// Whether it holds.
    // Here it fills the gap that the optional leaves: eight bytes less a condition.
    public var status: Status
    /// When `status` changed last.
    public var lastTransitionTime: Timestamp

    /// Made of its members.
    public init(
        type: String, status: Status, reason: String, message: String, observedGeneration: Int64? = nil, lastTransitionTime: Timestamp
    ) {
        self.type = type
        self.status = status
        self.reason = reason
        self.message = message
        self.observedGeneration = observedGeneration
        self.lastTransitionTime = lastTransitionTime
    }
}

extension Condition: JSONObjectConvertible, JSONShared {
    public init(reading members: JSONMembers) throws(JSONDecodingError) {
        type = try members.required("type")
        status = Status(rawValue: try members.required("status")) ?? .unknown
        reason = try members.optional("reason", default: "")
        message = try members.optional("message", default: "")
        observedGeneration = try members.optional("observedGeneration")
        lastTransitionTime = try members.optional("lastTransitionTime", default: Timestamp(seconds: 0))
    }

    public var json: JSON {
        var object: JSONObject = ["type": .string(type), "status": .string(status.rawValue)]
        object.set("observedGeneration", observedGeneration)
        object.set("lastTransitionTime", lastTransitionTime)
        object["reason"] = .string(reason)
        object["message"] = .string(message)
        return .object(object)
    }
}
