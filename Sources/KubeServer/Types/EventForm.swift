import JSON

/// The two forms of an Event, of which `v1` is stored: `events.k8s.io/v1` names the same fields otherwise.
enum EventForm {
    case core, events

    init(group: String) { self = group.isEmpty ? .core : .events }

    private static let names: [(core: String, events: String)] = [
        ("involvedObject", "regarding"), ("message", "note"), ("source", "deprecatedSource"),
        ("firstTimestamp", "deprecatedFirstTimestamp"), ("lastTimestamp", "deprecatedLastTimestamp"), ("count", "deprecatedCount"),
        ("reportingComponent", "reportingController"),
    ]

    private static let objectFields = ["kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"]

    var selectableFields: [String] {
        let object = self == .core ? "involvedObject" : "regarding"
        let reporter = self == .core ? "reportingComponent" : "reportingController"
        return Self.objectFields.map { "\(object).\($0)" } + ["reason", "type", reporter] + (self == .core ? ["source"] : [])
    }

    /// The event as it is stored.
    func stored(_ event: JSON) -> JSON { self == .core ? event : Self.renamed(event, apiVersion: "v1") { ($0.events, $0.core) } }

    /// The event as this form shows it.
    func shown(_ event: JSON) -> JSON {
        self == .core ? event : Self.renamed(event, apiVersion: "events.k8s.io/v1") { ($0.core, $0.events) }
    }

    /// Where a field of this form is in what is stored.
    func storedField(_ field: String) -> String {
        if field == "source" { return "source.component" }
        guard self == .events else { return field }
        let first = field.prefix { $0 != "." }
        guard let name = Self.names.first(where: { $0.events == first }) else { return field }
        return name.core + field.dropFirst(first.count)
    }

    private static func renamed(
        _ event: JSON, apiVersion: String, _ direction: ((core: String, events: String)) -> (from: String, to: String)
    ) -> JSON {
        guard let members = event.object else { return event }
        let renames = Dictionary(uniqueKeysWithValues: names.map { direction($0) }.map { ($0.from, $0.to) })
        var result = JSONObject()
        for (key, value) in members { result[renames[key] ?? key] = key == "apiVersion" ? .string(apiVersion) : value }
        return .object(result)
    }
}
