public import JSON

/// `metav1.LabelSelector`: every requirement must hold. Empty selects everything.
public struct LabelSelector: Sendable, Hashable {
    public enum Operator: String, Sendable { case isIn = "In", notIn = "NotIn", exists = "Exists", doesNotExist = "DoesNotExist" }

    public struct Requirement: Sendable, Hashable {
        public var key: String
        public var `operator`: Operator
        public var values: [String]

        public init(key: String, operator: Operator, values: [String] = []) {
            self.key = key
            self.operator = `operator`
            self.values = values
        }

        public func matches(_ labels: [String: String]) -> Bool {
            switch `operator` {
            case .isIn: labels[key].map(values.contains) ?? false
            case .notIn: labels[key].map { !values.contains($0) } ?? true
            case .exists: labels[key] != nil
            case .doesNotExist: labels[key] == nil
            }
        }
    }

    public var matchLabels: [String: String]
    public var matchExpressions: [Requirement]

    public init(matchLabels: [String: String] = [:], matchExpressions: [Requirement] = []) {
        self.matchLabels = matchLabels
        self.matchExpressions = matchExpressions
    }

    public static let everything = LabelSelector()

    public func matches(_ labels: [String: String]) -> Bool {
        matchLabels.allSatisfy { labels[$0] == $1 } && matchExpressions.allSatisfy { $0.matches(labels) }
    }
}

extension LabelSelector: JSONConvertible {
    public init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        let reader = try JSONReader(json, at: path)
        matchLabels = try reader.optional("matchLabels", default: [:])
        matchExpressions = try reader.optional("matchExpressions", default: [])
    }

    public var json: JSON {
        var object = JSONObject()
        object.setUnlessEmpty("matchLabels", matchLabels)
        object.setUnlessEmpty("matchExpressions", matchExpressions)
        return .object(object)
    }
}

extension LabelSelector.Requirement: JSONConvertible {
    public init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        let reader = try JSONReader(json, at: path)
        key = try reader.required("key")
        let name: String = try reader.required("operator")
        guard let known = LabelSelector.Operator(rawValue: name) else {
            throw JSONDecodingError(path: path.appending("operator"), wanted: "In, NotIn, Exists or DoesNotExist", found: name)
        }
        `operator` = known
        values = try reader.optional("values", default: [])
    }

    public var json: JSON {
        var object: JSONObject = ["key": .string(key), "operator": .string(`operator`.rawValue)]
        object.setUnlessEmpty("values", values)
        return .object(object)
    }
}
