package import Schema

/// A time in which the canaries of all waves so far must stay well, and a number of samples that they must have seen.
package struct Soak: SchemaObject, Hashable {
    package var durationSeconds = 0
    /// Nil: the time is enough.
    package var samples: SampleGoal?
    package var deadlineSeconds: Int?
    package var onDeadline: Strategy.OnDeadline?

    package init() {}
    package init(durationSeconds: Int, samples: SampleGoal? = nil, deadlineSeconds: Int? = nil, onDeadline: Strategy.OnDeadline? = nil) {
        self.durationSeconds = durationSeconds
        self.samples = samples
        self.deadlineSeconds = deadlineSeconds
        self.onDeadline = onDeadline
    }

    /// With samples there is always an end: traffic may never come.
    package var sampleDeadlineSeconds: Int? { samples == nil ? nil : deadlineSeconds ?? durationSeconds + 86_400 }

    package static let fields: [Field<Self>] = [
        .required("durationSeconds", \.durationSeconds, "How long.") {
            $0.minimum = 1
            $0.maximum = 2_592_000
        },
        .optional("samples", \.samples, "It ends no earlier than hosts on the canary have seen so many of something, since it began."),
        .optional(
            "deadlineSeconds", \.deadlineSeconds, "With samples: how long it may wait for them in all; unset: a day longer than it lasts.",
            Limits.deadline),
        .optional("onDeadline", \.onDeadline, "What follows then: Rollback or Pause; unset: as the strategy says."),
    ]

    package static func refine(_ schema: inout StructuralSchema) {
        schema.rules += [
            .init(
                "has(self.samples) || (!has(self.deadlineSeconds) && !has(self.onDeadline))",
                message: "deadlineSeconds, onDeadline: wanted with samples, and only there; a duration ends by itself"),
            .init(
                "!has(self.deadlineSeconds) || self.deadlineSeconds > self.durationSeconds",
                message: "deadlineSeconds: wanted more than durationSeconds"),
        ]
    }
}

/// How much hosts on the canary must have seen together.
package struct SampleGoal: SchemaObject, Hashable {
    package var count: Int64 = 1
    /// A counter that hosts expose.
    package var series = HostSeries()

    package init() {}
    package init(_ count: Int64, of series: HostSeries) {
        self.count = count
        self.series = series
    }

    package static let fields: [Field<Self>] = [
        .required("count", \.count, "By how much it must grow, over all hosts on the canary together.") {
            $0.minimum = 1
            $0.maximum = 1_000_000_000_000
        },
        .required("of", \.series, "A counter that hosts expose: requests_total."),
    ]
}
