import KubeCore
package import Schema

/// How an analysis stands: all that is remembered between two looks at it, and bounded, whatever its length.
package struct AnalysisStatus: SchemaObject, Hashable {
    package var phase = AnalysisPhase.running
    package var startTime: Instant?
    /// Why it ended as it did, in a sentence.
    package var message: String?
    /// When something is to be measured next; nil once it has ended.
    package var nextTime: Instant?
    package var metrics: [MetricStatus] = []

    package init() {}

    package static let fields: [Field<Self>] = [
        .defaulted("phase", \.phase, .running, "The worst of its metrics, once one is bad or all have ended."),
        .optional("startTime", \.startTime, "When it began."),
        .optional("message", \.message, "Why it ended as it did.", Limits.text(512)),
        .optional("nextTime", \.nextTime, "When something is to be measured next."),
        .collection("metrics", \.metrics, "How each metric stands.", Limits.map(by: "name", 16)),
    ]
}

/// How a metric, or all of them, stand.
package enum AnalysisPhase: String, SchemaValue, CaseIterable, Hashable {
    /// Not measured yet.
    case pending = "Pending"
    case running = "Running"
    case successful = "Successful"
    /// Nobody knows, and someone must look.
    case inconclusive = "Inconclusive"
    /// It couldn't be measured.
    case error = "Error"
    case failed = "Failed"

    /// Whether it stays so.
    package var isCompleted: Bool {
        switch self {
        case .pending, .running: false
        case .successful, .inconclusive, .error, .failed: true
        }
    }
}

/// How a metric stands.
package struct MetricStatus: SchemaObject, Hashable {
    package var name = ""
    package var phase = AnalysisPhase.pending
    /// Its failures count for nothing.
    package var dryRun = false
    /// Why it ended as it did, in a sentence.
    package var message: String?
    /// Measurements that came to an answer: all but errors and those that are waited out.
    package var count = 0
    /// How many such answers end it, if a number does.
    package var wanted: Int?
    package var successful = 0
    package var failed = 0
    package var inconclusive = 0
    package var error = 0
    package var consecutiveSuccess = 0
    package var consecutiveError = 0
    package var consecutiveNoData = 0
    /// The last ten, oldest first.
    package var measurements: [MeasurementStatus] = []

    package init() {}
    package init(name: String) { self.name = name }

    package static let fields: [Field<Self>] = [
        .required("name", \.name, "Which metric.", Limits.text(63)),
        .defaulted("phase", \.phase, .pending, "How it stands."),
        .defaulted("dryRun", \.dryRun, false, "Its failures count for nothing."),
        .optional("message", \.message, "Why it ended as it did.", Limits.text(512)),
        .defaulted("count", \.count, 0, "Measurements that came to an answer."),
        .optional("wanted", \.wanted, "How many answers end it; unset: no number does."),
        .defaulted("successful", \.successful, 0, "How many succeeded."),
        .defaulted("failed", \.failed, 0, "How many failed."),
        .defaulted("inconclusive", \.inconclusive, 0, "How many were neither."),
        .defaulted("error", \.error, 0, "How many could not be made."),
        .defaulted("consecutiveSuccess", \.consecutiveSuccess, 0, "Successes since the last one that was none."),
        .defaulted("consecutiveError", \.consecutiveError, 0, "Errors since the last measurement."),
        .defaulted("consecutiveNoData", \.consecutiveNoData, 0, "Answers without data since the last one with."),
        .collection("measurements", \.measurements, "The last ten, oldest first.", Limits.atomic(10)),
    ]
}

/// One measurement.
package struct MeasurementStatus: SchemaObject, Hashable {
    package var time = Instant(.init(seconds: 0))
    package var phase = Phase.inconclusive
    /// The number as Prometheus writes it, `NaN` and `+Inf` too; what a comparison found.
    package var value: String?
    package var message: String?

    package init() {}

    /// What one measurement came to.
    package enum Phase: String, SchemaValue, CaseIterable, Hashable {
        case successful = "Successful"
        case failed = "Failed"
        case inconclusive = "Inconclusive"
        case error = "Error"
        /// The provider answered that it has nothing.
        case noData = "NoData"
        /// A comparison that has not seen enough yet.
        case undecided = "Undecided"
    }

    package static let fields: [Field<Self>] = [
        .required("time", \.time, "When it was made."),
        .required("phase", \.phase, "What it came to."),
        .optional("value", \.value, "The number, or what a comparison found.", Limits.text(64)),
        .optional("message", \.message, "Why, where the number does not say it.", Limits.text(512)),
    ]
}
