import Glibc
import HostProtocol

extension Host {
    /// How long the agent may take for what it owes: the answer to hello, the next file of a module.
    private static let patience: Int32 = 10_000

    /// Serves one connection until it ends.
    /// - Returns: why it ended.
    func serve(_ socket: PacketSocket, welcomed: () -> Void) throws -> String {
        var session = HostSession(limits: HostSession.Limits(bytes: settings.largestModule))
        try send(.hello(HostMessage.Hello(slot: settings.slot, process: process, running: loaded)), socket)
        while true {
            guard try stopping.waitForInput(of: socket, milliseconds: session.isExpecting ? Self.patience : -1) else {
                return stopping.isStopped ? "this host ends" : "the agent owed something for \(Self.patience / 1000) seconds"
            }
            switch socket.receive(takingDescriptors: true) {
            case .nothing: continue
            case .closed: return "the agent closed the connection"
            case .violation(let violation): return "\(violation)"
            case .packet(let packet, let descriptor):
                switch try session.receive(packet, descriptor) {
                case .wait: break
                case .welcomed: welcomed()
                case .load(let id, let module): try send(load(module, id), socket)
                case .unload(let id): try send(unload(id), socket)
                case .probe(let id):
                    let complaint = work.complaint()
                    let health = HostMessage.Health(running: loaded, isHealthy: complaint == nil, message: complaint ?? "")
                    try send(.health(id: id, health), socket)
                case .refuse(let id, let message): try send(.refused(id: id, message: message), socket)
                case .end(let message): return message
                }
            }
        }
    }

    private func send(_ message: HostMessage, _ socket: PacketSocket) throws {
        // An agent that reads nothing of what it asked for is none.
        guard socket.send(message.packet) == .sent else { throw HostRefusal("the agent takes no answers") }
    }

    private func load(_ module: HostModule, _ id: Int) -> HostMessage {
        do {
            try work.load(module)
        } catch {
            let message = "\(error)".asMessage
            tell(.refused(version: module.version, message))
            return .refused(id: id, message: message)
        }
        runs(module.identity)
        tell(.loaded(version: module.version))
        return .loaded(id: id)
    }

    private func unload(_ id: Int) -> HostMessage {
        do { try work.unload() } catch { return .refused(id: id, message: "\(error)".asMessage) }
        runs(nil)
        tell(.unloaded)
        return .unloaded(id: id)
    }
}
