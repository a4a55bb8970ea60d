package import KubeCore
package import Schema

/// A time in which rollouts are held: one that comes back (`days`, `dates`, `start`, `duration`), or one that is once (`from`, `until`).
package struct FreezeWindow: SchemaObject, Hashable {
    package var days: [Weekday] = []
    package var dates: [String] = []
    package var start = "00:00"
    package var duration: Period?
    package var timeZone = "UTC"
    package var from: Timestamp?
    package var until: Timestamp?

    package init() {}

    /// One that comes back.
    package init(
        days: [Weekday] = [], dates: [String] = [], start: String = "00:00", duration: Period, timeZone: String = "UTC"
    ) {
        self.days = days
        self.dates = dates
        self.start = start
        self.duration = duration
        self.timeZone = timeZone
    }

    /// One that is once. Nil: until somebody takes it away.
    package init(from: Timestamp, until: Timestamp?) {
        self.from = from
        self.until = until
    }

    package enum Weekday: String, SchemaValue, CaseIterable, Hashable {
        case monday = "Monday"
        case tuesday = "Tuesday"
        case wednesday = "Wednesday"
        case thursday = "Thursday"
        case friday = "Friday"
        case saturday = "Saturday"
        case sunday = "Sunday"
    }

    /// Longer ones say when they begin and end.
    package static let longest = Period(seconds: 31 * 86_400)

    package static let fields: [Field<Self>] = [
        .collection("days", \.days, "Weekdays on which it begins; with neither days nor dates it begins every day.", Limits.atomic(7)),
        .collection("dates", \.dates, "Dates on which it begins: \"12-24\" of every year, \"2026-12-24\" of one.") {
            Limits.atomic(64)(&$0)
            $0.items?.pattern = "^([0-9]{4}-)?(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
        },
        .defaulted("start", \.start, "00:00", "When it begins on such a day, by the clocks of the time zone: \"18:00\".") {
            $0.pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$"
        },
        .optional("duration", \.duration, "How long it lasts from there, in time that passes: 62h; 744h at most."),
        .defaulted(
            "timeZone", \.timeZone, "UTC",
            "Whose clocks: a name of the time zone database, like Europe/Berlin. UTC needs no database. While a zone is not known, it holds."
        ) {
            $0.pattern = ZoneName.pattern
            $0.maxLength = 64
        },
        .optional("from", \.from, "When it begins, if it does so once."),
        .optional("until", \.until, "When that ends; unset: when the window is taken away."),
    ]

    package static func refine(_ schema: inout StructuralSchema) { schema.oneOf = Limits.exactlyOne(of: ["duration", "from"]) }
}
