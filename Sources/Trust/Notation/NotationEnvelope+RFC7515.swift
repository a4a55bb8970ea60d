import JSON

extension NotationEnvelope {
    /// Reads a JSON Web Signature in flattened JSON (RFC 7515 §7.2.2, signature-envelope-jws.md). Strict: no member twice, none more than the
    /// specification has, base64 in its one spelling.
    init(jws bytes: [UInt8]) throws(NotationFailure) {
        let envelope = try Self.object(bytes, "the envelope")
        let members = ["payload", "protected", "header", "signature"]
        for key in envelope.keys where !members.contains(where: { $0.isIdentical(to: key) }) {
            throw .envelopeMalformed("unknown member \"\(key)\"")
        }
        let payload = try Self.text(envelope["payload"], "payload")
        let protected = try Self.text(envelope["protected"], "protected")
        let signature = try Self.text(envelope["signature"], "signature")
        guard let unsigned = envelope["header"]?.object else {
            throw .envelopeMalformed("header: wanted an object, found \(envelope["header"]?.kind ?? "nothing")")
        }
        let signed = try Self.object(try Self.decoded(protected, "protected"), "the protected header")
        for name in unsigned.keys {
            // RFC 7515 §7.2.1: the names are disjoint.
            if signed.contains(name) { throw .headerUnexpected(name, "it is signed and unsigned at once") }
            if (NotationHeader.signed + ["alg", "cty", "crit"]).contains(where: { $0.isIdentical(to: name) }) {
                throw .headerUnexpected(name, "it isn't signed there")
            }
        }
        try self.init(
            payload: try Self.decoded(payload, "payload"), signedBytes: Array("\(protected).\(payload)".utf8),
            signature: try Self.decoded(signature, "signature"), headers: try Self.headers(signed),
            certificates: try Self.certificates(unsigned["x5c"]), timestamp: try Self.timestamp(unsigned[NotationHeader.timestamp]))
    }

    private static func headers(_ signed: JSONObject) throws(NotationFailure) -> NotationHeaders {
        var headers = NotationHeaders()
        headers.contentType = try string(signed, "cty")
        headers.algorithm = try string(signed, "alg")
        headers.scheme = try string(signed, NotationHeader.scheme)
        for name in NotationHeader.times {
            guard let text = try string(signed, name) else { continue }
            guard let time = Moment(rfc3339: text) else { throw .headerMalformed(name, "\"\(text)\" is no time (RFC 3339)") }
            headers.times[name] = time
        }
        headers.plugin = try string(signed, NotationHeader.plugin)
        if headers.plugin == nil, signed.contains(NotationHeader.pluginVersion) { headers.plugin = "" }
        guard let critical = signed["crit"] else { return headers }
        guard let names = critical.array else { throw .headerMalformed("crit", "wanted an array, found \(critical.kind)") }
        headers.critical = []
        for name in names {
            guard let name = name.string else { throw .headerMalformed("crit", "wanted names, found \(name.kind)") }
            headers.critical?.append(name)
        }
        return headers
    }

    private static func certificates(_ json: JSON?) throws(NotationFailure) -> [[UInt8]] {
        guard let json else { return [] }
        guard let array = json.array else { throw .envelopeMalformed("x5c: wanted an array, found \(json.kind)") }
        var certificates: [[UInt8]] = []
        for one in array {
            guard let der = one.string.flatMap({ Base64.decode($0) }) else { throw .envelopeMalformed("x5c: wanted strings in base64") }
            certificates.append(der)
        }
        return certificates
    }

    private static func timestamp(_ json: JSON?) throws(NotationFailure) -> [UInt8]? {
        guard let json else { return nil }
        guard let token = json.string.flatMap({ Base64.decode($0) }), !token.isEmpty else {
            throw .envelopeMalformed("\(NotationHeader.timestamp): wanted a string in base64")
        }
        return token
    }

    private static func object(_ bytes: [UInt8], _ what: String) throws(NotationFailure) -> JSONObject {
        let json: JSON
        do {
            json = try JSON.parse(bytes, limits: JSONLimits(size: Limits.bytes, depth: Limits.depth))
        } catch {
            throw .envelopeMalformed("\(what): \(error)")
        }
        guard let object = json.object else { throw .envelopeMalformed("\(what): wanted an object, found \(json.kind)") }
        return object
    }

    private static func string(_ object: JSONObject, _ name: String) throws(NotationFailure) -> String? {
        guard let json = object[name] else { return nil }
        guard let text = json.string else { throw .headerMalformed(name, "wanted a string, found \(json.kind)") }
        return text
    }

    private static func text(_ json: JSON?, _ name: String) throws(NotationFailure) -> String {
        guard let text = json?.string else { throw .envelopeMalformed("\(name): wanted a string, found \(json?.kind ?? "nothing")") }
        return text
    }

    private static func decoded(_ text: String, _ name: String) throws(NotationFailure) -> [UInt8] {
        guard let bytes = decodeBase64URL(text) else { throw .envelopeMalformed("\(name): not base64url without padding (RFC 7515 §2)") }
        return bytes
    }

    /// The bytes of base64url without padding, in its one spelling; nil for anything else.
    static func decodeBase64URL(_ text: String) -> [UInt8]? {
        var standard: [UInt8] = []
        standard.reserveCapacity(text.utf8.count + 3)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "-"): standard.append(UInt8(ascii: "+"))
            case UInt8(ascii: "_"): standard.append(UInt8(ascii: "/"))
            case UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="): return nil
            default: standard.append(byte)
            }
        }
        while standard.count % 4 != 0 { standard.append(UInt8(ascii: "=")) }
        return String(validating: standard, as: UTF8.self).flatMap { Base64.decode($0) }
    }
}
