import KubeCore
import Synchronization

/// Rings for keys once someone is there to hear it.
final class Doorbell: Sendable {
    /// A function in a struct: one that is itself what a generic type holds is wrapped anew at each inout access, and calls get ever deeper.
    private struct Listener {
        var hear: @Sendable (ObjectKey) -> Void
    }

    private let listener = Mutex<Listener?>(nil)

    func connect(_ listen: @escaping @Sendable (ObjectKey) -> Void) { listener.withLock { $0 = Listener(hear: listen) } }
    func ring(_ keys: [ObjectKey]) {
        guard let listener = listener.withLock({ $0 }) else { return }
        keys.forEach(listener.hear)
    }
}
