package import Schema

/// Which calls inside each canary host go to the canary: those that match, and a share of all others.
///
/// Within a rollout a step adds to what the steps before it send; it takes no call back.
package struct Traffic: SchemaObject, Hashable {
    package var share: Weight?
    /// Nil: the key that the host gives each call.
    package var by: TrafficKey?
    package var match: [TrafficMatch] = []

    package init() {}
    package init(share: Weight?, by: TrafficKey? = nil, match: [TrafficMatch] = []) {
        self.share = share
        self.by = by
        self.match = match
    }

    package static let fields: [Field<Self>] = [
        .optional(
            "share", \.share, "Share of calls, by a hash of their keys: 5, or \"12.5%\". A larger one keeps the keys of a smaller one."),
        .optional("by", \.by, "What is hashed; unset: the key that the host gives each call."),
        .collection("match", \.match, "Calls that go to the canary whatever their share: those that any of these means.") {
            Limits.atomic(TrafficRule.mostMatches)(&$0)
            $0.minItems = 1
        },
    ]

    package static func refine(_ schema: inout StructuralSchema) {
        var shared = StructuralSchema()
        shared.required = ["share"]
        var matching = StructuralSchema()
        matching.required = ["match"]
        var keyed = StructuralSchema()
        keyed.required = ["by"]
        matching.not = keyed
        // At least one of both, and nothing is hashed where no share is asked for.
        schema.anyOf = [shared, matching]
    }
}

/// What of a call is hashed: exactly one of them. A call that has no such value stays with the stable version.
package struct TrafficKey: SchemaObject, Hashable {
    package var header: String?
    package var label: String?

    package init() {}
    package init(header: String? = nil, label: String? = nil) {
        self.header = header
        self.label = label
    }

    package static let fields: [Field<Self>] = [
        .optional("header", \.header, "The value of this header; its name is compared without case.", Limits.trafficName),
        .optional("label", \.label, "The value of this label, as the host gives them to calls.", Limits.trafficName),
    ]

    package static func refine(_ schema: inout StructuralSchema) { schema.oneOf = Limits.exactlyOne(of: ["header", "label"]) }
}

/// Which calls are meant: exactly one of header, label and group.
package struct TrafficMatch: SchemaObject, Hashable {
    package var header: String?
    package var label: String?
    package var group: String?
    /// Empty: any value.
    package var values: [String] = []

    package init() {}
    package init(header: String? = nil, label: String? = nil, group: String? = nil, values: [String] = []) {
        self.header = header
        self.label = label
        self.group = group
        self.values = values
    }

    package static let fields: [Field<Self>] = [
        .optional("header", \.header, "Calls with this header; its name is compared without case.", Limits.trafficName),
        .optional("label", \.label, "Calls with this label, as the host gives them to calls.", Limits.trafficName),
        .optional("group", \.group, "Calls of this group, as the host puts calls into them.", Limits.trafficName),
        .collection("values", \.values, "Of the header or label, one of these, compared exactly; unset: any.") {
            Limits.atomic(TrafficRule.mostValues)(&$0)
            $0.items?.maxLength = 63
        },
    ]

    package static func refine(_ schema: inout StructuralSchema) { schema.oneOf = Limits.exactlyOne(of: ["header", "label", "group"]) }
}
