/// When an authority, a log or a key of a trust root counts: a closed interval, both ends included (protobuf `TimeRange` of
/// sigstore_common.proto). A window belongs to one authority and says nothing about what another signed.
package struct ValidityWindow: Sendable, Hashable, CustomStringConvertible {
    package let start: Moment
    /// nil where it has not ended.
    package let end: Moment?

    package init(start: Moment, end: Moment? = nil) {
        self.start = start
        self.end = end
    }

    package func contains(_ time: Moment) -> Bool {
        guard let end else { return start <= time }
        return start <= time && time <= end
    }

    package var description: String { "\(start) to \(end.map { "\($0)" } ?? "now")" }
}
