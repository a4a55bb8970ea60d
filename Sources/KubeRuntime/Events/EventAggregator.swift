import KubeCore

/// What an event says, but for when: equal ones are one series.
struct EventContent: Sendable, Hashable {
    var type: EventType
    var reason: String
    var action: String
    var note: String
    var regarding: ObjectReference
    var related: ObjectReference?
}

/// Which events are written, and when. Pure.
///
/// The same content again within six minutes counts up a series instead of making another event; a series is written at most each
/// ten seconds. One object gets fifty events at once and then one each ten seconds; what goes beyond is dropped and counted.
struct EventAggregator: Sendable {
    enum Write: Sendable, Hashable {
        case create(EventContent, at: Timestamp)
        case update(EventContent, count: Int, last: Timestamp)
    }

    private struct Series: Sendable {
        var count = 1
        var firstTime: Timestamp
        var last: Timestamp
        var seenAt: Duration
        var isCreated = false
        var isPending = true
        var dueAt: Duration
    }

    private struct Bucket: Sendable {
        var tokens: Double
        var at: Duration
    }

    let capacity: Int
    private var series: [EventContent: Series] = [:]
    private var pending: [EventContent] = []
    private var buckets: [ObjectReference: Bucket] = [:]
    private(set) var dropped = 0

    static let seriesEndsAfter = Duration.seconds(360)
    static let updateInterval = Duration.seconds(10)
    private static let burst = 50.0
    private static let refill = Duration.seconds(10)

    init(capacity: Int) { self.capacity = capacity }

    var pendingCount: Int { pending.count }

    mutating func record(_ content: EventContent, now: Duration, wallTime: Timestamp) {
        if var known = series[content], now - known.seenAt < Self.seriesEndsAfter {
            known.count += 1
            known.last = wallTime
            known.seenAt = now
            if !known.isPending, pending.count < capacity {
                known.isPending = true
                pending.append(content)
            }
            series[content] = known
            return
        }
        guard pending.count < capacity, takeToken(content.regarding, now) else {
            dropped += 1
            return
        }
        if series.count >= 4 * capacity { sweep(now) }
        series[content] = Series(firstTime: wallTime, last: wallTime, seenAt: now, dueAt: now)
        pending.append(content)
    }

    /// What to write now; else when to look again, nil when there is nothing.
    /// - Parameter isLast: nothing comes after: what is pending is due.
    mutating func next(now: Duration, isLast: Bool = false) -> (write: Write?, until: Duration?) {
        var until: Duration?
        for (index, content) in pending.enumerated() {
            guard var entry = series[content] else {
                pending.remove(at: index)
                return next(now: now, isLast: isLast)
            }
            guard isLast || entry.dueAt <= now else {
                until = min(until ?? entry.dueAt, entry.dueAt)
                continue
            }
            pending.remove(at: index)
            entry.isPending = false
            entry.dueAt = now + Self.updateInterval
            defer { series[content] = entry }
            if !entry.isCreated {
                entry.isCreated = true
                if entry.count > 1 {  // the rest of the series follows as an update
                    entry.isPending = true
                    pending.append(content)
                }
                return (.create(content, at: entry.firstTime), nil)
            }
            return (.update(content, count: entry.count, last: entry.last), nil)
        }
        return (nil, until)
    }

    /// The event is gone from the server, or never got there: the next one starts a new series.
    mutating func forget(_ content: EventContent) { series[content] = nil }

    mutating func drop() { dropped += 1 }

    private mutating func takeToken(_ object: ObjectReference, _ now: Duration) -> Bool {
        // One object is one object, whatever version of it an event names.
        var object = object
        object.resourceVersion = nil
        var bucket = buckets[object] ?? Bucket(tokens: Self.burst, at: now)
        bucket.tokens = min(Self.burst, bucket.tokens + (now - bucket.at) / Self.refill)
        bucket.at = now
        let isAllowed = bucket.tokens >= 1
        if isAllowed { bucket.tokens -= 1 }
        buckets[object] = bucket
        return isAllowed
    }

    private mutating func sweep(_ now: Duration) {
        series = series.filter { $1.isPending || now - $1.seenAt < Self.seriesEndsAfter }
        buckets = buckets.filter { now - $1.at < Self.seriesEndsAfter }
    }
}
