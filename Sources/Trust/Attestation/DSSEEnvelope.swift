import JSON

/// A signed payload with its type (DSSE v1.0.2). Exactly one signature.
package struct DSSEEnvelope: Sendable, Hashable {
    package var payload: [UInt8]
    package var payloadType: String
    package var signature: [UInt8]

    package init(payload: [UInt8], payloadType: String, signature: [UInt8]) {
        self.payload = payload
        self.payloadType = payloadType
        self.signature = signature
    }

    /// What the signature is made over: version, then type and payload, each after its length in bytes.
    package var preAuthenticationEncoding: [UInt8] {
        Self.preAuthenticationEncoding(payloadType: Array(payloadType.utf8), payload: payload)
    }

    static func preAuthenticationEncoding(payloadType: [UInt8], payload: [UInt8]) -> [UInt8] {
        var bytes = Array("DSSEv1 \(payloadType.count) ".utf8)
        bytes.reserveCapacity(bytes.count + payloadType.count + payload.count + 24)
        bytes += payloadType
        bytes += Array(" \(payload.count) ".utf8)
        bytes += payload
        return bytes
    }
}

extension DSSEEnvelope {
    static let members = ["payload", "payloadType", "signatures"]
    static let signatureLimit = 4096

    init(_ message: ProtoMessage) throws {
        guard let type = try message.string("payloadType"), !type.isEmpty else {
            throw ProtoMessageError("\(message.field("payloadType")): nothing")
        }
        guard let payload = try message.bytes("payload") else { throw ProtoMessageError("\(message.field("payload")): nothing") }
        let signatures = try message.values("signatures")
        guard signatures.count == 1 else { throw BundleFailure.dsseSignatureCount(signatures.count) }
        // A key id is an unauthenticated hint: it is read and decides nothing.
        let signature = try ProtoMessage(signatures[0], at: "\(message.field("signatures"))[0]", members: ["sig", "keyid"])
        _ = try signature.string("keyid")
        guard let bytes = try signature.bytes("sig"), !bytes.isEmpty else { throw ProtoMessageError("\(signature.field("sig")): nothing") }
        guard bytes.count <= Self.signatureLimit else { throw ProtoMessageError("\(signature.field("sig")): \(bytes.count) bytes") }
        self.init(payload: payload, payloadType: type, signature: bytes)
    }

    /// Reads an envelope that stands alone, as a layer of a classic attestation does.
    package init(json bytes: [UInt8]) throws(VerificationFailure) {
        do {
            guard bytes.count <= BundleLimits.bytes else { throw BundleFailure.tooLarge(bytes: bytes.count, limit: BundleLimits.bytes) }
            guard BundleLimits.allowValues(of: bytes) else {
                throw BundleFailure.bundleMalformed("more than \(BundleLimits.values) values")
            }
            let json = try JSON.parse(bytes, limits: JSONLimits(size: BundleLimits.bytes, depth: BundleLimits.depth))
            try self.init(ProtoMessage(json, at: "", members: Self.members))
        } catch let failure as BundleFailure {
            throw .bundle(failure)
        } catch {
            throw .bundle(.bundleMalformed("\(error)"))
        }
    }
}
