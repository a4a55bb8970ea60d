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

    /// Every value that isn't an array or object with something in it, with its place: what the rules must cover.
    var parameterLeaves: [[JSONPath.Component]] {
        var leaves: [[JSONPath.Component]] = []
        var pending: [([JSONPath.Component], JSON)] = [([], externalParameters)]
        while let (place, value) = pending.popLast() {
            switch value {
            case .object(let members) where !members.isEmpty: for (key, value) in members { pending.append((place + [.key(key)], value)) }
            case .array(let elements) where !elements.isEmpty:
                for (index, value) in elements.enumerated() { pending.append((place + [.index(index)], value)) }
            default: if !place.isEmpty { leaves.append(place) }
            }
        }
        return leaves
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
