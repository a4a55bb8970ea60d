import JSON

/// What SLSA provenance says of a build (v0.2 and v1), as far as a verifier must look at it (SLSA v1, Verifying artifacts §3).
struct Provenance: Sendable, Hashable {
    var builder: String
    var buildType: String
    /// All that someone outside of the builder chose. In v0.2 these are `invocation.configSource` and `invocation.parameters`.
    var externalParameters: JSON

    init(_ statement: Statement) throws(StatementFailure) {
        if statement.predicateType.isIdentical(to: PredicateType.slsaProvenanceV1) {
            let definition = try Self.object(statement.predicate, "buildDefinition")
            let details = try Self.object(statement.predicate, "runDetails")
            builder = try Self.text(try Self.object(details, "builder"), "id")
            buildType = try Self.text(definition, "buildType")
            externalParameters = try Self.object(definition, "externalParameters")
        } else if statement.predicateType.isIdentical(to: PredicateType.slsaProvenanceV0_2) {
            builder = try Self.text(try Self.object(statement.predicate, "builder"), "id")
            buildType = try Self.text(statement.predicate, "buildType")
            let invocation = statement.predicate.object?.exact("invocation")?.object ?? [:]
            var parameters = JSONObject()
            for name in ["configSource", "parameters"] {
                if let value = invocation.exact(name), !value.isNull { parameters[name] = value }
            }
            externalParameters = .object(parameters)
        } else {
            throw .predicateTypeMismatch(
                found: statement.predicateType, wanted: [PredicateType.slsaProvenanceV1, PredicateType.slsaProvenanceV0_2])
        }
    }

    /// The place of the first parameter that no rule names: neither it nor anything it stands in. Empty arrays and objects count, too.
    func firstUnnamed(by rules: [PredicateRule]) -> [JSONPath.Component]? {
        var place: [JSONPath.Component] = []
        return Self.firstUnnamed(in: externalParameters, at: &place, rules)
    }

    /// As deep as the statement's reader lets it be.
    private static func firstUnnamed(
        in value: JSON, at place: inout [JSONPath.Component], _ rules: [PredicateRule]
    ) -> [JSONPath.Component]? {
        if rules.contains(where: { $0.path.covers(place) }) { return nil }
        var inside: [(JSONPath.Component, JSON)] = []
        if let members = value.object { inside = members.map { (.key($0), $1) } }
        if let elements = value.array { inside = elements.enumerated().map { (.index($0), $1) } }
        if inside.isEmpty { return place.isEmpty ? nil : place }
        for (step, value) in inside {
            place.append(step)
            if let found = firstUnnamed(in: value, at: &place, rules) { return found }
            place.removeLast()
        }
        return nil
    }

    private static func object(_ json: JSON, _ key: String) throws(StatementFailure) -> JSON {
        guard let value = json.object?.exact(key), value.object != nil else {
            throw .predicateRejected(rule: "SLSA provenance without the object \(key)")
        }
        return value
    }

    private static func text(_ json: JSON, _ key: String) throws(StatementFailure) -> String {
        guard let text = json.object?.exact(key)?.string, !text.isEmpty else {
            throw .predicateRejected(rule: "SLSA provenance without the text \(key)")
        }
        return text
    }
}
