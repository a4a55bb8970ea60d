package import JSON

/// A policy as its author wrote it: text, not yet read.
package struct PolicySource: Sendable, Hashable {
    package struct Authority: Sendable, Hashable {
        package var name: String
        /// Public keys in PEM.
        package var keys: [String]
        package var keyless: Keyless?
        package var notation: Notation?
        /// In basis points.
        package var weightLimit = 10_000

        package init(name: String, keys: [String] = [], keyless: Keyless? = nil, notation: Notation? = nil) {
            self.name = name
            self.keys = keys
            self.keyless = keyless
            self.notation = notation
        }
    }

    /// Whose chains end where, and whom their signers' certificates must name. Certificates in PEM, one or more in each text.
    package struct Notation: Sendable, Hashable {
        package var certificates: [String] = []
        package var signingAuthorities: [String] = []
        package var timestampAuthorities: [String] = []
        /// `x509.subject: C=…, ST=…, O=…`, or `*` alone.
        package var identities: [String] = []

        package init() {}
    }

    /// Whom a certificate must name. Of a text and its expression, one is given.
    package struct Keyless: Sendable, Hashable {
        package var issuer: String?
        package var issuerExpression: String?
        package var subject: String?
        package var subjectExpression: String?
        package var extensions: [String: String] = [:]
        package var roots: [String] = []
        package var needsLog = true

        package init() {}
    }

    package struct Attestation: Sendable, Hashable {
        package var name: String
        package var predicateType: String
        /// Empty: all of the policy's.
        package var authorities: [String] = []
        /// As `PredicateRule` reads them.
        package var rules: [JSON] = []
        package var provenance: Provenance?

        package init(name: String, predicateType: String) {
            self.name = name
            self.predicateType = predicateType
        }
    }

    package struct Provenance: Sendable, Hashable {
        package var builders: [String]
        package var buildTypes: [String]
        package var externalParameters: [JSON]

        package init(builders: [String], buildTypes: [String], externalParameters: [JSON]) {
            self.builders = builders
            self.buildTypes = buildTypes
            self.externalParameters = externalParameters
        }
    }

    package var name: String
    package var namespaces: [String]
    package var classes: [String]
    package var slots: [String]
    package var repositories: [String]
    package var authorities: [Authority]
    package var threshold = 1
    package var attestations: [Attestation] = []
    package var revoked = Revocation.none
    /// `Enforce` or `Warn`.
    package var mode: String
    /// `Ignore` or `Repository`; nil means `Ignore`.
    package var signedReference: String?
    /// What whoever read it could not make sense of.
    package var problems: [String] = []

    package init(
        name: String, namespaces: [String], classes: [String], slots: [String], repositories: [String], authorities: [Authority],
        mode: String, signedReference: String? = nil
    ) {
        self.name = name
        self.namespaces = namespaces
        self.classes = classes
        self.slots = slots
        self.repositories = repositories
        self.authorities = authorities
        self.mode = mode
        self.signedReference = signedReference
    }
}
