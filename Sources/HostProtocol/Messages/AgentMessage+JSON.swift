package import JSON

extension AgentMessage {
    /// Reads a packet.
    /// - Throws: `ProtocolViolation` that says which member is wrong.
    package init(packet: [UInt8]) throws(ProtocolViolation) {
        let (type, json) = try JSON.packet(packet)
        var reader = try MemberReader(json, "the agent's message")
        _ = reader.value("type")
        switch type {
        case "Welcome": self = .welcome(version: try reader.integer("version", 1...Int(Int32.max)))
        case "Load":
            self = .load(
                id: try reader.identifier(),
                Load(
                    module: try reader.identity("module"), files: try reader.integer("files", 1...HostProtocol.largestFileCount),
                    isBack: try reader.flag("isBack")))
        case "File": self = .file(id: try reader.identifier(), try Self.file(&reader))
        case "Unload": self = .unload(id: try reader.identifier())
        case "Probe": self = .probe(id: try reader.identifier())
        case "Goodbye":
            guard let reason = reader.value("reason")?.string.flatMap(Farewell.init(rawValue:)) else {
                throw reader.violation("reason", "one of \(Farewell.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            self = .goodbye(reason, message: try reader.message())
        default:
            // Its other members are a later version's.
            self = .unknown(id: try reader.identifier())
            return
        }
        try reader.end()
    }

    private static func file(_ reader: inout MemberReader) throws(ProtocolViolation) -> ModuleFile {
        guard let kind = reader.value("kind")?.string.flatMap(ModuleFile.Kind.init(rawValue:)) else {
            throw reader.violation("kind", "Payload or Configuration")
        }
        let file = ModuleFile(
            kind: kind, name: try reader.text("name", upTo: 1024), size: try reader.integer("size", 0...(1 << 40)),
            digest: try reader.text("digest", upTo: 256), isExecutable: try reader.flag("isExecutable"))
        let parts = file.name.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." }) else {
            throw reader.violation("name", "a relative path without . and ..")
        }
        return file
    }

    package var json: JSON {
        switch self {
        case .welcome(let version): ["type": "Welcome", "version": .integer(Int64(version))]
        case .load(let id, let load):
            [
                "type": "Load", "id": .integer(Int64(id)), "module": load.module.json, "files": .integer(Int64(load.files)),
                "isBack": .bool(load.isBack),
            ]
        case .file(let id, let file):
            [
                "type": "File", "id": .integer(Int64(id)), "kind": .string(file.kind.rawValue), "name": .string(file.name),
                "size": .integer(Int64(file.size)), "digest": .string(file.digest), "isExecutable": .bool(file.isExecutable),
            ]
        case .unload(let id): ["type": "Unload", "id": .integer(Int64(id))]
        case .probe(let id): ["type": "Probe", "id": .integer(Int64(id))]
        case .goodbye(let reason, let message):
            ["type": "Goodbye", "reason": .string(reason.rawValue), "message": .string(message.asMessage)]
        case .unknown(let id): ["type": "Unknown", "id": .integer(Int64(id))]
        }
    }

    package var packet: [UInt8] { json.bytes() }
}
