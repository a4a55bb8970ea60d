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

    private let entries = Mutex<[ObjectKey: Entry]>([:])
    /// Rung for revisions that are to be looked at now.
    let due = Doorbell()

    /// What is known of a revision under the policies of a generation; nil: nobody has looked yet.
    func look(at revision: ObjectKey, generation: Int) -> SignatureLook? {
        entries.withLock { entries in entries[revision].flatMap { $0.generation == generation ? $0.look : nil } }
    }

    /// Says what a deployment's revisions lack now; the others of it lack nothing any more.
    func want(_ wants: [ObjectKey: EvidenceCheck.Want], for deployment: ObjectKey, generation: Int) {
        let new = entries.withLock { entries -> [ObjectKey] in
            for (key, entry) in entries where entry.deployment == deployment && wants[key] == nil {
                entries[key] = entry.generation == generation ? entry.wanting(nil) : nil
            }
            return wants.compactMap { key, want in
                if let entry = entries[key], entry.generation == generation {
                    guard entry.want != want else { return nil }
                    entries[key] = entry.wanting(want)
                } else {
                    entries[key] = Entry(deployment: deployment, generation: generation, want: want)
                }
                return key
            }
        }
        due.ring(new)
    }

    /// Whether a revision lacks something.
    func isWanted(_ revision: ObjectKey) -> Bool { entries.withLock { $0[revision]?.want != nil } }

    /// Keeps what a look under the policies of a generation came to.
    /// - Returns: how often it was looked at so far, when that is to be done again; and whether this look tells something new.
    func keep(_ look: SignatureLook, of revision: ObjectKey, generation: Int) -> (again: Int?, isNews: Bool) {
        entries.withLock { entries in
            guard var entry = entries[revision], entry.generation == generation else { return (nil, false) }
            let isNews = entry.look != look
            entry.look = look
            entry.looks += 1
            entries[revision] = entry
            let isOver = entry.want == nil || entry.want == .proofs && look != .unreachable
            return (isOver ? nil : entry.looks, isNews)
        }
    }

    func forget(_ deployment: ObjectKey) { entries.withLock { $0 = $0.filter { $0.value.deployment != deployment } } }
}
