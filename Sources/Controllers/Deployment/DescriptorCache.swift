import Compatibility
import GraftAPI
import JSON
import KubeCore
import KubeRuntime
import Synchronization

/// Descriptors that were read lately, by what was read: a reconcile that follows another soon finds them here, and what is at rest holds none.
final class DescriptorCache: Sendable {
    /// Descriptors with a large schema take tens of kilobytes.
    private static let limit = 128

    private let descriptors = Mutex(RecentlyUsed<JSON, ModuleDescriptor>(limit: limit))

    /// Nil when it can't be read, which was said when the revision was made.
    func descriptor(of revision: ModuleRevision) -> ModuleDescriptor? {
        let json = revision.spec.descriptor
        if let known = descriptors.withLock({ $0[json] }) { return known }
        guard let descriptor = try? ModuleDescriptor(from: json) else { return nil }
        descriptors.withLock { $0[json] = descriptor }
        return descriptor
    }

    /// How many are kept.
    var count: Int { descriptors.withLock { $0.count } }
}
