import KubeCore

/// Which events are written, and when. Pure. It counts as client-go's recorders do:
///
/// - The first of a series is written at once, the second too, with its count; the following ones are only counted, and the count is
///   written each thirty minutes, when the series has been quiet for six, and at the end.
/// - What differs in its note alone is a series of its own, up to ten notes within ten minutes; yet others are combined in one series.
/// - One object gets a burst of new events and then one each some seconds. What goes beyond is dropped and counted, and so is what comes
///   while too many writes wait.
struct EventAggregator {
    struct Write: Sendable, Hashable {
        /// The series, for `created` and `failed`.
        let series: EventContent
        let content: EventContent
        /// Tells series apart.
        let number: UInt64
        /// The event's name on the server; nil: it is to be created.
        let name: String?
        let firstTime: Timestamp
        let count: Int
        let last: Timestamp
    }

    private struct Series: Sendable {
        let id: UInt64
        let content: EventContent
        let firstTime: Timestamp
        var name: String?
        var count = 1
        var writtenCount = 0
        var writtenAt: Duration
        var last: Timestamp
        var seenAt: Duration
        var isQueued = true
        var isEnded = false
    }

    private struct Alarm: Sendable {
        var at: Duration
        var series: EventContent
        var id: UInt64
    }

    private struct Bucket: Sendable {
        var tokens: Double
        var at: Duration
    }

    private struct Notes: Sendable {
        var count: Int
        var at: Duration
    }

    static let endsAfter = Duration.seconds(360)
    static let heartbeat = Duration.seconds(1800)
    static let notesEndAfter = Duration.seconds(600)
    /// Series and objects that are remembered.
    static let memory = 4096

    private let limits: EventLimits
    private var series: [EventContent: Series] = [:]
    /// Series to be written, in order; those before `head` are done.
    private var queue: [EventContent] = []
    private var head = 0
    /// When to look at a series again, one for each that was written.
    private var alarms = Heap<Alarm> { $0.at < $1.at }
    private var buckets = RecentlyUsed<ObjectReference, Bucket>(limit: memory)
    private var notes = RecentlyUsed<EventContent, Notes>(limit: memory)
    private var lastID: UInt64 = 0
    private(set) var dropped = 0

    init(limits: EventLimits) { self.limits = limits }

    var pendingCount: Int { queue.count - head }
    var seriesCount: Int { series.count }

    mutating func record(_ content: EventContent, now: Duration, wallTime: Timestamp) {
        if repeats(content.series, now, wallTime) { return }
        let isCombined = isOneNoteTooMany(content.similar, now)
        if isCombined, repeats(content.similar, now, wallTime) { return }
        guard pendingCount < limits.pending, takeToken(content.series.regarding, now) else {
            dropped += 1
            return
        }
        var content = content
        let key = isCombined ? content.similar : content.series
        if isCombined { content.note = "(combined from similar events) " + content.note }
        while series.count >= Self.memory, let alarm = alarms.removeFirst() {
            if series[alarm.series]?.id == alarm.id { series[alarm.series] = nil }
        }
        lastID += 1
        series[key] = Series(id: lastID, content: content, firstTime: wallTime, writtenAt: now, last: wallTime, seenAt: now)
        queue.append(key)
    }

    /// What to write now; else when to look again, nil when there is nothing.
    mutating func next(now: Duration) -> (write: Write?, until: Duration?) {
        ring(now)
        while head < queue.count {
            let key = queue[head]
            head += 1
            if head == queue.count { (queue, head) = ([], 0) }
            guard var entry = series[key], entry.isQueued else { continue }
            entry.isQueued = false
            entry.writtenCount = entry.count
            entry.writtenAt = now
            let isNew = entry.name == nil
            series[key] = entry.isEnded ? nil : entry
            if isNew { alarms.insert(Alarm(at: now + Self.endsAfter, series: key, id: entry.id)) }
            let write = Write(
                series: key, content: entry.content, number: entry.id, name: entry.name, firstTime: entry.firstTime, count: entry.count,
                last: entry.last)
            return (write, nil)
        }
        return (nil, alarms.first?.at)
    }

    /// Nothing comes after: all that was counted is to be written.
    mutating func flush() {
        for (key, entry) in series where entry.count > entry.writtenCount { enqueue(key) }
    }

    mutating func created(_ key: EventContent, name: String) { series[key]?.name = name }

    /// It was not written: the next one starts a new series.
    mutating func failed(_ key: EventContent) {
        series[key] = nil
        dropped += 1
    }

    /// Counts one up, if there is a series of it that goes on.
    private mutating func repeats(_ key: EventContent, _ now: Duration, _ wallTime: Timestamp) -> Bool {
        guard let known = series[key], !known.isEnded, now - known.seenAt < Self.endsAfter else { return false }
        series[key]!.count += 1
        series[key]!.last = wallTime
        series[key]!.seenAt = now
        if known.writtenCount == 1 { enqueue(key) }
        return true
    }

    private mutating func enqueue(_ key: EventContent) {
        guard let entry = series[key], !entry.isQueued else { return }
        series[key]!.isQueued = true
        queue.append(key)
    }

    /// Writes what has been counted for long, and ends what has been quiet.
    private mutating func ring(_ now: Duration) {
        while let alarm = alarms.first, alarm.at <= now {
            _ = alarms.removeFirst()
            guard let entry = series[alarm.series], entry.id == alarm.id else { continue }
            let isUnwritten = entry.count > entry.writtenCount
            guard now - entry.seenAt < Self.endsAfter else {
                if isUnwritten { enqueue(alarm.series) }
                if series[alarm.series]!.isQueued { series[alarm.series]!.isEnded = true } else { series[alarm.series] = nil }
                continue
            }
            var beat = isUnwritten ? entry.writtenAt + Self.heartbeat : now + Self.heartbeat
            if beat <= now {
                enqueue(alarm.series)
                beat = now + Self.heartbeat
            }
            alarms.insert(Alarm(at: min(entry.seenAt + Self.endsAfter, beat), series: alarm.series, id: alarm.id))
        }
    }

    private mutating func isOneNoteTooMany(_ kind: EventContent, _ now: Duration) -> Bool {
        var known = notes[kind] ?? Notes(count: 0, at: now)
        if now - known.at > Self.notesEndAfter { known.count = 0 }
        known.at = now
        let isTooMany = known.count >= limits.notes
        if !isTooMany { known.count += 1 }
        notes[kind] = known
        return isTooMany
    }

    private mutating func takeToken(_ object: ObjectReference, _ now: Duration) -> Bool {
        let burst = Double(limits.burst)
        var bucket = buckets[object] ?? Bucket(tokens: burst, at: now)
        bucket.tokens = min(burst, bucket.tokens + (now - bucket.at) / limits.refill)
        bucket.at = now
        let isAllowed = bucket.tokens >= 1
        if isAllowed { bucket.tokens -= 1 }
        buckets[object] = bucket
        return isAllowed
    }
}
