import JSON

/// Takes the members of an object apart: each is wanted or allowed, of its type and within its size, and there are no others.
struct MemberReader {
    private let object: JSONObject
    private let what: String
    private var known: Set<String> = []

    init(_ json: JSON, _ what: String) throws(ProtocolViolation) {
        guard case .object(let object) = json else { throw ProtocolViolation("\(what): wanted an object") }
        self.object = object
        self.what = what
    }

    func violation(_ member: String, _ wanted: String) -> ProtocolViolation { ProtocolViolation("\(what): \(member): wanted \(wanted)") }

    mutating func value(_ member: String) -> JSON? {
        known.insert(member)
        return object[member]
    }

    /// - Parameter limit: bytes.
    mutating func text(_ member: String, upTo limit: Int) throws(ProtocolViolation) -> String {
        guard let text = value(member)?.string, !text.isEmpty, text.utf8.count <= limit,
            text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) })
        else { throw violation(member, "a text of 1 to \(limit) bytes without control characters") }
        return text
    }

    /// For people: may be anything, and is shown with care.
    mutating func message() throws(ProtocolViolation) -> String {
        guard let text = value("message")?.string, text.unicodeScalars.count <= HostProtocol.longestMessage else {
            throw violation("message", "a text of at most \(HostProtocol.longestMessage) characters")
        }
        return text
    }

    mutating func integer(_ member: String, _ range: ClosedRange<Int>) throws(ProtocolViolation) -> Int {
        guard case .integer(let number)? = value(member), range.contains(Int(number)) else {
            throw violation(member, "an integer from \(range.lowerBound) to \(range.upperBound)")
        }
        return Int(number)
    }

    mutating func flag(_ member: String) throws(ProtocolViolation) -> Bool {
        guard case .bool(let flag)? = value(member) else { throw violation(member, "true or false") }
        return flag
    }

    mutating func identity(_ member: String) throws(ProtocolViolation) -> ModuleIdentity {
        guard let json = value(member) else { throw violation(member, "a module") }
        return try ModuleIdentity(json, in: "\(what): \(member)")
    }

    mutating func optionalIdentity(_ member: String) throws(ProtocolViolation) -> ModuleIdentity? {
        guard let json = value(member) else { return nil }
        return try ModuleIdentity(json, in: "\(what): \(member)")
    }

    /// What this version of the protocol does not know may be a condition: it is never passed over.
    func end() throws(ProtocolViolation) {
        guard object.keys.allSatisfy(known.contains) else {
            throw ProtocolViolation(
                "\(what): it has members that version 1 does not know; wanted \(known.sorted().joined(separator: ", "))")
        }
    }
}

extension JSON {
    /// One packet's document.
    static func packet(_ bytes: [UInt8]) throws(ProtocolViolation) -> (type: String, json: JSON) {
        guard let json = try? JSON.parse(bytes, limits: JSONLimits(size: HostProtocol.largestPacket, depth: 8)) else {
            throw ProtocolViolation("wanted a JSON object of at most \(HostProtocol.largestPacket) bytes")
        }
        guard let type = json["type"]?.string else { throw ProtocolViolation("wanted an object with a type") }
        return (type, json)
    }
}

extension String {
    /// What fits into a message for people.
    package var asMessage: String { String(String.UnicodeScalarView(unicodeScalars.prefix(HostProtocol.longestMessage))) }
}
