import Compatibility
import GraftAPI
import JSON
import KubeCore
import Synchronization

/// Descriptors of revisions, read once: revisions never change.
final class DescriptorCache: Sendable {
    private let descriptors = Mutex<[String: ModuleDescriptor]>([:])

    /// Nil when it can't be read, which was said when the revision was made.
    func descriptor(of revision: ModuleRevision) -> ModuleDescriptor? {
        let key = revision.metadata.uid ?? revision.metadata.name
        if let known = descriptors.withLock({ $0[key] }) { return known }
        guard let descriptor = try? ModuleDescriptor(from: revision.spec.descriptor) else { return nil }
        descriptors.withLock { $0[key] = descriptor }
        return descriptor
    }

    func forget(_ revision: ModuleRevision) {
        descriptors.withLock { $0[revision.metadata.uid ?? revision.metadata.name] = nil }
    }
}
