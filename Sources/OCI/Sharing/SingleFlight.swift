internal import Synchronization

/// Does a piece of work once for all who want its result at the same time.
///
/// The work belongs to none of its callers: one that is cancelled leaves at once and the others go on waiting; when the last one is cancelled, so is
/// the work, and that call returns when the work has ended. All get the same result, or the same error. Nothing is kept: a call after the end
/// does the work anew.
package final class SingleFlight<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private typealias Waiter = CheckedContinuation<Value, any Error>

    private struct Flight {
        let id: Int
        var task: Task<Void, Never>?
        var waiters: [Int: Waiter]
    }

    private struct State {
        var next = 0
        var flights: [Key: Flight] = [:]
        /// The last caller of each flight that was cancelled and has not ended yet.
        var abandoned: [Int: Waiter] = [:]

        mutating func number() -> Int {
            next += 1
            return next
        }
    }

    private let state = Mutex(State())

    package init() {}

    /// Work under way.
    package var count: Int { state.withLock { $0.flights.count + $0.abandoned.count } }

    /// How many wait for this key's work.
    package func waiting(for key: Key) -> Int { state.withLock { $0.flights[key]?.waiters.count ?? 0 } }

    /// The result of the work under way for the key, or of this one, which is begun when there is none.
    package func value(for key: Key, _ work: @escaping @Sendable () async throws -> Value) async throws -> Value {
        let caller = state.withLock { $0.number() }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { join(key, caller, $0, work) }
        } onCancel: {
            leave(key, caller)
        }
    }

    private func join(_ key: Key, _ caller: Int, _ waiter: Waiter, _ work: @escaping @Sendable () async throws -> Value) {
        let isCancelled = state.withLock { state in
            // Set before `leave` is called: one of both sees the other.
            if Task.isCancelled { return true }
            if state.flights[key] == nil {
                let id = state.number()
                state.flights[key] = Flight(id: id, waiters: [:])
                // It can't end before the lock is free.
                state.flights[key]?.task = Task { await self.fly(key, id, work) }
            }
            state.flights[key]?.waiters[caller] = waiter
            return false
        }
        if isCancelled { waiter.resume(throwing: CancellationError()) }
    }

    private func fly(_ key: Key, _ id: Int, _ work: () async throws -> Value) async {
        let result: Result<Value, any Error>
        do { result = .success(try await work()) } catch { result = .failure(error) }
        let (waiters, last) = state.withLock { state -> ([Waiter], Waiter?) in
            guard let flight = state.flights[key], flight.id == id else { return ([], state.abandoned.removeValue(forKey: id)) }
            state.flights[key] = nil
            return (Array(flight.waiters.values), nil)
        }
        for waiter in waiters { waiter.resume(with: result) }
        last?.resume(throwing: CancellationError())
    }

    private func leave(_ key: Key, _ caller: Int) {
        let (waiter, task) = state.withLock { state -> (Waiter?, Task<Void, Never>?) in
            guard let waiter = state.flights[key]?.waiters.removeValue(forKey: caller) else { return (nil, nil) }
            guard let flight = state.flights[key], flight.waiters.isEmpty else { return (waiter, nil) }
            // Whoever comes now does not get the failure of work that was given up.
            state.flights[key] = nil
            state.abandoned[flight.id] = waiter
            return (nil, flight.task)
        }
        waiter?.resume(throwing: CancellationError())
        task?.cancel()
    }
}
