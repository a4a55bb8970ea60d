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

    private let logs = Mutex<[String: Log]>([:])
    /// Whoever is further behind looks at all hosts again.
    private let limit: Int

    init(limit: Int = 32_768) { self.limit = limit }

    /// A host changed, is gone, or is judged anew for another cause. Nothing is kept for classes that nobody reads.
    func note(_ host: ObjectKey, ofClass hostClass: String) {
        logs.withLock { logs in
            guard logs[hostClass] != nil else { return }
            logs[hostClass]!.keys.append(host)
            guard logs[hostClass]!.keys.count > limit else { return }
            logs[hostClass]!.start += limit / 2
            logs[hostClass]!.keys.removeFirst(limit / 2)
        }
    }

    /// Behind what was noted last. From now on the class is kept: to be called before hosts are looked at.
    func end(ofClass hostClass: String) -> Int {
        logs.withLock { logs in
            let log = logs[hostClass, default: Log()]
            logs[hostClass] = log
            return log.start + log.keys.count
        }
    }

    /// What was noted since, each host once; nil when that is no longer known.
    func changes(ofClass hostClass: String, since position: Int) -> Set<ObjectKey>? {
        logs.withLock { logs in
            guard let log = logs[hostClass], position >= log.start else { return nil }
            return Set(log.keys[min(position - log.start, log.keys.count)...])
        }
    }

    /// Nobody reads of a class any more.
    func forget(_ hostClass: String) { logs.withLock { _ = $0.removeValue(forKey: hostClass) } }
}
