import GraftAPI
import JSON
import KubeCore
import KubeRuntime
import Synchronization

/// What stores hold nothing of, since no reconcile reads it: there are ten thousand objects, and one is at work at a time.
enum StoreTrimming {
    /// Descriptors read lately, so that revisions of one module hold one tree between them.
    final class Descriptors: Sendable {
        private let known = Mutex(RecentlyUsed<JSON, JSON>(limit: 256))

        var count: Int { known.withLock { $0.count } }

        /// One that is equal, and that others may hold as well.
        func shared(_ descriptor: JSON) -> JSON {
            known.withLock { known in
                if let same = known[descriptor] { return same }
                known[descriptor] = descriptor
                return descriptor
            }
        }
    }

    /// The whole manifest once more, as `kubectl apply` leaves it with an object.
    static let lastApplied = "kubectl.kubernetes.io/last-applied-configuration"

    static func trim(_ object: inout some KubeObject) {
        if object.metadata.annotations[lastApplied] != nil { object.metadata.annotations[lastApplied] = nil }
    }

    /// A revision's configuration is the agents' to read; here its hash tells it from others.
    static func trim(_ revision: inout ModuleRevision, sharing descriptors: Descriptors) {
        trim(&revision)
        revision.spec.config = nil
        revision.spec.descriptor = descriptors.shared(revision.spec.descriptor)
    }
}
