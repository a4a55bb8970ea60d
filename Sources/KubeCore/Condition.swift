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
    /// Whether it holds.
    public var status: Status
    /// CamelCase, for programs.
    public var reason: String
    /// One sentence, for people.
    public var message: String
    /// The generation of the object that this is about.
    public var observedGeneration: Int64?
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

extension [Condition] {
    /// The condition of a type; nil when there is none.
    public subscript(type: String) -> Condition? { first { $0.type == type } }

    /// Sets a condition by its type. `lastTransitionTime` moves only when the status does.
    public mutating func set(_ condition: Condition) {
        guard let index = firstIndex(where: { $0.type == condition.type }) else { return append(condition) }
        var new = condition
        if self[index].status == condition.status { new.lastTransitionTime = self[index].lastTransitionTime }
        self[index] = new
    }
}

extension Condition: JSONConvertible {
    public init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        let reader = try JSONReader(json, at: path)
        type = try reader.required("type")
        status = Status(rawValue: try reader.required("status")) ?? .unknown
        reason = try reader.optional("reason", default: "")
        message = try reader.optional("message", default: "")
        observedGeneration = try reader.optional("observedGeneration")
        lastTransitionTime = try reader.optional("lastTransitionTime", default: Timestamp(seconds: 0))
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
