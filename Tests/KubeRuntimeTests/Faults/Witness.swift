import KubeCore
import KubeRuntime
import Synchronization

/// Hears of every change of a store, and writes down what must not be: an object that goes back in time, a change that does not start from
/// what the one before it left.
final class Witness: Sendable {
    private struct State {
        var known: [ObjectKey: ConfigMap] = [:]
        var newest: [ObjectKey: Int] = [:]
        var contradictions: [String] = []
        var told: [String] = []
    }

    private let state = Mutex(State())

    init(_ store: Store<ConfigMap>) { store.subscribe { self.hear($0) } }

    var contradictions: [String] { state.withLock { $0.contradictions } }
    /// `added x`, … in order.
    var told: [String] { state.withLock { $0.told } }
    /// What is there, as far as the changes tell.
    var known: [ObjectKey: ConfigMap] { state.withLock { $0.known } }
    func forget() { state.withLock { $0.told = [] } }

    private func hear(_ change: Change<ConfigMap>) {
        state.withLock { state in
            state.told.append("\(change.kind) \(change.key.name)")
            if state.known[change.key] != change.old {
                state.contradictions.append("\(words(change)) does not start from what was there")
            }
            state.known[change.key] = change.new
            guard let version = change.new?.metadata.resourceVersion.flatMap(Int.init) else { return }
            if let newest = state.newest[change.key], version <= newest {
                state.contradictions.append("\(words(change)) came after version \(newest)")
            }
            state.newest[change.key] = version
        }
    }
}

/// The machine's time, but for pauses, which are much shorter and remembered. Chance is always one half.
final class HurriedTime: Sendable {
    let pauses = Recorder<Duration>()
    private let factor: Int

    init(factor: Int = 200) { self.factor = factor }

    var surroundings: Surroundings {
        Surroundings(
            now: Surroundings.system.now, wallTime: Surroundings.system.wallTime,
            sleep: { pause in
                self.pauses.add(pause)
                try await Task.sleep(for: pause / self.factor)
            }, random: { 0.5 })
    }
}
