package import Analysis
package import GraftAPI

/// Where the numbers of a metric come from. One for each kind of provider.
package protocol MetricSource: Sendable {
    /// Measures once.
    /// - Parameters:
    ///   - metric: with values for its arguments in all texts.
    ///   - run: what it is measured for.
    /// - Throws: `CancellationError` alone; what goes wrong is a reading, and so is a time-out.
    func read(_ metric: AnalysisMetric, of run: AnalysisRun) async throws -> Reading
}

/// Counts what canary hosts have seen of a counter.
package protocol SampleSource: Sendable {
    /// The increase of a counter over all canary hosts of a run since `run.startTime`; nil while no host has told anything.
    func samples(of series: HostSeries, in run: AnalysisRun) async throws -> Int64?
}
