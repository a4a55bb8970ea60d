import Compatibility
import Synchronization

/// Which modules are on this host, by what their descriptors say, and which of them wait for what they need beside them.
final class NeighbourBoard: Sendable {
    private struct State {
        /// Nil: its descriptor was looked for, and can't be read.
        var known: [InstalledRevision: ModuleDescriptor?] = [:]
        /// By slot.
        var waiting: [String: InstalledRevision] = [:]
    }

    private let state = Mutex(State())

    func note(_ descriptor: ModuleDescriptor?, of revision: InstalledRevision) {
        state.withLock { $0.known[revision] = .some(descriptor ?? $0.known[revision] ?? nil) }
    }

    func isKnown(_ revision: InstalledRevision) -> Bool { state.withLock { $0.known[revision] != nil } }

    /// What a slot has ready and does not load for want of what it needs; nil: there is nothing like it.
    /// - Returns: whether that is news, which may matter to the others.
    func wait(with revision: InstalledRevision?, in slot: String) -> Bool {
        state.withLock { state in
            guard state.waiting[slot] != revision else { return false }
            state.waiting[slot] = revision
            return true
        }
    }

    /// Forgets what is no longer on this host.
    func retain(_ revisions: Set<InstalledRevision>) {
        state.withLock { state in
            let used = revisions.union(state.waiting.values)
            state.known = state.known.filter { used.contains($0.key) }
        }
    }

    /// What each of the modules that are known would lack in a slot: sentences, by revision.
    /// - Parameter serving: what slots serve now.
    func unmet(in slot: String, serving: [String: InstalledRevision]) -> [InstalledRevision: String] {
        state.withLock { state in
            let needy = state.known.filter { !($0.value?.needs.isEmpty ?? true) }
            guard !needy.isEmpty else { return [:] }
            let others = serving.filter { $0.key != slot }
            if let unread = others.sorted(by: { $0.key < $1.key }).first(where: { state.known[$0.value] == nil }) {
                return needy.mapValues { _ in "the agent has yet to read which module slot \(unread.key) serves; it looks by itself" }
            }
            let served = others.values.map { state.known[$0] ?? nil }
            // Which module it is can't be told any more: that it is the one that is needed, neither.
            guard !served.contains(where: { $0 == nil }) else { return [:] }
            let waiting = state.waiting.filter { $0.key != slot }.values.compactMap { state.known[$0] ?? nil }
            return needy.compactMapValues { $0.flatMap { Self.lacks($0, beside: served.compactMap(\.self), waiting: waiting) } }
        }
    }

    /// Says what a module lacks; nil when nothing is missing. Modules that wait for one another, each with all else that it needs, lack nothing: one of them has
    /// to be the first.
    static func lacks(_ module: ModuleDescriptor, beside served: [ModuleDescriptor], waiting: [ModuleDescriptor]) -> String? {
        func versions(_ modules: [ModuleDescriptor]) -> [String: SemanticVersion] {
            Dictionary(modules.map { ($0.name, $0.version) }) { first, _ in first }
        }
        let verdict = module.judge(beside: versions(served))
        guard !verdict.isCompatible else { return nil }
        var together = waiting + [module]
        while let alone = together.firstIndex(where: { !$0.judge(beside: versions(served + together)).isCompatible }) {
            together.remove(at: alone)
        }
        let isInCircle = together.contains(module) && !together.contains { $0.judge(beside: versions(served)).isCompatible }
        return isInCircle ? nil : "\(verdict)"
    }
}
