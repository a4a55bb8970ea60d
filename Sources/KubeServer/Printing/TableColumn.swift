import JSON
import KubeCore

/// A column of a table: what it is called, and how its cells come from objects.
struct TableColumn: Sendable {
    var name: String
    /// `string`, `integer`, `number`, `boolean` or `date`.
    var type: String
    var format = ""
    var description: String
    /// Shown without `-o wide` when 0.
    var priority: Int64 = 0
    var cell: @Sendable (JSON, Timestamp) -> JSON

    var json: JSON {
        [
            "name": .string(name), "type": .string(type), "format": .string(format), "description": .string(description),
            "priority": .integer(priority),
        ]
    }
}

extension TableColumn {
    /// The first column of nearly every table.
    static let name = TableColumn(
        name: "Name", type: "string", format: "name", description: "The name of the object, unique within its namespace."
    ) { object, _ in object["metadata"]?["name"] ?? "" }

    static let age = TableColumn(name: "Age", type: "string", description: creation) { object, now in
        .string(age(of: object["metadata"]?["creationTimestamp"], at: now))
    }

    static let createdAt = TableColumn(name: "Created At", type: "date", description: creation) { object, _ in
        object["metadata"]?["creationTimestamp"] ?? .null
    }

    private static let creation = "When the object was created: RFC 3339, in UTC."

    /// A column of a definition's `additionalPrinterColumns`.
    init(definition: JSON) {
        let source = definition["jsonPath"]?.string ?? ""
        let path = ColumnPath(source)
        let type = definition["type"]?.string ?? "string"
        let about = definition["description"]?.string ?? ""
        self.init(
            name: definition["name"]?.string ?? "", type: type, format: definition["format"]?.string ?? "",
            description: about.isEmpty ? "Custom resource definition column (in JSONPath format): \(source)" : about,
            priority: definition["priority"]?.integer ?? 0
        ) { object, now in
            // Of several values the first is shown.
            guard let value = path?.values(in: object).first else { return .null }
            return Self.cell(value, type: type, now: now)
        }
    }

    private static func cell(_ value: JSON, type: String, now: Timestamp) -> JSON {
        switch (type, value) {
        case (_, .null): .null
        case ("string", .string): value
        case ("string", .double(let number)): .string(Int64(exactly: number).map(String.init) ?? number.description)
        case ("string", _): .string(value.text())
        case ("integer", .integer): value
        case ("integer", .double(let number)): Int64(exactly: number.rounded(.towardZero)).map(JSON.integer) ?? .null
        case ("number", .integer), ("number", .double), ("boolean", .bool): value
        case ("date", .string): .string(age(of: value, at: now))
        default: .null
        }
    }

    /// How long ago a time was; `<unknown>` when there is none.
    static func age(of time: JSON?, at now: Timestamp) -> String {
        guard let text = time?.string, !text.isEmpty else { return "<unknown>" }
        guard let time = Timestamp(text) else { return "<invalid>" }
        return HumanDuration.text(now - time)
    }
}
