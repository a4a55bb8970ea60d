import KubeCore
import Synchronization

/// Which revisions lack signatures, and what registries told of them. Read by reconciles without waiting.
final class SignatureMemory: Sendable {
    private struct Entry {
        var deployment: ObjectKey
        /// Of policies and roots: what was told under others says nothing.
        var generation: Int
        /// Nil: nothing any more.
        var want: EvidenceCheck.Want?
        var look: SignatureLook?
        var looks = 0

        func wanting(_ want: EvidenceCheck.Want?) -> Entry {
            var entry = self
            entry.want = want
            return entry
        }
    }

    private struct State {
        var entries: [ObjectKey: Entry] = [:]
        /// Those of each deployment: a reconcile looks at no others.
        var revisions: [ObjectKey: Set<ObjectKey>] = [:]

        mutating func keep(_ entry: Entry, of revision: ObjectKey) {
            entries[revision] = entry
            revisions[entry.deployment, default: []].insert(revision)
        }

        mutating func drop(_ revision: ObjectKey, of deployment: ObjectKey) {
            entries[revision] = nil
            revisions[deployment]?.remove(revision)
            if revisions[deployment]?.isEmpty ?? false { revisions[deployment] = nil }
        }
    }

    private let state = Mutex(State())
    /// Rung for revisions that are to be looked at now.
    let due = Doorbell()

    /// What is known of a revision under the policies of a generation; nil: nobody has looked yet.
    func look(at revision: ObjectKey, generation: Int) -> SignatureLook? {
        state.withLock { state in state.entries[revision].flatMap { $0.generation == generation ? $0.look : nil } }
    }

    /// Says what a deployment's revisions lack now; the others of it lack nothing any more.
    func want(_ wants: [ObjectKey: EvidenceCheck.Want], for deployment: ObjectKey, generation: Int) {
        let new = state.withLock { state -> [ObjectKey] in
            for key in state.revisions[deployment] ?? [] where wants[key] == nil {
                guard let entry = state.entries[key], entry.generation == generation else {
                    state.drop(key, of: deployment)
                    continue
                }
                state.entries[key] = entry.wanting(nil)
            }
            return wants.compactMap { key, want in
                if let entry = state.entries[key], entry.generation == generation {
                    guard entry.want != want else { return nil }
                    state.entries[key] = entry.wanting(want)
                } else {
                    state.keep(Entry(deployment: deployment, generation: generation, want: want), of: key)
                }
                return key
            }
        }
        due.ring(new)
    }

    /// Whether a revision lacks something.
    func isWanted(_ revision: ObjectKey) -> Bool { state.withLock { $0.entries[revision]?.want != nil } }

    /// Keeps what a look under the policies of a generation came to.
    /// - Returns: how often it was looked at so far, when that is to be done again; and whether this look tells something new.
    func keep(_ look: SignatureLook, of revision: ObjectKey, generation: Int) -> (again: Int?, isNews: Bool) {
        state.withLock { state in
            guard var entry = state.entries[revision], entry.generation == generation else { return (nil, false) }
            let isNews = entry.look != look
            entry.look = look
            entry.looks += 1
            state.entries[revision] = entry
            let isOver = entry.want == nil || entry.want == .proofs && look != .unreachable
            return (isOver ? nil : entry.looks, isNews)
        }
    }

    func forget(_ deployment: ObjectKey) {
        state.withLock { state in
            for revision in state.revisions.removeValue(forKey: deployment) ?? [] { state.entries[revision] = nil }
        }
    }
}
