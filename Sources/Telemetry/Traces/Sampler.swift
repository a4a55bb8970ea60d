/// Which traces are recorded: a child as its parent, a first span by the trace's own bits.
///
/// The same trace gets the same answer from everyone with the same ratio, since the ID decides: OpenTelemetry's `parentbased_traceidratio`.
package struct Sampler: Sendable, Hashable {
    /// The share of traces that is recorded, from 0 to 1.
    package let ratio: Double
    private let threshold: UInt64

    /// - Parameter ratio: below 0 counts as 0, above 1 as 1.
    package init(ratio: Double) {
        self.ratio = min(max(ratio, 0), 1)
        threshold = UInt64(self.ratio * 0x1p63)
    }

    func records(_ trace: TraceID, parent: TraceParent?) -> Bool {
        if let parent { return parent.isSampled }
        return trace.low >> 1 < threshold
    }
}
