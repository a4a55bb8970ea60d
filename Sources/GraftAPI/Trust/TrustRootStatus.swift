package import KubeCore
package import Schema

/// What the controller read in a TrustRoot, and how old it is.
package struct TrustRootStatus: SchemaObject, Hashable {
    package var state = State.missing
    package var digest: String?
    package var taken: Timestamp?
    package var staleAt: Timestamp?
    /// `2 authorities, 1 log, 1 certificate log, 1 time-stamp authority`: printer columns can't count.
    package var summary = ""
    package var authorities: [TrustRootWindow] = []
    package var conditions: [Condition] = []

    package init() {}

    package static let authorityLimit = 16

    package enum State: String, SchemaValue, CaseIterable, Hashable {
        case current = "Current"
        /// Older than it may be. It goes on counting.
        case stale = "Stale"
        /// Its content is not there, or can't be read.
        case missing = "Missing"
    }

    package static let fields: [Field<Self>] = [
        .defaulted("state", \.state, .missing, "Current, Stale or Missing: printer columns can't look into conditions everywhere."),
        .optional("digest", \.digest, "Digest of the content; evidence names the root by it.", Limits.digest),
        .optional("taken", \.taken, "From when its age is reckoned."),
        .optional("staleAt", \.staleAt, "When it is older than spec.maximumAgeDays; unset without that."),
        .defaulted("summary", \.summary, "", "What it holds, counted.", Limits.text(256)),
        .collection(
            "authorities", \.authorities, "Whom it trusts, and for how long; those that end first, at most \(authorityLimit).",
            Limits.atomic(authorityLimit)),
        .collection("conditions", \.conditions, "Current.", Condition.list),
    ]
}

/// One authority of a root, and the time in which it counts.
package struct TrustRootWindow: SchemaObject, Hashable {
    package var kind = Kind.certificateAuthority
    package var name = ""
    package var start: Timestamp?
    package var end: Timestamp?

    package init() {}
    package init(_ kind: Kind, name: String, start: Timestamp?, end: Timestamp?) {
        self.kind = kind
        self.name = name
        self.start = start
        self.end = end
    }

    package enum Kind: String, SchemaValue, CaseIterable, Hashable {
        case certificateAuthority = "CertificateAuthority"
        case log = "TransparencyLog"
        case certificateLog = "CertificateLog"
        case timestampAuthority = "TimestampAuthority"
    }

    package static let fields: [Field<Self>] = [
        .required("kind", \.kind, "What it vouches for."),
        .required("name", \.name, "As the root names it.", Limits.text(253)),
        .optional("start", \.start, "From when it counts."),
        .optional("end", \.end, "Until when it counts; unset: until it is taken out."),
    ]
}
