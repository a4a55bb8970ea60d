import Logging
public import ServiceLifecycle
import Synchronization

/// What changed hands.
struct ShardChange: Sendable, Hashable {
    /// Slots that are ours now, and were not.
    var gained: Set<Int>
    /// Slots in which nothing may be begun any more.
    var leaving: Set<Int>
}

extension ShardMember {
    /// The slots that are ours at this very moment, and stay it.
    public var owned: Set<Int> {
        let now = surroundings.now()
        return state.withLock { $0.machine.isAlive(at: now) ? $0.machine.usable : [] }
    }

    /// Whether work on a key may be begun.
    public func owns(_ key: some CustomStringConvertible) -> Bool { owned.contains(slots.slot(of: key)) }

    /// Begins something for a slot, which is not given away before `end`.
    /// - Returns: false when the slot is not ours: then nothing is begun.
    func begin(_ slot: Int) -> Bool {
        let now = surroundings.now()
        return state.withLock { state in
            guard state.machine.isAlive(at: now), state.machine.usable.contains(slot) else { return false }
            state.inHand[slot, default: 0] += 1
            return true
        }
    }

    func end(_ slot: Int) {
        let isEmpty = state.withLock { state in
            let left = (state.inHand[slot] ?? 0) - 1
            state.inHand[slot] = left > 0 ? left : nil
            return left <= 0 && state.machine.leaving.contains(slot)
        }
        if isEmpty { wake.wake() }
    }

    /// Hears of what changes hands. `handle` must be quick.
    func subscribe(_ handle: @escaping @Sendable (ShardChange) -> Void) -> Subscription {
        let id = state.withLock { state in
            state.lastListener += 1
            state.listeners[state.lastListener] = handle
            return state.lastListener
        }
        return Subscription { [weak self] in self?.state.withLock { _ = $0.listeners.removeValue(forKey: id) } }
    }

    @discardableResult
    func change<Value: Sendable>(_ body: (inout ShardStateMachine) -> Value) -> Value { change { machine, _ in body(&machine) } }

    /// Changes the machine, and tells of slots that changed hands by it.
    @discardableResult
    func change<Value: Sendable>(_ body: (inout ShardStateMachine, [Int: Int]) -> Value) -> Value {
        let (value, change, listeners) = state.withLock { state in
            let before = state.machine.usable
            let value = body(&state.machine, state.inHand)
            let after = state.machine.usable
            return (
                value, ShardChange(gained: after.subtracting(before), leaving: before.subtracting(after)), Array(state.listeners.values)
            )
        }
        guard !change.gained.isEmpty || !change.leaving.isEmpty else { return value }
        logger.info("slots", metadata: ["gained": "\(change.gained.sorted())", "leaving": "\(change.leaving.sorted())"])
        for listener in listeners { listener(change) }
        return value
    }

    /// Runs services for the slots that are ours, and others instead whenever those change: reflectors with a selector of just these slots,
    /// and what works on their stores. No slot is given away before the services that had it have ended, by a graceful shutdown. Part of
    /// what `whileMember` does; returns at a graceful shutdown.
    ///
    /// - Parameter services: for slots that are ours, never none.
    public func whileOwning(_ services: @escaping @Sendable (Set<Int>) -> [any Service]) async throws {
        let isOver = Signal()
        try await withGracefulShutdownHandler {
            while !isOver.isFired {
                let changed = Signal()
                let subscription = subscribe { _ in changed.fire() }
                defer { subscription.cancel() }
                let mine = owned.filter { begin($0) }
                defer { for slot in mine { end(slot) } }
                if mine.isEmpty {
                    _ = try await firstOf({ try await changed.wait() }, { try await isOver.wait() })
                } else {
                    try await run(services(mine), until: changed, or: isOver)
                }
            }
        } onGracefulShutdown: {
            isOver.fire()
        }
    }

    private func run(_ services: [any Service], until changed: Signal, or isOver: Signal) async throws {
        let group = ServiceGroup(services: services, logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            tasks.addTask {
                try await firstOf({ try await changed.wait() }, { try await isOver.wait() })
                await group.triggerGracefulShutdown()
            }
            defer { tasks.cancelAll() }
            // The group ends after the trigger, or throws by itself.
            try await tasks.next()
            try await tasks.next()
        }
    }
}
