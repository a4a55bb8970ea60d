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
/// Recording never waits and never fails. Equal events are one series; a bounded queue and a limit for each object drop what is too
/// much, and count it. At a graceful shutdown what is pending is still written, for two seconds at most.
public final class EventRecorder: Service {
    private let api: Api<Event>
    private let controller: String
    private let instance: String
    private let aggregator: Mutex<EventAggregator>
    /// The names of the events of live series.
    private let names = Mutex<[EventContent: String]>([:])
    private let wake = Wake()
    private let logger: Logger
    private let surroundings: Surroundings

    /// - Parameters:
    ///   - controller: as in `example.com/controller`.
    ///   - instance: as in the pod's name.
    ///   - capacity: events that wait to be written.
    public init(
        client: Client, controller: String, instance: String, capacity: Int = 1000, logger: Logger, surroundings: Surroundings = .system
    ) {
        api = Api(client)
        self.controller = controller
        self.instance = instance
        aggregator = Mutex(EventAggregator(capacity: capacity))
        self.logger = logger
        self.surroundings = surroundings
    }

    /// Events that were not written.
    public var dropped: Int { aggregator.withLock { $0.dropped } }

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
        guard try await untilGracefulShutdown({ try await self.writeForEver() }) == nil else { return }
        let surroundings = surroundings
        try await firstOf({ try await self.writePending() }, { try await surroundings.sleep(.seconds(2)) })
    }

    private func writeForEver() async throws {
        while true {
            let (write, until) = aggregator.withLock { $0.next(now: surroundings.now()) }
            if let write {
                try await send(write)
            } else {
                try await wake.wait(atMost: until.map { max($0 - surroundings.now(), .milliseconds(1)) }, surroundings)
            }
        }
    }

    private func writePending() async throws {
        while let write = aggregator.withLock({ $0.next(now: surroundings.now(), isLast: true).write }) { try await send(write) }
    }

    private func send(_ write: EventAggregator.Write) async throws {
        for attempt in 1...3 {
            do { return try await sendOnce(write) } catch {
                try Task.checkCancellation()
                let isWorthIt = (error as? KubeError)?.isTransient ?? true
                guard isWorthIt, attempt < 3 else {
                    logger.warning("an event could not be written; dropped", metadata: ["error": "\(error)"])
                    break
                }
                try await surroundings.sleep(Backoff.watch.delay(attempt, random: surroundings.random()))
            }
        }
        aggregator.withLock { $0.drop() }
    }

    private func sendOnce(_ write: EventAggregator.Write) async throws {
        switch write {
        case .create(let content, let time): try await create(content, time, series: nil)
        case .update(let content, let count, let last):
            let series = Event.Series(count: count, lastObservedTime: last)
            guard let name = names.withLock({ $0[content] }) else { return try await create(content, last, series: series) }
            do { try await place(content).mergePatch(name, ["series": series.json]) } catch let error as KubeError
                where error.code == .notFound
            {
                try await create(content, last, series: series)  // events are deleted after an hour
            }
        }
    }

    private func create(_ content: EventContent, _ time: Timestamp, series: Event.Series?) async throws {
        // A name of its own for each, as client-go makes it: the object's and a number that grows.
        let suffix = String(UInt64(bitPattern: time.microseconds), radix: 16) + String(Int(surroundings.random() * 4096), radix: 16)
        let name = "\(cut(content.regarding.name, to: 230)).\(suffix)"
        let namespace = content.regarding.namespace ?? "default"
        let event = Event(
            metadata: ObjectMeta(name: name, namespace: namespace), eventTime: time, series: series,
            reportingController: controller, reportingInstance: cut(instance, to: 128), action: content.action, reason: content.reason,
            regarding: content.regarding, related: content.related, note: content.note, type: content.type.rawValue)
        try await place(content).create(event)
        names.withLock { names in
            if names.count > 4096 { names = [:] }  // later repeats of theirs become new events
            names[content] = name
        }
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
