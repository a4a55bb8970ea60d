import GraftAPI
import KubeCore
import Synchronization

/// Counts how often people said abort, so that what a reconcile waits for can be cut off when they do. Taking the annotation away counts nothing:
/// it is done in the middle of a reconcile.
final class AbortCalls: Sendable {
    private struct Call {
        var value: String?
        var count: Int64 = 0
    }

    private let calls = Mutex<[ObjectKey: Call]>([:])

    /// Grows with each generation, and with each abort of one.
    func generation(of deployment: ModuleDeployment) -> Int64 {
        let value = deployment.metadata.annotations[GraftAPI.abortAnnotation]
        let count = calls.withLock { calls in
            guard value != nil || calls[deployment.key] != nil else { return Int64(0) }
            var call = calls[deployment.key] ?? Call()
            if let value, value != call.value { call.count += 1 }
            call.value = value
            calls[deployment.key] = call
            return call.count
        }
        return (deployment.metadata.generation ?? 0) << 20 + count
    }

    func forget(_ key: ObjectKey) { calls.withLock { $0[key] = nil } }
}
