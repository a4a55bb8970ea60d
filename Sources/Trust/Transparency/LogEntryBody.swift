import JSON

/// What an entry of a log says: the canonical body, read after the log's signature over it was verified.
///
/// The first generation's canonical form is made by the server, so its fields are read and compared; the second generation's is computed
/// from the bundle instead (`CanonicalEntry`).
enum LogEntryBody: Sendable, Hashable {
    /// `hashedrekord` 0.0.1: a signature over an artifact's digest.
    case hashedRekord(digest: MessageDigest, signature: [UInt8], verifier: [UInt8])
    /// `dsse` 0.0.1: an envelope, its own hash not computable from a bundle.
    case dsse(payloadHash: [UInt8], signature: [UInt8], verifier: [UInt8])
    /// `intoto` 0.0.2: an envelope, with its signature as text: the log keeps base64 of what it was sent, which is base64 already.
    case intoto(payloadHash: [UInt8], payloadType: String, signatureText: [UInt8], verifier: [UInt8])
    /// `intoto` 0.0.1: no signature; the envelope's hash as it was sent.
    case intotoUnsigned(envelopeHash: [UInt8], payloadHash: [UInt8]?, verifier: [UInt8])

    static let sizeLimit = 1 << 20
    static let depthLimit = 16

    /// Reads the body of an entry; its own kind and version must be those that the bundle says.
    init(_ bytes: [UInt8], kind: String, version: String) throws(LogFailure) {
        do {
            self = try Self.read(bytes, kind, version)
        } catch let failure as LogFailure {
            throw failure
        } catch {
            throw .entryMalformed("\(error)")
        }
    }

    private static func read(_ bytes: [UInt8], _ kind: String, _ version: String) throws -> LogEntryBody {
        let json = try JSON.parse(bytes, limits: JSONLimits(size: sizeLimit, depth: depthLimit))
        let entry = try ProtoMessage(json, at: "", members: ["apiVersion", "kind", "spec"])
        guard try entry.required("kind").isIdentical(to: kind), try entry.required("apiVersion").isIdentical(to: version) else {
            throw LogFailure.entryMismatch(.kind)
        }
        switch (kind, version) {
        case ("hashedrekord", "0.0.1"): return try hashedRekord(entry.message("spec", members: ["data", "signature"]))
        case ("dsse", "0.0.1"):
            return try dsse(entry.message("spec", members: ["envelopeHash", "payloadHash", "signatures"]))
        case ("intoto", "0.0.1"): return try intotoUnsigned(entry.message("spec", members: ["content", "publicKey"]))
        case ("intoto", "0.0.2"): return try intoto(entry.message("spec", members: ["content"]))
        default: throw LogFailure.entryUnsupported(kind: String(kind.prefix(64)), version: String(version.prefix(64)))
        }
    }

    private static func hashedRekord(_ spec: ProtoMessage?) throws -> LogEntryBody {
        let hash = try spec?.message("data", members: ["hash"])?.message("hash", members: ["algorithm", "value"])
        let signature = try spec?.message("signature", members: ["content", "format", "publicKey"])
        let verifier = try signature?.message("publicKey", members: ["content"])?.bytes("content")
        guard let hash, let content = try signature?.bytes("content"), let verifier else {
            throw ProtoMessageError("spec: without data.hash, signature.content or signature.publicKey")
        }
        return .hashedRekord(digest: try digest(hash), signature: content, verifier: verifier)
    }

    private static func dsse(_ spec: ProtoMessage?) throws -> LogEntryBody {
        guard let payload = try spec?.message("payloadHash", members: ["algorithm", "value"]),
            let envelope = try spec?.message("envelopeHash", members: ["algorithm", "value"])
        else { throw ProtoMessageError("spec: without payloadHash or envelopeHash") }
        _ = try sha256(envelope)
        let signatures = try spec?.values("signatures") ?? []
        guard signatures.count == 1 else { throw ProtoMessageError("spec.signatures: \(signatures.count), wanted exactly one") }
        let signature = try ProtoMessage(signatures[0], at: "spec.signatures[0]", members: ["signature", "verifier"])
        guard let content = try signature.bytes("signature"), let verifier = try signature.bytes("verifier") else {
            throw ProtoMessageError("spec.signatures[0]: without signature or verifier")
        }
        return .dsse(payloadHash: try sha256(payload), signature: content, verifier: verifier)
    }

    private static func intoto(_ spec: ProtoMessage?) throws -> LogEntryBody {
        let content = try spec?.message("content", members: ["envelope", "hash", "payloadHash"])
        guard let envelope = try content?.message("envelope", members: ["payload", "payloadType", "signatures"]),
            let payloadHash = try content?.message("payloadHash", members: ["algorithm", "value"]),
            let envelopeHash = try content?.message("hash", members: ["algorithm", "value"])
        else { throw ProtoMessageError("spec.content: without envelope, hash or payloadHash") }
        _ = try sha256(envelopeHash)
        let signatures = try envelope.values("signatures")
        guard signatures.count == 1 else {
            throw ProtoMessageError("\(envelope.field("signatures")): \(signatures.count), wanted exactly one")
        }
        let signature = try ProtoMessage(signatures[0], at: "\(envelope.field("signatures"))[0]", members: ["keyid", "publicKey", "sig"])
        guard let text = try signature.bytes("sig"), let verifier = try signature.bytes("publicKey") else {
            throw ProtoMessageError("\(signature.path): without sig or publicKey")
        }
        return .intoto(
            payloadHash: try sha256(payloadHash), payloadType: try envelope.required("payloadType"), signatureText: text, verifier: verifier
        )
    }

    private static func intotoUnsigned(_ spec: ProtoMessage?) throws -> LogEntryBody {
        let content = try spec?.message("content", members: ["hash", "payloadHash"])
        guard let hash = try content?.message("hash", members: ["algorithm", "value"]), let verifier = try spec?.bytes("publicKey") else {
            throw ProtoMessageError("spec: without content.hash or publicKey")
        }
        let payloadHash = try content?.message("payloadHash", members: ["algorithm", "value"])
        return .intotoUnsigned(envelopeHash: try sha256(hash), payloadHash: try payloadHash.map { try sha256($0) }, verifier: verifier)
    }

    private static func sha256(_ hash: ProtoMessage) throws -> [UInt8] {
        let digest = try digest(hash)
        guard digest.algorithm == .sha256 else { throw ProtoMessageError("\(hash.field("algorithm")): wanted sha256") }
        return digest.bytes
    }

    private static func digest(_ hash: ProtoMessage) throws -> MessageDigest {
        guard let algorithm = DigestAlgorithm(lowercaseName: try hash.required("algorithm")),
            let bytes = Hexadecimal.decode(try hash.required("value")), let digest = MessageDigest(bytes, algorithm: algorithm)
        else { throw ProtoMessageError("\(hash.path): wanted sha256, sha384 or sha512 and as many hexadecimal digits") }
        return digest
    }
}

extension ProtoMessage {
    func required(_ key: String) throws(ProtoMessageError) -> String {
        guard let text = try string(key) else { throw ProtoMessageError("\(field(key)): nothing") }
        return text
    }
}
