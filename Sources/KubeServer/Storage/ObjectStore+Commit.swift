import JSON
import KubeCore
import Synchronization

extension ObjectStore {
    /// At most this many mutations share one transaction.
    private static let batchLimit = 256

    /// Stores a mutation and makes it visible, if the object is still what it was decided on.
    ///
    /// Mutations that arrive while others are being stored share the next transaction: the first of them commits for all. Once begun
    /// it is not cancelled: whoever asked learns what became of it.
    func commit(_ mutation: Mutation) async -> CommitOutcome {
        let id = state.withLock { $0.makeID() }
        let turn = await withCheckedContinuation { waiter in
            let leads = state.withLock { state in
                let leads = !state.isCommitting
                state.isCommitting = true
                state.pending.append(.init(id: id, mutation: mutation, waiter: leads ? nil : waiter))
                return leads
            }
            if leads { waiter.resume(returning: .lead) }
        }
        switch turn {
        case .done(let outcome): return outcome
        case .lead: return commitBatch(for: id)
        }
    }

    /// Commits what waits, tells everyone, and hands the lead on.
    private func commitBatch(for id: UInt64) -> CommitOutcome {
        let (batch, places) = state.withLock { state in
            let batch = Array(state.pending.prefix(Self.batchLimit))
            state.pending.removeFirst(batch.count)
            return (batch, Self.places(for: batch.map(\.mutation), in: state))
        }
        // Written out of the lock: readers go on.
        let planned = zip(batch, places).map { pending, version in version.map { Change(pending.mutation, version: $0) } }
        let changes = planned.compactMap(\.self)
        var outcomes = planned.map { $0.map { CommitOutcome.committed($0.object) } ?? .outdated }
        var isStored = true
        do {
            if !changes.isEmpty { try log.append(changes.map(Revision.init)) }
        } catch {
            isStored = false
            outcomes = planned.map { $0 == nil ? .outdated : .failed("\(error)") }
        }
        let next = state.withLock { state in
            if isStored { for change in changes { state.publish(change) } }
            state.isCommitting = !state.pending.isEmpty
            let next = state.pending.first?.waiter
            if next != nil { state.pending[0].waiter = nil }
            return next
        }
        next?.resume(returning: .lead)
        var own = CommitOutcome.outdated
        for (pending, outcome) in zip(batch, outcomes) {
            pending.waiter?.resume(returning: .done(outcome))
            if pending.id == id { own = outcome }
        }
        return own
    }

    /// The version each mutation is written at; nil where it is outdated. The second of two on the same object always is.
    private static func places(for mutations: [Mutation], in state: StoreState) -> [Int64?] {
        var version = state.version
        var touched: [GroupResource: Set<String>] = [:]
        return mutations.map { mutation in
            let path = mutation.key.description
            guard state.object(mutation.resource, path) === mutation.expected,
                touched[mutation.resource]?.contains(path) != true
            else { return nil }
            if let namespace = mutation.namespace {
                guard let home = state.object(.namespaces, namespace), !home.isDeleting,
                    touched[.namespaces]?.contains(namespace) != true
                else { return nil }
            }
            touched[mutation.resource, default: []].insert(path)
            version += 1
            return version
        }
    }
}

extension Change {
    init(_ mutation: Mutation, version: Int64) {
        switch mutation.effect {
        case .put(let json):
            kind = mutation.expected == nil ? .created : .updated
            object = StoredObject(resource: mutation.resource, key: mutation.key, version: version, unversioned: json)
        case .remove(let json):
            kind = .deleted
            object = StoredObject(resource: mutation.resource, key: mutation.key, version: version, unversioned: json)
        }
        previous = mutation.expected
    }
}

extension Revision {
    init(_ change: Change) {
        self.init(
            version: change.version, resource: change.object.resource, key: change.object.key, isDeletion: change.kind == .deleted,
            bytes: change.object.bytes)
    }
}
