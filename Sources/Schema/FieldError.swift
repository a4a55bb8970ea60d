public import JSON

/// One thing wrong with one field, with the reason and the wording that Kubernetes gives such errors.
public struct FieldError: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Reason: String, Sendable, Hashable {
        case required = "FieldValueRequired"
        case invalid = "FieldValueInvalid"
        case typeInvalid = "FieldValueTypeInvalid"
        case notSupported = "FieldValueNotSupported"
        case duplicate = "FieldValueDuplicate"
        case forbidden = "FieldValueForbidden"
        case tooLong = "FieldValueTooLong"
        case tooMany = "FieldValueTooMany"
    }

    public var path: JSONPath
    public var reason: Reason
    /// What follows the path: `Invalid value: 500: should be less than or equal to 100`.
    public var message: String

    public init(path: JSONPath, reason: Reason, message: String) {
        self.path = path
        self.reason = reason
        self.message = message
    }

    public var description: String { "\(path): \(message)" }
}
