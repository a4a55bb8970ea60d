public import JSON

/// The forms in which Kubernetes words errors of fields (`k8s.io/apimachinery/pkg/util/validation/field`).
extension FieldError {
    public static func required(_ path: JSONPath, _ detail: String = "") -> FieldError {
        FieldError(path: path, reason: .required, message: "Required value" + suffix(detail))
    }

    public static func forbidden(_ path: JSONPath, _ detail: String) -> FieldError {
        FieldError(path: path, reason: .forbidden, message: "Forbidden" + suffix(detail))
    }

    public static func invalid(_ path: JSONPath, _ value: JSON, _ detail: String) -> FieldError {
        FieldError(path: path, reason: .invalid, message: "Invalid value: \(GoText.value(value))" + suffix(detail))
    }

    /// `found` is the name of the type that was found.
    static func typeInvalid(_ path: JSONPath, found: String, _ detail: String) -> FieldError {
        FieldError(path: path, reason: .typeInvalid, message: "Invalid value: \(GoText.quoted(found))" + suffix(detail))
    }

    public static func notSupported(_ path: JSONPath, _ value: JSON, supported: [String]) -> FieldError {
        let names = supported.map(GoText.quoted).joined(separator: ", ")
        return FieldError(
            path: path, reason: .notSupported,
            message: "Unsupported value: \(GoText.value(value))" + suffix(names.isEmpty ? "" : "supported values: \(names)"))
    }

    /// The repeated value is shown whole: it is a scalar or the key of a list element.
    public static func duplicate(_ path: JSONPath, _ value: JSON) -> FieldError {
        FieldError(path: path, reason: .duplicate, message: "Duplicate value: \(value.text())")
    }

    public static func tooLong(_ path: JSONPath, maximum: Int) -> FieldError {
        FieldError(
            path: path, reason: .tooLong, message: "Too long: may not be more than \(maximum) \(maximum == 1 ? "byte" : "bytes")")
    }

    public static func tooMany(_ path: JSONPath, found: Int, maximum: Int) -> FieldError {
        FieldError(
            path: path, reason: .tooMany,
            message: "Too many: \(found): must have at most \(maximum) \(maximum == 1 ? "item" : "items")")
    }

    private static func suffix(_ detail: String) -> String { detail.isEmpty ? "" : ": \(detail)" }
}
