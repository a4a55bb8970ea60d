public import JSON

/// `routing.json` of a slot: the rule in force, and the two versions between which it divides calls. Where there is none, `current` answers every call.
public struct RoutingDocument: Sendable, Hashable {
    /// Names the rule; hosts say it back when they route by it.
    public var name: String
    public var rule: RoutingRule
    public var stable: Version
    public var canary: Version

    public init(name: String, rule: RoutingRule, stable: Version, canary: Version) {
        self.name = name
        self.rule = rule
        self.stable = stable
        self.canary = canary
    }

    public struct Version: Sendable, Hashable {
        public var version: String
        /// Of the artifact's manifest, as in `graft.json` beside its files.
        public var digest: String

        public init(version: String, digest: String) {
            self.version = version
            self.digest = digest
        }
    }

    /// Of this format. A host refuses another one.
    public static let format: Int64 = 1
}

extension RoutingDocument: JSONConvertible {
    public init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        let reader = try JSONReader(json, at: path)
        let format: Int64 = try reader.required("format")
        guard format == Self.format else {
            throw JSONDecodingError(path: path.appending("format"), wanted: String(Self.format), found: String(format))
        }
        self.init(
            name: try reader.required("name"),
            rule: RoutingRule(
                salt: try reader.required("salt"), shares: try reader.optional("shares", default: []),
                matches: try reader.optional("matches", default: [])),
            stable: try reader.required("stable"), canary: try reader.required("canary"))
    }

    public var json: JSON {
        [
            "format": .integer(Self.format), "name": .string(name), "salt": .string(rule.salt), "stable": stable.json,
            "canary": canary.json, "shares": .array(rule.shares.map(\.json)), "matches": .array(rule.matches.map(\.json)),
        ]
    }
}

extension RoutingDocument.Version: JSONConvertible {
    public init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        let reader = try JSONReader(json, at: path)
        self.init(version: try reader.required("version"), digest: try reader.required("digest"))
    }

    public var json: JSON { ["version": .string(version), "digest": .string(digest)] }
}

extension RoutingRule.Share: JSONConvertible {
    public init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        let reader = try JSONReader(json, at: path)
        let below: Int64 = try reader.required("below")
        guard (0...1 << 48).contains(below) else {
            throw JSONDecodingError(path: path.appending("below"), wanted: "0 to 2^48", found: String(below))
        }
        let header: String? = try reader.optional("header")
        let label: String? = try reader.optional("label")
        guard header == nil || label == nil else { throw JSONDecodingError(path: path, wanted: "header, label or none", found: "both") }
        self.init(of: header.map { .header($0) } ?? label.map { .label($0) } ?? .key, below: below)
    }

    public var json: JSON {
        switch subject {
        case .key: ["below": .integer(below)]
        case .header(let name): ["header": .string(name), "below": .integer(below)]
        case .label(let name): ["label": .string(name), "below": .integer(below)]
        }
    }
}

extension RoutingRule.Match: JSONConvertible {
    public init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        let reader = try JSONReader(json, at: path)
        let values: [String] = try reader.optional("values", default: [])
        let header: String? = try reader.optional("header")
        let label: String? = try reader.optional("label")
        let group: String? = try reader.optional("group")
        switch (header, label, group) {
        case (let name?, nil, nil): self = .header(name, values: values)
        case (nil, let name?, nil): self = .label(name, values: values)
        case (nil, nil, let name?): self = .group(name)
        default: throw JSONDecodingError(path: path, wanted: "exactly one of header, label and group", found: "something else")
        }
    }

    public var json: JSON {
        func values(_ values: [String]) -> JSON { .array(values.map(JSON.string)) }
        return switch self {
        case .header(let name, let wanted): ["header": .string(name), "values": values(wanted)]
        case .label(let name, let wanted): ["label": .string(name), "values": values(wanted)]
        case .group(let name): ["group": .string(name)]
        }
    }
}
