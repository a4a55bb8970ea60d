import KubeCore
import Synchronization

/// Who may ask registries at the moment. One worker is always left for what needs none of them, and one namespace never has all the
/// turns: a registry that hangs, or a tenant with a thousand deployments, keeps no one else from going on or back.
final class ResolutionTurns: Sendable {
    private struct State {
        /// By namespace.
        var running: [String: Int] = [:]
        var waiting: [ObjectKey] = []
    }

    private let limit: Int
    private let limitOfNamespace: Int
    private let state = Mutex(State())
    /// Told whose turn has come.
    private let called: @Sendable (ObjectKey) -> Void

    /// - Parameter workers: of the controller.
    init(workers: Int, called: @escaping @Sendable (ObjectKey) -> Void = { _ in }) {
        limit = max(1, workers - 1)
        limitOfNamespace = max(1, workers / 2)
        self.called = called
    }

    /// Takes a turn. If there is none, the deployment waits, and is called when there may be one.
    func begin(_ key: ObjectKey) -> Bool {
        state.withLock { state in
            guard isFree(for: key, state) else {
                if !state.waiting.contains(key) { state.waiting.append(key) }
                return false
            }
            if let index = state.waiting.firstIndex(of: key) { state.waiting.remove(at: index) }
            state.running[key.namespace ?? "", default: 0] += 1
            return true
        }
    }

    /// Gives a turn back, and calls those who may have it next: some more than there are turns, since not each still wants one.
    func end(_ key: ObjectKey) {
        let next = state.withLock { state -> [ObjectKey] in
            let namespace = key.namespace ?? ""
            let left = (state.running[namespace] ?? 1) - 1
            state.running[namespace] = left > 0 ? left : nil
            var next: [ObjectKey] = []
            for key in state.waiting where next.count < limit && isFree(for: key, state) { next.append(key) }
            return next
        }
        next.forEach(called)
    }

    /// Nobody waits for this one any more.
    func forget(_ key: ObjectKey) {
        state.withLock { state in
            if let index = state.waiting.firstIndex(of: key) { state.waiting.remove(at: index) }
        }
    }

    private func isFree(for key: ObjectKey, _ state: State) -> Bool {
        state.running.values.reduce(0, +) < limit && state.running[key.namespace ?? "", default: 0] < limitOfNamespace
    }
}
