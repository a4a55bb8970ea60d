import Glibc
import HostProtocol
import Synchronization

@testable import Agent

/// What somebody with the agent's own rights can do to the memory in which a version is sealed: by the descriptors that the kernel shows of the process.
enum MemoryAttack: String, CaseIterable, Sendable {
    /// Once, at one moment.
    case written, truncated, grown, sealedAlready
    /// From that moment on, at each later one again, through what was opened or mapped then.
    case openedAndWrittenEverAfter, mappedAndWrittenEverAfter
}

/// Strikes at the n-th moment at which memory is made, written, sealed, checked, sent or mapped.
final class MemoryAttacker: Sendable {
    private struct State {
        var moment = 0
        var armedAt: Int?
        var struckBefore: String?
        /// The memory that was made last.
        var target: Int32?
        var opened: Int32?
        var mapped: UInt?
        /// Attempts that the kernel let through.
        var changes = 0
    }

    private static let evil = Array("the evil of all".utf8)
    private let attack: MemoryAttack
    private let state = Mutex(State())

    init(_ attack: MemoryAttack) { self.attack = attack }

    var disk: Disk {
        Disk(sealing: { [self] step, number in
            state.withLock { $0.target = number }
            moment("memory is \(step)")
        })
    }

    var struckBefore: String? { state.withLock { $0.struckBefore } }
    var changes: Int { state.withLock { $0.changes } }

    func arm(at moment: Int) {
        release()
        state.withLock { $0 = State(armedAt: moment) }
    }

    /// - Returns: how many moments there were.
    func disarm() -> Int {
        release()
        return state.withLock { state in
            state.armedAt = nil
            return state.moment
        }
    }

    private func release() {
        state.withLock { state in
            if let opened = state.opened { close(opened) }
            if let mapped = state.mapped { munmap(UnsafeMutableRawPointer(bitPattern: mapped), 4096) }
            (state.opened, state.mapped) = (nil, nil)
        }
    }

    func moment(_ what: String) {
        state.withLock { state in
            guard let armedAt = state.armedAt, let target = state.target else { return }
            defer { state.moment += 1 }
            if state.moment == armedAt {
                state.struckBefore = what
                strike(target, &state)
            } else if state.moment > armedAt {
                goOn(&state)
            }
        }
    }

    private func strike(_ target: Int32, _ state: inout State) {
        let opened = open("/proc/self/fd/\(target)", O_RDWR | O_CLOEXEC)
        // Its mode keeps out who has no more than its owner's rights, and nobody who is root.
        guard opened >= 0 else { return }
        switch attack {
        case .written: if pwrite(opened, Self.evil, Self.evil.count, 0) > 0 { state.changes += 1 }
        case .truncated: if ftruncate(opened, 0) == 0 { state.changes += 1 }
        case .grown: if ftruncate(opened, 1 << 12) == 0 { state.changes += 1 }
        case .sealedAlready: if fcntl(opened, 1033, 1) == 0 { state.changes += 1 }
        case .openedAndWrittenEverAfter:
            state.opened = opened
            return goOn(&state)
        case .mappedAndWrittenEverAfter:
            let mapped = mmap(nil, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, opened, 0)
            if let mapped, mapped != MAP_FAILED { state.mapped = UInt(bitPattern: mapped) }
            goOn(&state)
        }
        close(opened)
    }

    private func goOn(_ state: inout State) {
        if let opened = state.opened {
            if pwrite(opened, Self.evil, Self.evil.count, 0) > 0 { state.changes += 1 }
            if ftruncate(opened, 7) == 0 { state.changes += 1 }
        }
        guard let mapped = state.mapped, let target = state.target else { return }
        var about = stat()
        // Beyond its end there is nothing to write to.
        guard fstat(target, &about) == 0, about.st_size >= Self.evil.count else { return }
        _ = Self.evil.withUnsafeBytes { memcpy(UnsafeMutableRawPointer(bitPattern: mapped)!, $0.baseAddress!, $0.count) }
        state.changes += 1
    }
}
