public import JSON

/// `metav1.LabelSelector`: every requirement must hold. Empty selects everything.
public struct LabelSelector: Sendable, Hashable {
    /// How a label is compared.
    public enum Operator: String, Sendable {
        /// It is there, and one of the values.
        case isIn = "In"
        /// It is none of the values, or not there.
        case notIn = "NotIn"
        /// It is there.
        case exists = "Exists"
        /// It is not there.
        case doesNotExist = "DoesNotExist"
    }

    /// What one label must or must not be.
    public struct Requirement: Sendable, Hashable {
        /// The label's name.
        public var key: String
        /// How it is compared with `values`.
        public var `operator`: Operator
        /// Empty for `exists` and `doesNotExist`.
        public var values: [String]

        /// Made of its members.
        public init(key: String, operator: Operator, values: [String] = []) {
            self.key = key
            self.operator = `operator`
            self.values = values
        }

        /// Whether an object's labels meet it; what is not there is not in any set.
        public func matches(_ labels: [String: String]) -> Bool {
            switch `operator` {
            case .isIn: labels[key].map(values.contains) ?? false
            case .notIn: labels[key].map { !values.contains($0) } ?? true
            case .exists: labels[key] != nil
            case .doesNotExist: labels[key] == nil
            }
        }
    }

    /// Labels and the values they must have.
    public var matchLabels: [String: String]
    /// What else must hold.
    public var matchExpressions: [Requirement]

    /// Made of its members; without any it selects everything.
    public init(matchLabels: [String: String] = [:], matchExpressions: [Requirement] = []) {
        self.matchLabels = matchLabels
        self.matchExpressions = matchExpressions
    }

    /// No requirement.
    public static let everything = LabelSelector()

    /// Whether an object's labels meet every requirement.
    public func matches(_ labels: [String: String]) -> Bool {
        matchLabels.allSatisfy { labels[$0] == $1 } && matchExpressions.allSatisfy { $0.matches(labels) }
    }
}

extension LabelSelector: JSONObjectConvertible {
    public init(reading members: JSONMembers) throws(JSONDecodingError) {
        matchLabels = try members.optional("matchLabels", default: [:])
        matchExpressions = try members.optional("matchExpressions", default: [])
    }

    public var json: JSON {
        var object = JSONObject()
        object.setUnlessEmpty("matchLabels", matchLabels)
        object.setUnlessEmpty("matchExpressions", matchExpressions)
        return .object(object)
    }
}

extension LabelSelector.Requirement: JSONObjectConvertible {
    public init(reading members: JSONMembers) throws(JSONDecodingError) {
        key = try members.required("key")
        let name: String = try members.required("operator")
        guard let known = LabelSelector.Operator(rawValue: name) else {
            throw JSONDecodingError(path: members.path.appending("operator"), wanted: "In, NotIn, Exists or DoesNotExist", found: name)
        }
        `operator` = known
        values = try members.optional("values", default: [])
    }

    public var json: JSON {
        var object: JSONObject = ["key": .string(key), "operator": .string(`operator`.rawValue)]
        object.setUnlessEmpty("values", values)
        return .object(object)
    }
}
