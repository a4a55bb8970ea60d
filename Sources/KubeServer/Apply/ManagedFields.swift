import JSON
import KubeCore

/// `metadata.managedFields`: who set which fields, how and when.
struct ManagedFields: Sendable, Equatable {
    enum Operation: String, Sendable { case apply = "Apply", update = "Update" }

    /// Who. An applier is the same whatever version it applied in; an updater is another in each version.
    struct Identity: Sendable, Hashable {
        var manager: String
        var operation: Operation
        var apiVersion: String?
        var subresource: String?

        init(manager: String, operation: Operation, apiVersion: String, subresource: String?) {
            self.manager = manager.isEmpty ? "unknown" : manager
            self.operation = operation
            self.apiVersion = operation == .apply ? nil : apiVersion
            self.subresource = subresource
        }
    }

    struct Entry: Sendable, Equatable {
        var apiVersion: String
        var time: Timestamp?
        var fields: FieldSet
    }

    private(set) var entries: [Identity: Entry] = [:]

    init() {}

    var isEmpty: Bool { entries.isEmpty }

    subscript(identity: Identity) -> Entry? {
        get { entries[identity] }
        set { entries[identity] = newValue }
    }

    /// Whose set is empty goes.
    mutating func dropEmpty() { entries = entries.filter { !$0.value.fields.isEmpty } }

    /// Takes fields away from everyone, or from everyone but one.
    mutating func subtract(_ fields: FieldSet, exceptFrom owner: Identity?) {
        guard !fields.isEmpty else { return }
        for identity in entries.keys where identity != owner {
            entries[identity]!.fields = entries[identity]!.fields.subtracting(fields)
        }
    }
}

extension ManagedFields {
    /// Nil when the list is there and can't be read.
    init?(json: JSON?) {
        self.init()
        guard let json, !json.isNull else { return }
        guard let list = json.array else { return nil }
        for entry in list {
            guard let operation = entry["operation"]?.string.flatMap(Operation.init), let apiVersion = entry["apiVersion"]?.string,
                !apiVersion.isEmpty, entry["fieldsType"]?.string == "FieldsV1"
            else { return nil }
            let subresource = entry["subresource"]?.string.flatMap { $0.isEmpty ? nil : $0 }
            let identity = Identity(
                manager: entry["manager"]?.string ?? "", operation: operation, apiVersion: apiVersion, subresource: subresource)
            entries[identity] = Entry(
                apiVersion: apiVersion, time: entry["time"]?.string.flatMap { Timestamp($0) },
                fields: FieldSet(json: entry["fieldsV1"] ?? [:]))
        }
    }

    /// Sorted by operation, time, manager, version and subresource. Nil when nobody manages anything.
    var json: JSON? {
        guard !entries.isEmpty else { return nil }
        return .array(entries.sorted { Self.order($0) < Self.order($1) }.map { Self.json($0.key, $0.value) })
    }

    private static func json(_ identity: Identity, _ entry: Entry) -> JSON {
        var object: JSONObject = [
            "manager": .string(identity.manager), "operation": .string(identity.operation.rawValue),
            "apiVersion": .string(entry.apiVersion),
        ]
        object.set("time", entry.time)
        object["fieldsType"] = "FieldsV1"
        object["fieldsV1"] = entry.fields.json
        object.set("subresource", identity.subresource)
        return .object(object)
    }

    private static func order(_ element: (key: Identity, value: Entry)) -> (String, Int64, String, String, String) {
        (
            element.key.operation.rawValue, (element.value.time ?? Timestamp(seconds: 0)).wholeSeconds.microseconds, element.key.manager,
            element.value.apiVersion, element.key.subresource ?? ""
        )
    }
}

extension ManagedFields {
    private static let updaterLimit = 10

    /// Joins the oldest updaters of a version in one entry, `ancient-changes`, until at most ten updaters are left.
    mutating func capUpdaters() {
        var updaters = entries.filter { $0.key.operation == .update }.sorted { Self.order($0) < Self.order($1) }.map(\.key)[...]
        var count = updaters.count
        var first: [String: Identity] = [:]
        while count > Self.updaterLimit, let identity = updaters.popFirst(), let entry = entries[identity] {
            let bucket = Identity(manager: "ancient-changes", operation: .update, apiVersion: entry.apiVersion, subresource: nil)
            guard let earliest = first[entry.apiVersion] else {
                first[entry.apiVersion] = identity
                continue
            }
            if entries[bucket] == nil { entries[bucket] = entries.removeValue(forKey: earliest) }
            guard identity != bucket else { continue }
            entries[bucket]!.fields = entries[bucket]!.fields.union(entry.fields)
            entries[bucket]!.time = entry.time
            entries[identity] = nil
            count -= 1
        }
    }
}
