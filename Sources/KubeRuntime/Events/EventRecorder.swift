public import KubeClient
public import KubeCore
public import Logging
public import ServiceLifecycle
import Synchronization

/// Whether an event is good or bad news.
public enum EventType: String, Sendable {
    /// Things go as they should.
    case normal = "Normal"
    /// Somebody should look.
    case warning = "Warning"
}

/// Writes Events (`events.k8s.io/v1`) about objects, for people to read.
///
/// - Recording never waits and never fails: what is recorded is written one after another, in order, by `run` or `whileWriting`.
/// - Equal events are one series, and what is too much is dropped and counted: see `EventLimits`.
/// - What the server can't take is tried again for about a minute.
/// - At the end what is pending is still written, for two seconds at most. `whileWriting` ends after its body, and so with what the body
///   recorded last. `run` ends at the graceful shutdown: in a `ServiceGroup`, name it before the services that record, which are shut down
///   before it then.
public final class EventRecorder: Service {
    private let api: Api<Event>
    private let controller: String
    private let instance: String
    private let aggregator: Mutex<EventAggregator>
    /// Tells names of this recorder's events from those of another that writes at the same microsecond.
    private let salt: UInt64
    private let wake = Wake()
    private let isLast = Signal()
    private let logger: Logger
    private let surroundings: Surroundings

    /// What is pending at the end is written for so long.
    private static let lastWords = Duration.seconds(2)
    private static let tries = 12
    private static let backoff = Backoff(base: .milliseconds(250), cap: .seconds(10))

    /// - Parameters:
    ///   - controller: as in `example.com/controller`.
    ///   - instance: as in the pod's name.
    public init(
        client: Client, controller: String, instance: String, limits: EventLimits = EventLimits(), logger: Logger,
        surroundings: Surroundings = .system
    ) {
        api = Api(client)
        self.controller = controller
        self.instance = instance
        aggregator = Mutex(EventAggregator(limits: limits))
        salt = UInt64(surroundings.random() * 4096)
        self.logger = logger
        self.surroundings = surroundings
    }

    /// Events that were not written.
    public var dropped: Int { aggregator.withLock { $0.dropped } }
    /// Writes that wait for the server.
    public var pending: Int { aggregator.withLock { $0.pendingCount } }

    /// - Parameters:
    ///   - reason: why, CamelCase, at most 128 bytes.
    ///   - action: what was done, CamelCase, at most 128 bytes.
    ///   - note: a sentence; cut to 1,024 bytes.
    public func record(
        _ type: EventType, reason: String, action: String, note: String, regarding: ObjectReference, related: ObjectReference? = nil
    ) {
        let content = EventContent(
            type: type, reason: reason, action: action, note: cut(note, to: 1024), regarding: regarding, related: related)
        aggregator.withLock { $0.record(content, now: surroundings.now(), wallTime: surroundings.wallTime()) }
        wake.wake()
    }

    public func run() async throws {
        try await withGracefulShutdownHandler {
            try await self.writeUntilLast()
        } onGracefulShutdown: {
            self.isLast.fire()
        }
    }

    /// Writes events while `body` runs, whatever is shut down meanwhile, and then what is still pending. When `body` throws, leadership
    /// having been lost for instance, what is pending is left.
    public func whileWriting<Value>(_ body: () async throws -> Value) async throws -> Value {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.writeUntilLast() }
            defer { group.cancelAll() }
            let value = try await body()
            isLast.fire()
            while try await group.next() != nil {}  // `waitForAll` would not cancel the others when one fails
            return value
        }
    }

    private func writeUntilLast() async throws {
        let (surroundings, isLast) = (surroundings, isLast)
        try await firstOf(
            { try await self.write() },
            {
                try await isLast.wait()
                self.wake.wake()
                try await surroundings.sleep(Self.lastWords)
                self.logger.warning("not all events could be written before the end", metadata: ["pending": "\(self.pending)"])
            })
    }

    /// Ends when nothing is left after `isLast`.
    private func write() async throws {
        while true {
            let isEnd = isLast.isFired
            let (next, until) = aggregator.withLock { aggregator in
                if isEnd { aggregator.flush() }
                return aggregator.next(now: surroundings.now())
            }
            if let next {
                try await send(next)
            } else if isEnd {
                return
            } else {
                try await wake.wait(atMost: until.map { max($0 - surroundings.now(), .milliseconds(1)) }, surroundings)
            }
        }
    }

    private func send(_ write: EventAggregator.Write) async throws {
        for attempt in 1...Self.tries {
            do { return try await sendOnce(write) } catch {
                try Task.checkCancellation()
                let failure = error as? KubeError
                guard failure?.isTransient ?? true, attempt < Self.tries else {
                    logger.warning("an event could not be written; dropped", metadata: ["error": "\(error)"])
                    break
                }
                let pause = Self.backoff.delay(attempt, random: surroundings.random())
                try await surroundings.sleep(max(pause, failure?.retryAfter ?? .zero))
            }
        }
        aggregator.withLock { $0.failed(write.series) }
    }

    private func sendOnce(_ write: EventAggregator.Write) async throws {
        guard let name = write.name else { return try await create(write) }
        let series = Event.Series(count: write.count, lastObservedTime: write.last)
        do { try await place(write.content).mergePatch(name, ["series": series.json]) } catch let error as KubeError
            where error.code == .notFound
        {
            try await create(write)  // events are deleted after an hour
        }
    }

    private func create(_ write: EventAggregator.Write) async throws {
        let content = write.content
        // A name of its own for each, as client-go makes it: the object's and a number that grows; the same whenever it is tried again.
        let time = write.name == nil ? write.firstTime : write.last
        let suffix = String(UInt64(bitPattern: time.microseconds), radix: 16) + String((write.number &+ salt) % 4096, radix: 16)
        let name = "\(cut(content.regarding.name, to: 230)).\(suffix)"
        let event = Event(
            metadata: ObjectMeta(name: name, namespace: content.regarding.namespace ?? "default"), eventTime: time,
            series: write.count > 1 ? Event.Series(count: write.count, lastObservedTime: write.last) : nil,
            reportingController: controller, reportingInstance: cut(instance, to: 128), action: content.action, reason: content.reason,
            regarding: content.regarding, related: content.related, note: content.note, type: content.type.rawValue)
        do { try await place(content).create(event) } catch let error as KubeError where error.code == .alreadyExists {
            // An earlier try arrived, its answer did not.
        }
        aggregator.withLock { $0.created(write.series, name: name) }
    }

    private func place(_ content: EventContent) -> Api<Event> { api.scoped(to: content.regarding.namespace ?? "default") }
}

/// The longest beginning of a text that has at most `limit` bytes of UTF-8.
private func cut(_ text: String, to limit: Int) -> String {
    guard text.utf8.count > limit else { return text }
    var end = text.utf8.index(text.startIndex, offsetBy: limit)
    while end.samePosition(in: text.unicodeScalars) == nil { end = text.utf8.index(before: end) }
    return String(text[..<end])
}
