import GraftAPI
import KubeCore
import KubeRuntime
import Synchronization

/// Plans that hosts have to obey: new ones, and those that ask for something else than before. A new leader's epoch asks for nothing.
final class PlanInbox: Sendable {
    private struct State {
        var plans: [ObjectKey: ModulePlan] = [:]
        var isClosed = false
    }

    private let state = Mutex(State())

    /// While it is, nothing is taken.
    var isClosed: Bool {
        get { state.withLock(\.isClosed) }
        set { state.withLock { $0.isClosed = newValue } }
    }

    func take(_ change: Change<ModulePlan>) {
        // What was there at the beginning was obeyed by whoever wrote it.
        guard let plan = change.new, !change.isInitial, Self.asked(change.old) != Self.asked(plan) else { return }
        state.withLock { if !$0.isClosed { $0.plans[plan.key] = plan } }
    }

    func empty() -> [ModulePlan] {
        state.withLock { state in
            defer { state.plans = [:] }
            return Array(state.plans.values)
        }
    }

    private static func asked(_ plan: ModulePlan?) -> ModulePlanSpec? {
        var spec = plan?.spec
        spec?.epoch = 0
        return spec
    }
}
