/// What a queue holds at a moment, and how its workers get on.
public struct WorkQueueFigures: Sendable, Hashable {
    /// Keys whose time has come and that no worker has: the depth.
    public var ready: Int
    /// Keys whose time is yet to come.
    public var delayed: Int
    /// Keys that workers have.
    public var running: Int
    /// How long the worker has been at it who has been the longest; zero when none is.
    public var longestRunning: Duration
    /// How long all who are at work have been at it, together.
    public var unfinishedWork: Duration
    /// Entries made since the start: a key that already waits, or runs and is due again, is not counted once more.
    public var adds: Int
    /// Failures counted since the start.
    public var retries: Int

    /// Figures; what is not given is zero.
    public init(
        ready: Int = 0, delayed: Int = 0, running: Int = 0, longestRunning: Duration = .zero, unfinishedWork: Duration = .zero,
        adds: Int = 0, retries: Int = 0
    ) {
        self.ready = ready
        self.delayed = delayed
        self.running = running
        self.longestRunning = longestRunning
        self.unfinishedWork = unfinishedWork
        self.adds = adds
        self.retries = retries
    }
}
