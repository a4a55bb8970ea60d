import Synchronization

/// The versions that are kept in sealed memory: what the host is to run, what it was to run before, and what is to come. Memory is dear: others are
/// sealed anew from the store when they are wanted.
final class SealedShelf: Sendable {
    private struct State {
        var current: SealedModule?
        var previous: SealedModule?
        var staged: SealedModule?

        var all: [SealedModule] { [current, previous, staged].compactMap { $0 } }
    }

    private let state = Mutex(State())

    func module(_ revision: InstalledRevision) -> SealedModule? {
        state.withLock { state in state.all.first { $0.installed == revision } }
    }

    func stage(_ module: SealedModule) { state.withLock { $0.staged = module } }

    /// The host is to run it from now on; nil: nothing.
    func use(_ module: SealedModule?) {
        state.withLock { state in
            if state.staged?.installed == module?.installed { state.staged = nil }
            guard state.current?.installed != module?.installed else {
                state.current = module
                return
            }
            (state.previous, state.current) = (state.current ?? state.previous, module)
        }
    }

    /// Lets go of what isn't among these.
    func retain(_ revisions: Set<InstalledRevision>) {
        state.withLock { state in
            if let previous = state.previous, !revisions.contains(previous.installed) { state.previous = nil }
            if let staged = state.staged, !revisions.contains(staged.installed) { state.staged = nil }
        }
    }
}
