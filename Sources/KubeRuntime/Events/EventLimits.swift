/// How much one recorder writes at most.
public struct EventLimits: Sendable, Hashable {
    /// Writes that wait for the server; what comes on top is dropped and counted.
    public var pending: Int
    /// New events about one object from this recorder at once; repeats of a series are not new.
    public var burst: Int
    /// How long it takes until one more may follow a burst.
    public var refill: Duration
    /// Notes that events of one kind about one object may have before those with yet another one are told as one.
    public var notes: Int

    /// Limits; what is not given is enough for a controller.
    public init(pending: Int = 1000, burst: Int = 50, refill: Duration = .seconds(10), notes: Int = 10) {
        self.pending = pending
        self.burst = burst
        self.refill = refill
        self.notes = notes
    }
}
