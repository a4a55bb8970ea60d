import HostProtocol
import KubeRuntime

extension SocketDriver {
    /// What several hosts failed by.
    struct Failures {
        var all: [HostConnections.Failure]
        var path: String

        /// A host said that it can't, or does not keep to the protocol; as opposed to none that says anything.
        var isRefusal: Bool {
            all.contains { failure in
                switch failure {
                case .refused, .violation: true
                case .late, .closed: false
                }
            }
        }

        var text: String {
            let texts = all.map { "a host of \(path): \($0.message)" }
            return Set(texts).sorted().prefix(3).joined(separator: "; ")
        }
    }

    /// Has hosts run this, and waits until all that are there do. Those that come later get it as well.
    /// - Parameter isAnew: those that run it already load it anew.
    /// - Returns: how many do.
    @discardableResult
    func want(
        _ module: SealedModule?, isBack: Bool = false, isAnew: Bool = false, _ failed: (Failures) -> SlotFailure
    ) async throws -> Int {
        shelf.use(module)
        server.withHosts { hosts, now in ((), hosts.want(module, isBack: isBack, isAnew: isAnew, now: now)) }
        let outcomes = try await waitForHosts { $0.outcome }
        let failures = outcomes.compactMap { outcome -> HostConnections.Failure? in
            if case .failed(let failure) = outcome { failure } else { nil }
        }
        if !failures.isEmpty { throw failed(Failures(all: failures, path: settings.path)) }
        return outcomes.count
    }

    /// Waits until hosts have answered, or are gone; each does one of both within a time.
    func waitForHosts<Result: Sendable>(_ look: @Sendable (HostConnections) -> Result?) async throws -> Result {
        while true {
            if let result = server.look(look) { return result }
            await server.changed.wait()
            try Task.checkCancellation()
        }
    }

    /// Waits until something holds of the hosts, as long as they may take to come.
    func hosts(_ holds: @Sendable (HostConnections) -> Bool) async throws -> Bool {
        let deadline = surroundings.now() + settings.hostWait
        while !server.look(holds) {
            let left = deadline - surroundings.now()
            guard left > .zero else { return false }
            try await server.changed.wait(atMost: left, surroundings)
        }
        return true
    }

    func nobody(_ reason: String) -> SlotFailure {
        SlotFailure(.unreachable, reason, "no host of user \(settings.user) is connected to \(settings.path)")
    }

    func sealed(_ revision: InstalledRevision) throws -> SealedModule {
        guard let module = shelf.module(revision) else {
            throw SlotFailure(
                .environment, SlotFailure.missing, "\(revision.version) is not in sealed memory; it is sealed again from the store")
        }
        return module
    }
}

extension HostConnections.Failure {
    var isLate: Bool { if case .late = self { true } else { false } }
}
