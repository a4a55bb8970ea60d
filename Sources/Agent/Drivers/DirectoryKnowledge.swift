import Synchronization

/// What a directory driver knows since it was started: what is in the versions it staged, and what it holds open.
final class DirectoryKnowledge: Sendable {
    private struct State {
        var contents: [InstalledRevision: VersionContents] = [:]
        /// What was put there for the host to find.
        var inPlace: InPlace?
        /// While the host is loading it: what it found on its way there.
        var view: SlotView?
        /// What was found changed in a version's directory that has been put right since.
        var mended: [InstalledRevision: String] = [:]
    }

    private let state = Mutex(State())

    func contents(of revision: InstalledRevision) -> VersionContents? { state.withLock { $0.contents[revision] } }

    func staged(_ revision: InstalledRevision, _ contents: VersionContents, mended: String?) {
        state.withLock { state in
            state.contents[revision] = contents
            if let mended { state.mended[revision] = mended }
            state.view = nil
        }
    }

    /// It is not what it was.
    func forget(_ revision: InstalledRevision) { state.withLock { $0.contents[revision] = nil } }

    /// - Parameter view: nil once nobody is on the way any more.
    func placed(_ inPlace: InPlace?, _ view: SlotView?) { state.withLock { ($0.inPlace, $0.view) = (inPlace, view) } }

    var inPlace: InPlace? { state.withLock { $0.inPlace } }
    var view: SlotView? { state.withLock { $0.view } }

    func takeMended(_ revision: InstalledRevision) -> String? { state.withLock { $0.mended.removeValue(forKey: revision) } }

    func retain(_ revisions: Set<InstalledRevision>) {
        state.withLock { state in
            state.contents = state.contents.filter { revisions.contains($0.key) }
            state.mended = state.mended.filter { revisions.contains($0.key) }
            // Old versions going away changes their directory's change time.
            state.view = nil
        }
    }
}
