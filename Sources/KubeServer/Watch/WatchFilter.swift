import JSON
import KubeCore

/// Which objects of a resource a list or a watch is about.
struct WatchFilter: Sendable {
    /// A field that must, or must not, have a value.
    struct FieldRequirement: Sendable {
        var path: [String]
        var value: String
        var equals: Bool
    }

    /// Nil: all.
    var namespace: String?
    var labels: LabelSelector?
    var fields: [FieldRequirement] = []

    /// Whether labels or fields select; a namespace alone does not count.
    var selects: Bool { labels != nil || !fields.isEmpty }

    /// The only name that can match, where there is one.
    var name: String? { fields.first { $0.equals && $0.path == ["metadata", "name"] }?.value }

    func matches(_ object: StoredObject) -> Bool {
        if let namespace, object.key.namespace != namespace { return false }
        if let labels, !labels.matches(object.labels) { return false }
        return fields.allSatisfy { requirement in
            (object.json.scalarText(at: requirement.path) ?? "") == requirement.value ? requirement.equals : !requirement.equals
        }
    }
}

extension JSON {
    /// A string, number or boolean inside objects, as field selectors compare it.
    func scalarText(at path: [String]) -> String? {
        var value = self
        for key in path {
            guard let member = value[key] else { return nil }
            value = member
        }
        return switch value {
        case .string(let text): text
        case .integer(let number): String(number)
        case .bool(let flag): String(flag)
        case .double(let number): String(number)
        case .null, .array, .object: nil
        }
    }
}
