import JSON
import KubeCore
import KubeRuntime
import Logging
import Stations
import Synchronization

/// From the moment the server hands an event to its socket to the start of the reconcile it causes.
struct Latency {
    var connection: Connection
    /// Events to wait for.
    var events: Int

    init(_ connection: Connection, events: Int) { (self.connection, self.events) = (connection, events) }

    func measure() async throws -> JSON {
        let samples = Samples()
        var logger = Logger(label: "reader") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .warning
        let reflector = Reflector(connection.stations, logger: logger)
        let store = reflector.store
        let controller = Controller("latency", triggers: [.changes(of: store)], logger: logger) { (key: ObjectKey) in
            let now = ProcessUsage.now
            // Zero in the list, and the time of dispatch in events.
            if let sent = store.get(key)?.metadata.annotations["bench.graft.dev/sent"].flatMap({ Int64($0) }), sent > 0 {
                samples.add(now - sent)
            }
            return .awaitChange
        }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await reflector.run() }
            group.addTask { try await controller.run() }
            defer { group.cancelAll() }
            try await store.waitUntilSynced()
            let jitter = Jitter(every: 1_000_000)
            defer { _ = jitter.end() }
            var (last, since, used) = (-1, ContinuousClock.now, ProcessUsage.processorSeconds)
            let started = ContinuousClock.now
            while samples.count < events {
                try await Task.sleep(for: .milliseconds(100))
                if samples.count != last {
                    if last <= 0 { used = ProcessUsage.processorSeconds }
                    (last, since) = (samples.count, .now)
                }
                guard since.duration(to: .now) < .seconds(20) else { break }
            }
            let seconds = started.duration(to: .now) / .seconds(1)
            return samples.figures(seconds: seconds, processor: ProcessUsage.processorSeconds - used, wakings: jitter.end())
        }
    }
}

/// Times in nanoseconds.
private final class Samples: Sendable {
    private let times = Mutex<[Int64]>([])

    func add(_ time: Int64) { times.withLock { $0.append(time) } }
    var count: Int { times.withLock { $0.count } }

    func figures(seconds: Double, processor: Double, wakings: [Int64]) -> JSON {
        let (sorted, wakings) = (times.withLock { $0 }.sorted(), wakings.sorted())
        guard !sorted.isEmpty else { return ["events": 0] }
        // By nearest rank.
        func percentile(_ share: Double, of sorted: [Int64]) -> JSON {
            guard !sorted.isEmpty else { return .null }
            return .double(Double(sorted[max(0, Int((share * Double(sorted.count)).rounded(.up)) - 1)]) / 1e6)
        }
        return [
            "events": .integer(Int64(sorted.count)), "p50": percentile(0.5, of: sorted), "p90": percentile(0.9, of: sorted),
            "p99": percentile(0.99, of: sorted), "worst": percentile(1, of: sorted), "waking p50": percentile(0.5, of: wakings),
            "waking p99": percentile(0.99, of: wakings), "seconds": .double(seconds), "processor": .double(processor),
        ]
    }
}
