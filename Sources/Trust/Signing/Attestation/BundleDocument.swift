import JSON

/// A bundle that was signed with a managed key (sigstore_bundle.proto 0.3), as it is written: no certificate, no log entry, no time stamp.
package struct BundleDocument: Sendable, Hashable {
    package static let mediaType = "application/vnd.dev.sigstore.bundle.v0.3+json"

    package let bytes: [UInt8]

    /// - Parameter key: whose signature it is. The hint that tells a policy's keys apart is made from it as cosign does.
    package init(_ envelope: DSSEEnvelope, by key: PublicKey) {
        let material: JSON = ["publicKey": ["hint": .string(Self.hint(for: key))]]
        let bundle: JSON = [
            "mediaType": .string(Self.mediaType), "verificationMaterial": material, "dsseEnvelope": envelope.bundleJSON,
        ]
        bytes = bundle.bytes()
    }

    /// Base64 of the SHA-256 of the key's DER.
    package static func hint(for key: PublicKey) -> String { Base64.encode(DigestAlgorithm.sha256.hash(key.der)) }
}
