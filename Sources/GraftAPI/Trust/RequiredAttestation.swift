package import JSON
package import Schema

/// What someone must have attested of an artifact: a predicate of one type, and what it must say.
package struct RequiredAttestation: SchemaObject, Hashable {
    package var name = ""
    package var predicateType = ""
    package var authorities: [String] = []
    package var rules: [AttestationRule] = []
    package var provenance: ProvenanceRule?

    package init() {}

    package static let fields: [Field<Self>] = [
        .required("name", \.name, "Says in evidence and errors which it was.", Limits.text(63)),
        .required(
            "predicateType", \.predicateType, "URI of the predicate's type, exactly: https://slsa.dev/provenance/v1, …", Limits.text(512)),
        .collection("authorities", \.authorities, "Names of the authorities whose attestation counts; all when unset.", Limits.atomic(16)),
        .collection("rules", \.rules, "What the predicate must say: all of them.", Limits.atomic(64)),
        .optional("provenance", \.provenance, "What a SLSA provenance must say, beyond rules."),
    ]
}

/// One demand on a predicate: a place in it, and exactly one condition for what stands there.
package struct AttestationRule: SchemaObject, Hashable {
    package var path = ""
    package var exact: AnyValue?
    package var oneOf: [AnyValue] = []
    package var range: AttestationRange?
    package var exists: Bool?

    package init() {}

    package static let fields: [Field<Self>] = [
        .required(
            "path", \.path, "Where in the predicate: names of members with dots between, [*] for every element of a list.", Limits.text(512)
        ),
        .optional("exact", \.exact, "Just this value."),
        .collection("oneOf", \.oneOf, "One of these values.", Limits.atomic(64)),
        .optional("range", \.range, "A number, or a time, between two ends."),
        .optional("exists", \.exists, "Whether there is a value, whatever it is."),
    ]

    package static func refine(_ schema: inout StructuralSchema) {
        schema.oneOf = Limits.exactlyOne(of: ["exact", "oneOf", "range", "exists"])
    }
}

/// Both ends belong to it; an end that is absent is open.
package struct AttestationRange: SchemaObject, Hashable {
    package var min: AnyValue?
    package var max: AnyValue?

    package init() {}

    package static let fields: [Field<Self>] = [
        .optional("min", \.min, "A number, or a time as RFC 3339 writes it."),
        .optional("max", \.max, "A number, or a time as RFC 3339 writes it."),
    ]
}

/// Any JSON value, kept as it is.
package struct AnyValue: SchemaValue, Hashable {
    package var json: JSON

    package init(_ json: JSON) { self.json = json }
    package init(from json: JSON, at path: JSONPath) { self.json = json }
    package init(reading node: JSONNode) { json = node.json }

    package static var schema: StructuralSchema {
        var schema = StructuralSchema()
        schema.preservesUnknownFields = true
        return schema
    }
}

/// What a SLSA provenance must say of a build (slsa.dev, Verifying artifacts).
package struct ProvenanceRule: SchemaObject, Hashable {
    package var builders: [String] = []
    package var buildTypes: [String] = []
    package var externalParameters: [AttestationRule] = []

    package init() {}

    package static let fields: [Field<Self>] = [
        .required("builders", \.builders, "Builder IDs that the authorities of this attestation may speak for, exactly.") {
            Limits.atomic(16)(&$0)
            $0.minItems = 1
        },
        .required("buildTypes", \.buildTypes, "Build types whose parameters are known, exactly.") {
            Limits.atomic(16)(&$0)
            $0.minItems = 1
        },
        .collection(
            "externalParameters", \.externalParameters,
            "What each parameter of the build must be, by paths that begin in externalParameters; a parameter without a rule is refused.",
            Limits.atomic(64)),
    ]
}
