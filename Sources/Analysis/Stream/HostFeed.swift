/// How far the records of one host have arrived. What comes again, late or from an agent that has ended is left out; what never came is counted.
package struct HostFeed: Hashable, Sendable {
    package private(set) var session: String
    /// Sequence of the last record; nil before the first one: what was sent before was for somebody else.
    private var last: Int64?
    /// Records that were lost: their sequences were passed over.
    package private(set) var lost: Int64 = 0
    /// Records that came again.
    package private(set) var repeated = 0
    /// Those of agents that have ended since, the latest last.
    private var ended: [String] = []

    package init(session: String) { self.session = session }

    private static let remembered = 8
    /// Counted at most: the sums over all hosts are numbers, too.
    private static let mostLost: Int64 = 1 << 40

    /// - Returns: those that are new, and whether the batch is this agent's.
    package mutating func take(_ batch: StreamBatch) -> (records: [StreamRecord], isCurrent: Bool) {
        if batch.session != session {
            guard !ended.contains(batch.session) else {
                repeated += batch.records.count
                return ([], false)
            }
            ended = (ended + [session]).suffix(Self.remembered)
            session = batch.session
            last = nil
        }
        guard let first = batch.records.first else { return ([], true) }
        var position = last ?? first.sequence - 1
        let fresh = batch.records.filter { $0.sequence > position }
        repeated += batch.records.count - fresh.count
        for record in fresh {
            // However far apart an agent says that its records are.
            lost = min(lost + min(record.sequence - position - 1, Self.mostLost), Self.mostLost)
            position = record.sequence
        }
        last = position
        return (fresh, true)
    }

    /// Everything up to here has arrived.
    package var acknowledged: Int64 { last ?? 0 }
}
