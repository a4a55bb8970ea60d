import Synchronization

@testable import Agent

/// Somebody with the agent's own rights, who strikes at the n-th moment at which the agent or its host is about to look at what is attacked, or to
/// change it. (To strike before another system call is the same as to strike before the next of these.) What can be undone is undone as soon as the
/// host has read what it loads, so that nothing is left to be seen of it.
final class Swapper: Sendable {
    private struct State {
        var moment = 0
        var armedAt: Int?
        var undo: (@Sendable () -> Void)?
        /// What was about to happen when it struck.
        var struckBefore: String?
    }

    private let state = Mutex(State())
    private let attack: @Sendable () -> (@Sendable () -> Void)?
    private let covers: Bool
    private let concerns: @Sendable (_ path: String) -> Bool

    /// - Parameters:
    ///   - covers: whether it undoes what it did.
    ///   - concerns: whether what is done with this path depends on what is attacked.
    ///   - attack: returns how to undo it; nil when there is nothing to attack yet, and then it is over for this moment.
    init(covers: Bool, concerns: @escaping @Sendable (_ path: String) -> Bool, attack: @escaping @Sendable () -> (@Sendable () -> Void)?) {
        self.covers = covers
        self.concerns = concerns
        self.attack = attack
    }

    var disk: Disk {
        Disk(
            before: { [self] change in if concerns(change.path) { moment("\(change)") } },
            looking: { [self] look in if concerns(look.path) { moment("\(look)") } })
    }

    func arm(at moment: Int) {
        state.withLock { $0 = State(armedAt: moment) }
    }

    /// - Returns: how many moments there were since it was armed.
    @discardableResult
    func disarm() -> Int {
        state.withLock { state in
            state.armedAt = nil
            return state.moment
        }
    }

    var struckBefore: String? { state.withLock { $0.struckBefore } }

    func moment(_ what: @autoclosure () -> String) {
        let isDue = state.withLock { state in
            guard let armedAt = state.armedAt else { return false }
            state.moment += 1
            return state.moment - 1 == armedAt
        }
        guard isDue, let undo = attack() else { return }
        let what = what()
        state.withLock { ($0.struckBefore, $0.undo) = (what, covers ? undo : nil) }
    }

    /// The host has read what it loads.
    func hostHasRead() {
        let undo = state.withLock { state in
            defer { state.undo = nil }
            return state.undo
        }
        undo?()
    }
}

extension Disk.Change {
    var path: String {
        switch self {
        case .makeDirectory(let path), .create(let path), .write(let path, _), .sync(let path), .syncDirectory(let path),
            .rename(_, let path),
            .link(let path, _), .truncate(let path), .remove(let path), .protect(let path):
            path
        }
    }
}

extension Disk.Look {
    var path: String {
        switch self {
        case .open(let path), .examine(let path), .read(let path), .readLink(let path), .list(let path): path
        }
    }
}
