import KubeCore

/// One thing that is done for a check at one time: a metric that is measured, a webhook that is sent, samples that are counted.
struct CheckTask: Hashable, Sendable, CustomStringConvertible {
    var deployment: ObjectKey
    var check: String
    /// Nil: the check has none.
    var metric: String?

    var description: String { "\(deployment)/\(check)" + (metric.map { "/\($0)" } ?? "") }
}
