import JSON

/// A bundle that was signed with a managed key (sigstore_bundle.proto 0.3), as it is written: no certificate, no log entry, no time stamp.
package struct BundleDocument: Sendable, Hashable {
    package static let mediaType = "application/vnd.dev.sigstore.bundle.v0.3+json"

    package let bytes: [UInt8]

    /// - Parameter key: whose signature it is. The hint that tells a policy's keys apart is made from it as cosign does.
    package init(_ envelope: DSSEEnvelope, by key: PublicKey) {
        bytes = Self.document(by: key, "dsseEnvelope", envelope.bundleJSON)
    }

    /// A signature over the artifact's own bytes.
    package init(signature: [UInt8], digest: MessageDigest, by key: PublicKey) {
        let digest: JSON = ["algorithm": .string(digest.algorithm.protoName), "digest": .string(Base64.encode(digest.bytes))]
        bytes = Self.document(by: key, "messageSignature", ["messageDigest": digest, "signature": .string(Base64.encode(signature))])
    }

    private static func document(by key: PublicKey, _ name: String, _ content: JSON) -> [UInt8] {
        let material: JSON = ["publicKey": ["hint": .string(hint(for: key))]]
        return (["mediaType": .string(mediaType), "verificationMaterial": material, name: content] as JSON).bytes()
    }

    /// Base64 of the SHA-256 of the key's DER.
    package static func hint(for key: PublicKey) -> String { Base64.encode(DigestAlgorithm.sha256.hash(key.der)) }
}
