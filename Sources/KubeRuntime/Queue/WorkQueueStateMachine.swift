/// Which key is worked on next. Pure: time and chance come in as arguments.
///
/// - A key has one entry at most; adding it again keeps the earlier time and the higher priority.
/// - A key is never with two workers. Added while it is worked on, it runs again afterwards.
/// - Of the keys that are ready, the highest priority goes first, then whichever was ready first, then whichever was added first.
/// - It holds a constant times what waits, however often keys are added anew with other times.
struct WorkQueueStateMachine<Key: Hashable> {
    private struct Entry {
        var readyAt: Duration
        var priority: WorkPriority
        /// Tells the entry's newest place in a heap from those it has left.
        var stamp: UInt64
        /// Which heap that place is in.
        var isReady = false
    }

    private struct Place {
        var key: Key
        var stamp: UInt64
        var readyAt: Duration
        var priority: WorkPriority
    }

    enum Taken: Equatable {
        /// - Parameter waited: since the key was ready: its age in the queue.
        case key(Key, waited: Duration)
        /// Nothing is ready; nil: nothing will be by itself.
        case nothing(until: Duration?)
        case finished
    }

    private var waiting: [Key: Entry] = [:]
    /// Since when.
    private var running: [Key: Duration] = [:]
    /// Added while running.
    private var again: [Key: Entry] = [:]
    private var ready = Heap<Place> { ($1.priority, $0.readyAt, $0.stamp) < ($0.priority, $1.readyAt, $1.stamp) }
    private var delayed = Heap<Place> { $0.readyAt < $1.readyAt }
    private var readyCount = 0
    private var failures: [Key: Int] = [:]
    private var lastStamp: UInt64 = 0
    private(set) var adds = 0
    private(set) var retries = 0
    private(set) var isShutDown = false

    var waitingCount: Int { waiting.count + again.count }
    var runningCount: Int { running.count }
    /// What the heaps hold, places that entries have left included.
    var placeCount: Int { ready.count + delayed.count }

    /// Whether a key is ready that no worker has.
    mutating func hasReady(now: Duration) -> Bool {
        promote(now)
        return readyCount > 0
    }

    mutating func figures(now: Duration) -> WorkQueueFigures {
        promote(now)
        let ages = running.values.map { now - $0 }
        return WorkQueueFigures(
            ready: readyCount, delayed: waiting.count - readyCount, running: running.count, longestRunning: ages.max() ?? .zero,
            unfinishedWork: ages.reduce(.zero, +), adds: adds, retries: retries)
    }

    mutating func add(_ key: Key, readyAt: Duration, priority: WorkPriority, now: Duration) {
        guard !isShutDown else { return }
        if running[key] != nil {
            let known = again[key]
            if known == nil { adds += 1 }
            again[key] = Entry(
                readyAt: min(readyAt, known?.readyAt ?? readyAt), priority: max(priority, known?.priority ?? priority), stamp: 0)
            return
        }
        if let known = waiting[key] {
            guard readyAt < known.readyAt || priority > known.priority else { return }
            place(key, min(readyAt, known.readyAt), max(priority, known.priority), now)
        } else {
            adds += 1
            place(key, readyAt, priority, now)
        }
    }

    /// Gives the next key that is ready to a worker, who must say `done`.
    mutating func take(now: Duration) -> Taken {
        guard !isShutDown else { return .finished }
        promote(now)
        while let place = ready.removeFirst() {
            guard isCurrent(place) else { continue }
            waiting[place.key] = nil
            if waiting.isEmpty, waiting.capacity > Heap<Place>.keptCapacity { waiting = [:] }
            readyCount -= 1
            running[place.key] = now
            return .key(place.key, waited: now - place.readyAt)
        }
        return .nothing(until: delayed.first?.readyAt)
    }

    /// The worker has finished with a key.
    /// - Returns: how long it was at it; nil when it had not taken the key.
    @discardableResult
    mutating func done(_ key: Key, now: Duration) -> Duration? {
        guard let since = running.removeValue(forKey: key) else { return nil }
        if let entry = again.removeValue(forKey: key), !isShutDown { place(key, entry.readyAt, entry.priority, now) }
        return now - since
    }

    /// Counts a failure; says how many there were in a row.
    mutating func failed(_ key: Key) -> Int {
        retries += 1
        failures[key, default: 0] += 1
        return failures[key]!
    }

    mutating func forget(_ key: Key) { failures[key] = nil }

    /// No key is given out any more; those with workers may finish.
    mutating func shutDown() {
        isShutDown = true
        waiting = [:]
        again = [:]
        readyCount = 0
        ready.removeAll()
        delayed.removeAll()
    }

    /// Moves what has become ready to where workers take it from.
    private mutating func promote(_ now: Duration) {
        while let place = delayed.first {
            guard isCurrent(place) else {
                _ = delayed.removeFirst()
                continue
            }
            guard place.readyAt <= now else { return }
            _ = delayed.removeFirst()
            waiting[place.key]?.isReady = true
            readyCount += 1
            ready.insert(place)
        }
    }

    private mutating func place(_ key: Key, _ readyAt: Duration, _ priority: WorkPriority, _ now: Duration) {
        lastStamp += 1
        let isReady = readyAt <= now
        let before = waiting.updateValue(Entry(readyAt: readyAt, priority: priority, stamp: lastStamp, isReady: isReady), forKey: key)
        readyCount += (isReady ? 1 : 0) - (before?.isReady ?? false ? 1 : 0)
        let place = Place(key: key, stamp: lastStamp, readyAt: readyAt, priority: priority)
        if isReady { ready.insert(place) } else { delayed.insert(place) }
        // An entry that moves leaves its old place behind until it comes up, which for a long delay is late.
        guard placeCount > 2 * waiting.count + 64 else { return }
        ready.filter(isCurrent)
        delayed.filter(isCurrent)
    }

    private func isCurrent(_ place: Place) -> Bool { waiting[place.key]?.stamp == place.stamp }
}
