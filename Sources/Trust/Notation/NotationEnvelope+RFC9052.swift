extension NotationEnvelope {
    /// Reads a tagged COSE_Sign1 (RFC 9052 §4.2, signature-envelope-cose.md), its payload inside.
    init(cose bytes: [UInt8]) throws(NotationFailure) {
        guard case .tagged(18, let message) = try Self.item(bytes, "the envelope"), let parts = message.array, parts.count == 4 else {
            throw .envelopeMalformed("wanted COSE_Sign1, tag 18 around an array of four")
        }
        guard let protected = parts[0].bytes else {
            throw .envelopeMalformed("protected header: wanted a byte string, found \(parts[0].kind)")
        }
        guard let unsigned = parts[1].map else { throw .envelopeMalformed("unprotected header: wanted a map, found \(parts[1].kind)") }
        guard let payload = parts[2].bytes else { throw .envelopeMalformed("payload: wanted a byte string, found \(parts[2].kind)") }
        guard let signature = parts[3].bytes else { throw .envelopeMalformed("signature: wanted a byte string, found \(parts[3].kind)") }
        guard let signed = try Self.item(protected, "the protected header").map else {
            throw .envelopeMalformed("the protected header is no map")
        }
        for entry in unsigned {
            let name = try Self.name(entry.key)
            // RFC 9052 §3: no label in both.
            if signed.contains(where: { $0.key == entry.key }) { throw .headerUnexpected(name, "it is signed and unsigned at once") }
            if (NotationHeader.signed + [Label.algorithm, Label.critical, Label.contentType].map { "label \($0)" }).contains(name) {
                throw .headerUnexpected(name, "it isn't signed there")
            }
        }
        let chain = Self.value(signed, .unsigned(Label.chain)) ?? Self.value(unsigned, .unsigned(Label.chain))
        try self.init(
            payload: payload, signedBytes: Self.signedBytes(protected: protected, payload: payload), signature: signature,
            headers: try Self.headers(signed), certificates: try Self.certificates(chain),
            timestamp: try Self.timestamp(Self.value(unsigned, .text(NotationHeader.timestamp))))
    }

    /// Sig_structure (RFC 9052 §4.4), of the very bytes of the protected header that came.
    static func signedBytes(protected: [UInt8], payload: [UInt8]) -> [UInt8] {
        CBORWriter.array(4) + CBORWriter.text("Signature1") + CBORWriter.bytes(protected) + CBORWriter.bytes([]) + CBORWriter.bytes(payload)
    }

    /// Labels of common headers (RFC 9052 §3.1, RFC 9360 §2).
    enum Label {
        static let algorithm: UInt64 = 1
        static let critical: UInt64 = 2
        static let contentType: UInt64 = 3
        static let chain: UInt64 = 33
    }

    private static func headers(_ signed: [CBORValue.Entry]) throws(NotationFailure) -> NotationHeaders {
        for entry in signed { _ = try name(entry.key) }
        var headers = NotationHeaders()
        headers.contentType = try text(signed, .unsigned(Label.contentType), "content type")
        if let value = value(signed, .unsigned(Label.algorithm)) {
            guard let label = value.integer else { throw .headerMalformed("alg", "wanted an integer, found \(value.kind)") }
            headers.algorithm = NotationAlgorithm(label: label)?.rawValue ?? "\(label)"
        }
        headers.scheme = try text(signed, .text(NotationHeader.scheme), NotationHeader.scheme)
        for name in NotationHeader.times {
            guard let value = value(signed, .text(name)) else { continue }
            // Whole seconds since 1970 (RFC 8949 §3.4.2).
            guard case .tagged(1, .unsigned(let seconds)) = value, seconds < 253_402_300_800 else {
                throw .headerMalformed(name, "wanted tag 1 and seconds before the year 10000, found \(value.kind)")
            }
            headers.times[name] = Moment(seconds: Int64(seconds))
        }
        headers.plugin = try text(signed, .text(NotationHeader.plugin), NotationHeader.plugin)
        if headers.plugin == nil, value(signed, .text(NotationHeader.pluginVersion)) != nil { headers.plugin = "" }
        guard let critical = value(signed, .unsigned(Label.critical)) else { return headers }
        guard let labels = critical.array else { throw .headerMalformed("crit", "wanted an array, found \(critical.kind)") }
        headers.critical = []
        for label in labels { headers.critical?.append(try name(label)) }
        return headers
    }

    private static func certificates(_ value: CBORValue?) throws(NotationFailure) -> [[UInt8]] {
        guard let value else { return [] }
        guard let array = value.array else { throw .envelopeMalformed("x5chain: wanted an array, found \(value.kind)") }
        var certificates: [[UInt8]] = []
        for one in array {
            guard let der = one.bytes else { throw .envelopeMalformed("x5chain: wanted byte strings, found \(one.kind)") }
            certificates.append(der)
        }
        return certificates
    }

    private static func timestamp(_ value: CBORValue?) throws(NotationFailure) -> [UInt8]? {
        guard let value else { return nil }
        guard let token = value.bytes, !token.isEmpty else {
            throw .envelopeMalformed("\(NotationHeader.timestamp): wanted a byte string, found \(value.kind)")
        }
        return token
    }

    private static func item(_ bytes: [UInt8], _ what: String) throws(NotationFailure) -> CBORValue {
        do {
            return try CBORReader.read(bytes, limits: .init(size: Limits.bytes, depth: Limits.depth))
        } catch {
            throw .envelopeMalformed("\(what): \(error)")
        }
    }

    private static func value(_ entries: [CBORValue.Entry], _ key: CBORValue) -> CBORValue? { entries.first { $0.key == key }?.value }

    private static func text(_ entries: [CBORValue.Entry], _ key: CBORValue, _ name: String) throws(NotationFailure) -> String? {
        guard let value = value(entries, key) else { return nil }
        guard let text = value.text else { throw .headerMalformed(name, "wanted a text string, found \(value.kind)") }
        return text
    }

    /// A header's name: its text, or `label` and its number.
    private static func name(_ key: CBORValue) throws(NotationFailure) -> String {
        if let text = key.text { return text }
        guard let label = key.integer else { throw .envelopeMalformed("a header under \(key.kind); wanted an integer or a text string") }
        return "label \(label)"
    }
}
