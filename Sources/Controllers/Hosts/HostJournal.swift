import KubeCore
import Synchronization

/// Which hosts of a class something happened to, in the order in which it was heard. Whoever keeps something of hosts reads on from where it
/// was, so that a change costs the same however many deployments there are, and those at rest nothing.
final class HostJournal: Sendable {
    private struct Log {
        /// Position of the first key.
        var start = 0
        var keys: [ObjectKey] = []
    }

    private struct State {
        var logs: [String: Log] = [:]
        /// Where the next log begins: behind every position of those that were forgotten, so that none of theirs is taken for one of its own.
        var next = 0
    }

    private let state = Mutex(State())
    /// Whoever is further behind looks at all hosts again.
    private let limit: Int

    init(limit: Int = 32_768) { self.limit = limit }

    /// A host changed, is gone, or is judged anew for another cause. Nothing is kept for classes that nobody reads.
    func note(_ host: ObjectKey, ofClass hostClass: String) {
        state.withLock { state in
            guard state.logs[hostClass] != nil else { return }
            state.logs[hostClass]!.keys.append(host)
            guard state.logs[hostClass]!.keys.count > limit else { return }
            state.logs[hostClass]!.start += limit / 2
            state.logs[hostClass]!.keys.removeFirst(limit / 2)
        }
    }

    /// Behind what was noted last. From now on the class is kept: to be called before hosts are looked at.
    func end(ofClass hostClass: String) -> Int {
        state.withLock { state in
            let log = state.logs[hostClass] ?? Log(start: state.next)
            state.logs[hostClass] = log
            return log.start + log.keys.count
        }
    }

    /// What was noted since, each host once; nil when that is no longer known.
    func changes(ofClass hostClass: String, since position: Int) -> Set<ObjectKey>? {
        state.withLock { state in
            guard let log = state.logs[hostClass], position >= log.start else { return nil }
            return Set(log.keys[min(position - log.start, log.keys.count)...])
        }
    }

    /// Nobody reads of a class any more.
    func forget(_ hostClass: String) {
        state.withLock { state in
            guard let log = state.logs.removeValue(forKey: hostClass) else { return }
            state.next = max(state.next, log.start + log.keys.count + 1)
        }
    }
}
