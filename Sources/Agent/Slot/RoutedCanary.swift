package import GraftAPI
package import JSON
import Schema

/// A rule by which a host divides calls, with what it hashes keys under.
package struct DividingRule: Sendable, Hashable {
    package var salt: String
    package var rule: TrafficRule

    package init(salt: String, rule: TrafficRule) {
        self.salt = salt
        self.rule = rule
    }

    /// What hosts and reports call it.
    package var name: String { rule.name(salt: salt) }
}

/// A version that has a part of the calls, beside the active one, and the rule that says which.
package struct RoutedCanary: Sendable, Hashable {
    package var installed: InstalledRevision
    package var rule: DividingRule

    package init(installed: InstalledRevision, rule: DividingRule) {
        self.installed = installed
        self.rule = rule
    }
}

extension DividingRule: JSONConvertible {
    package init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        let reader = try JSONReader(json, at: path)
        self.init(salt: try reader.required("salt"), rule: try reader.required("traffic"))
    }

    package var json: JSON { ["salt": .string(salt), "traffic": rule.json] }
}

extension RoutedCanary: JSONConvertible {
    package init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        let reader = try JSONReader(json, at: path)
        self.init(installed: try reader.required("revision"), rule: try reader.required("rule"))
    }

    package var json: JSON { ["revision": installed.json, "rule": rule.json] }
}
