import HTTPTypes
import KubeCore
import Schema

/// The parameters of a create, update or patch.
struct WriteOptions: Sendable {
    var isDryRun: Bool
    /// Who is entered as the writer of fields.
    var manager: String
    var fieldValidation: FieldValidation
    var force: Bool?

    init(_ request: ServerRequest, _ query: Query) throws(KubeError) {
        isDryRun = try query.dryRun()
        // Without a name of its own, the program's: `kubectl/v1.32 (linux/amd64) …` is `kubectl`.
        let agent = request.headers[.userAgent].map { String($0.prefix { $0 != "/" && $0 != " " }) } ?? ""
        manager = query["fieldManager"] ?? (agent.isEmpty ? "unknown" : agent)
        if manager.utf8.count > 128 {
            throw .invalidOptions(field: "fieldManager", "Too long: may not be more than 128 bytes", .tooLong)
        }
        let validation = query["fieldValidation"] ?? FieldValidation.warn.rawValue
        guard let known = FieldValidation(rawValue: validation) else {
            throw .invalidOptions(
                field: "fieldValidation",
                "Unsupported value: \"\(validation)\": supported values: \"\", \"Ignore\", \"Strict\", \"Warn\"", .notSupported)
        }
        fieldValidation = known
        force = try query.bool("force")
    }
}
