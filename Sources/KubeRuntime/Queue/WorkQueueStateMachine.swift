/// How urgent a key is, against others that are ready.
public enum WorkPriority: Int, Sendable, Comparable {
    /// What was there at the start: a restart must not starve what happens now.
    case low
    /// What happens now.
    case normal
    /// Before everything else that is ready.
    case high

    public static func < (left: WorkPriority, right: WorkPriority) -> Bool { left.rawValue < right.rawValue }
}

/// Which key is worked on next. Pure: time and chance come in as arguments.
///
/// - A key has one entry at most; adding it again keeps the earlier time and the higher priority.
/// - A key is never with two workers. Added while it is worked on, it runs again afterwards.
/// - Of the keys that are ready, the highest priority goes first, then whichever was ready first.
struct WorkQueueStateMachine<Key: Hashable> {
    private struct Entry {
        var readyAt: Duration
        var priority: WorkPriority
        /// Tells the entry's newest place in a heap from those it has left.
        var stamp: UInt64
    }

    private struct Place {
        var key: Key
        var stamp: UInt64
        var readyAt: Duration
        var priority: WorkPriority
    }

    enum Taken: Equatable {
        case key(Key)
        /// Nothing is ready; nil: nothing will be by itself.
        case nothing(until: Duration?)
        case finished
    }

    private var waiting: [Key: Entry] = [:]
    private var running: Set<Key> = []
    /// Added while running.
    private var again: [Key: Entry] = [:]
    private var ready = Heap<Place> { ($1.priority, $0.stamp) < ($0.priority, $1.stamp) }
    private var delayed = Heap<Place> { $0.readyAt < $1.readyAt }
    private var failures: [Key: Int] = [:]
    private var lastStamp: UInt64 = 0
    private(set) var isShutDown = false
    var metrics: WorkQueueMetrics<Key>?

    var waitingCount: Int { waiting.count + again.count }
    var runningCount: Int { running.count }

    /// Whether a key is ready that no worker has.
    func hasReady(now: Duration) -> Bool { waiting.values.contains { $0.readyAt <= now } }

    mutating func add(_ key: Key, readyAt: Duration, priority: WorkPriority, now: Duration) {
        guard !isShutDown else { return }
        metrics?.added(key, readyAt: readyAt)
        if running.contains(key) {
            let known = again[key]
            again[key] = Entry(
                readyAt: min(readyAt, known?.readyAt ?? readyAt), priority: max(priority, known?.priority ?? priority), stamp: 0)
            return
        }
        if let known = waiting[key] {
            guard readyAt < known.readyAt || priority > known.priority else { return }
            place(key, min(readyAt, known.readyAt), max(priority, known.priority), now)
        } else {
            place(key, readyAt, priority, now)
        }
    }

    /// Gives the next key that is ready to a worker, who must say `done`.
    mutating func take(now: Duration) -> Taken {
        guard !isShutDown else { return .finished }
        while let place = delayed.first {
            guard isCurrent(place) else {
                _ = delayed.removeFirst()
                continue
            }
            guard place.readyAt <= now else { break }
            _ = delayed.removeFirst()
            ready.insert(place)
        }
        while let place = ready.removeFirst() {
            guard isCurrent(place) else { continue }
            waiting[place.key] = nil
            running.insert(place.key)
            metrics?.started(place.key, now: now)
            return .key(place.key)
        }
        return .nothing(until: delayed.first?.readyAt)
    }

    /// The worker has finished with a key.
    mutating func done(_ key: Key, now: Duration) {
        metrics?.finished(key, now: now)
        guard running.remove(key) != nil, let entry = again.removeValue(forKey: key), !isShutDown else { return }
        place(key, entry.readyAt, entry.priority, now)
    }

    /// Counts a failure; says how many there were in a row.
    mutating func failed(_ key: Key) -> Int {
        failures[key, default: 0] += 1
        return failures[key]!
    }

    mutating func forget(_ key: Key) { failures[key] = nil }

    /// No key is given out any more; those with workers may finish.
    mutating func shutDown() {
        isShutDown = true
        metrics?.emptied()
        waiting = [:]
        again = [:]
    }

    private mutating func place(_ key: Key, _ readyAt: Duration, _ priority: WorkPriority, _ now: Duration) {
        lastStamp += 1
        waiting[key] = Entry(readyAt: readyAt, priority: priority, stamp: lastStamp)
        let place = Place(key: key, stamp: lastStamp, readyAt: readyAt, priority: priority)
        if readyAt <= now { ready.insert(place) } else { delayed.insert(place) }
    }

    private func isCurrent(_ place: Place) -> Bool { waiting[place.key]?.stamp == place.stamp }
}
