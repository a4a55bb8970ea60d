import JSON
import KubeCore
import Schema

/// What is done about members that no schema names (`fieldValidation` of a write).
enum FieldValidation: String, Sendable {
    case ignore = "Ignore", warn = "Warn", strict = "Strict"

    /// Takes out unknown members and fills in defaults.
    /// - Parameter warnings: gets a line for each unknown member, with `warn`.
    /// - Throws: 400 naming them all, with `strict`.
    func admit(
        _ object: JSON, _ type: ResourceType, _ version: ResourceType.Version, warnings: inout [String]
    ) throws(KubeError) -> JSON {
        guard let schema = version.schema else { return object }
        let pruned = schema.pruning(object, isResource: true)
        if self != .ignore {
            var unknown = pruned.removed
            if let metadata = object["metadata"] {
                unknown += StructuralSchema.objectMeta.pruning(metadata, at: JSONPath([.key("metadata")])).removed
            }
            let lines = unknown.map { "unknown field \"\($0)\"" }
            if self == .strict, !lines.isEmpty {
                throw .badRequest(
                    "\(type.kind) in version \"\(version.name)\" cannot be handled as a \(type.kind): strict decoding error: "
                        + lines.joined(separator: ", "))
            }
            warnings += lines
        }
        return schema.defaulting(pruned.value)
    }
}
