package import JSON

/// What a host says to its agent.
package enum HostMessage: Sendable, Hashable {
    /// The first of a connection.
    case hello(Hello)
    /// The module runs.
    case loaded(id: Int)
    /// Nothing runs.
    case unloaded(id: Int)
    /// It can't be done, and what ran before goes on running.
    case refused(id: Int, message: String)
    /// What runs, and how it is.
    case health(id: Int, Health)

    package struct Hello: Sendable, Hashable {
        package var versions: Set<Int>
        package var slot: String
        /// Changes when the process does.
        package var process: String
        package var running: ModuleIdentity?

        package init(versions: Set<Int> = HostProtocol.versions, slot: String, process: String, running: ModuleIdentity? = nil) {
            self.versions = versions
            self.slot = slot
            self.process = process
            self.running = running
        }
    }

    package struct Health: Sendable, Hashable {
        package var running: ModuleIdentity?
        package var isHealthy: Bool
        package var message: String

        package init(running: ModuleIdentity?, isHealthy: Bool = true, message: String = "") {
            self.running = running
            self.isHealthy = isHealthy
            self.message = message
        }
    }
}

extension HostMessage {
    /// Reads a packet.
    /// - Throws: `ProtocolViolation` that says which member is wrong.
    package init(packet: [UInt8]) throws(ProtocolViolation) {
        let (type, json) = try JSON.packet(packet)
        var reader = try MemberReader(json, type == "Hello" ? "Hello" : "the host's answer")
        _ = reader.value("type")
        switch type {
        case "Hello": self = .hello(try Self.hello(&reader))
        case "Loaded": self = .loaded(id: try reader.identifier())
        case "Unloaded": self = .unloaded(id: try reader.identifier())
        case "Refused": self = .refused(id: try reader.identifier(), message: try reader.message())
        case "Health":
            self = .health(
                id: try reader.identifier(),
                Health(
                    running: try reader.optionalIdentity("running"), isHealthy: try reader.flag("isHealthy"),
                    message: try reader.message()))
        default: throw ProtocolViolation("wanted Hello, Loaded, Unloaded, Refused or Health")
        }
        // A host of a later version says hello to an agent of an earlier one.
        if type != "Hello" { try reader.end() }
    }

    private static func hello(_ reader: inout MemberReader) throws(ProtocolViolation) -> Hello {
        guard case .array(let values)? = reader.value("versions"), (1...16).contains(values.count) else {
            throw reader.violation("versions", "1 to 16 integers")
        }
        var versions: Set<Int> = []
        for value in values {
            guard case .integer(let version) = value else { throw reader.violation("versions", "1 to 16 integers") }
            versions.insert(Int(version))
        }
        return Hello(
            versions: versions, slot: try reader.text("slot", upTo: 253), process: try reader.text("process", upTo: 128),
            running: try reader.optionalIdentity("running"))
    }

    package var json: JSON {
        switch self {
        case .hello(let hello):
            var object: JSONObject = [
                "type": "Hello", "versions": .array(hello.versions.sorted().map { .integer(Int64($0)) }), "slot": .string(hello.slot),
                "process": .string(hello.process),
            ]
            if let running = hello.running { object["running"] = running.json }
            return .object(object)
        case .loaded(let id): return ["type": "Loaded", "id": .integer(Int64(id))]
        case .unloaded(let id): return ["type": "Unloaded", "id": .integer(Int64(id))]
        case .refused(let id, let message):
            return ["type": "Refused", "id": .integer(Int64(id)), "message": .string(message.asMessage)]
        case .health(let id, let health):
            var object: JSONObject = ["type": "Health", "id": .integer(Int64(id))]
            if let running = health.running { object["running"] = running.json }
            object["isHealthy"] = .bool(health.isHealthy)
            object["message"] = .string(health.message.asMessage)
            return .object(object)
        }
    }

    package var packet: [UInt8] { json.bytes() }
}

extension MemberReader {
    /// Which request it is, or which it answers.
    mutating func identifier() throws(ProtocolViolation) -> Int { try integer("id", 1...Int(Int32.max)) }
}
