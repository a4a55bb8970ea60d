/// What a provider said when it was asked.
package enum Reading: Hashable, Sendable {
    /// A number, which may be NaN or infinite.
    case number(Double)
    /// It answered, and has nothing: a series that does not exist.
    case noData
    /// It did not answer, or not sensibly.
    case error(String)
    /// What hosts beside it say.
    case comparison(ComparisonOutcome)
}
