import HostProtocol

/// One connection as the host sees it: takes packets, says what is to be done. No sockets and no clock in here.
struct HostSession {
    struct Limits: Sendable {
        /// Of all files of a module together.
        var bytes = 1 << 30
    }

    enum Step {
        /// Nothing yet.
        case wait
        case welcomed
        case load(id: Int, HostModule)
        case unload(id: Int)
        case probe(id: Int)
        /// A later version's request.
        case refuse(id: Int, message: String)
        case end(message: String)
    }

    private enum State {
        case greeting
        case idle
        case receiving(Receiving)
    }

    private struct Receiving {
        var id: Int
        var load: AgentMessage.Load
        var files: [HostFile] = []
        var configuration: HostFile?
        var bytes = 0
        var count = 0
    }

    private let limits: Limits
    private var state = State.greeting

    init(limits: Limits = Limits()) { self.limits = limits }

    /// Something is outstanding that must come within a time.
    var isExpecting: Bool {
        if case .idle = state { false } else { true }
    }

    mutating func receive(_ packet: [UInt8], _ descriptor: Descriptor?) throws(ProtocolViolation) -> Step {
        let message = try AgentMessage(packet: packet)
        if case .goodbye(let reason, let message) = message { return .end(message: "\(reason.rawValue): \(message)") }
        switch state {
        case .greeting:
            guard case .welcome(let version) = message else { throw ProtocolViolation("wanted Welcome or Goodbye after Hello") }
            guard HostProtocol.versions.contains(version) else {
                throw ProtocolViolation("the agent chose version \(version), which was not offered")
            }
            try refuse(descriptor)
            state = .idle
            return .welcomed
        case .receiving(let receiving): return try receive(message, descriptor, receiving)
        case .idle:
            try refuse(descriptor)
            switch message {
            case .load(let id, let load):
                state = .receiving(Receiving(id: id, load: load))
                return .wait
            case .unload(let id): return .unload(id: id)
            case .probe(let id): return .probe(id: id)
            case .unknown(let id): return .refuse(id: id, message: "this host does not know that request")
            case .file: throw ProtocolViolation("a file came without a module")
            case .welcome, .goodbye: throw ProtocolViolation("wanted a request")
            }
        }
    }

    private mutating func receive(
        _ message: AgentMessage, _ descriptor: Descriptor?, _ before: Receiving
    ) throws(ProtocolViolation) -> Step {
        guard case .file(let id, let file) = message, id == before.id else {
            throw ProtocolViolation("wanted the files of request \(before.id)")
        }
        guard let descriptor else { throw ProtocolViolation("\(file.name.quoted) came without a descriptor") }
        var receiving = before
        receiving.count += 1
        receiving.bytes += file.size
        guard file.size <= limits.bytes, receiving.bytes <= limits.bytes else {
            throw ProtocolViolation("the module has more than \(limits.bytes) bytes")
        }
        let opened = HostFile(file, try SealedMemory(checking: descriptor, size: file.size))
        switch file.kind {
        case .payload:
            guard !receiving.files.contains(where: { $0.name == file.name }) else {
                throw ProtocolViolation("\(file.name.quoted) came twice")
            }
            receiving.files.append(opened)
        case .configuration:
            guard receiving.configuration == nil else { throw ProtocolViolation("there are two configurations") }
            receiving.configuration = opened
        }
        guard receiving.count == receiving.load.files else {
            state = .receiving(receiving)
            return .wait
        }
        state = .idle
        return .load(id: id, HostModule(receiving.load, files: receiving.files, configuration: receiving.configuration))
    }

    private func refuse(_ descriptor: Descriptor?) throws(ProtocolViolation) {
        guard descriptor == nil else { throw ProtocolViolation("a descriptor came with a message that has none") }
    }
}

extension String {
    fileprivate var quoted: String { "\"\(self)\"" }
}
