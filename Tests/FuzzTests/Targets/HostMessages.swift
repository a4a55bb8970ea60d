import HostProtocol

extension FuzzTarget {
    /// What agents and hosts say to each other is read or refused; written again it is read as the same.
    static let hostMessage = FuzzTarget(
        "host-message", limit: 4096,
        seeds: {
            let module = ModuleIdentity(revision: "payments/filter-1", version: "1.0.0", digest: "sha256:ab", configHash: "cd")
            let hosts: [HostMessage] = [
                .hello(.init(versions: [1, 2], slot: "net/filter", process: "42-a", running: module)), .loaded(id: 1), .unloaded(id: 2),
                .refused(id: 3, message: "no table"), .health(id: 4, .init(running: module, isHealthy: false, message: "no")),
            ]
            let agents: [AgentMessage] = [
                .welcome(version: 1), .load(id: 1, .init(module: module, files: 2, isBack: true)),
                .file(id: 1, .init(name: "lib/filter.so", size: 12, digest: "sha256:ab", isExecutable: true)), .unload(id: 2),
                .probe(id: 3), .goodbye(.late, message: "ten seconds"),
            ]
            return hosts.map(\.packet) + agents.map(\.packet)
        },
        check: { bytes in
            if let message = try answer({ () throws(ProtocolViolation) in try HostMessage(packet: bytes) }) {
                try promise("what a host says is read as it was written", (try? HostMessage(packet: message.packet)) == message)
            }
            guard let message = try answer({ () throws(ProtocolViolation) in try AgentMessage(packet: bytes) }) else { return }
            // Of a later version's request only its number is kept.
            if case .unknown = message { return }
            try promise("what an agent says is read as it was written", (try? AgentMessage(packet: message.packet)) == message)
            guard case .file(_, let file) = message else { return }
            let parts = file.name.split(separator: "/", omittingEmptySubsequences: false)
            try promise("a file lies within its module", !parts.contains { $0.isEmpty || $0 == "." || $0 == ".." })
        })
}
