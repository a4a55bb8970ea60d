package import JSON

/// The payload that is signed ("simple signing", as containers/image describes it and cosign writes it).
///
/// What the signature covers is the payload's exact bytes; they are interpreted only after the signature over them held.
package struct SimpleSigning: Sendable, Hashable {
    /// The repository the artifact was signed in; some signers append a tag.
    package var dockerReference: String
    /// The artifact's digest.
    package var manifestDigest: String
    /// What the signer adds; it decides nothing.
    package var optional: JSONObject?

    package static let type = "cosign container image signature"

    package init(dockerReference: String, manifestDigest: String, optional: JSONObject? = nil) {
        self.dockerReference = dockerReference
        self.manifestDigest = manifestDigest
        self.optional = optional
    }

    /// The payload as cosign lays it out: no white space, this order of members, `optional` always there.
    package var bytes: [UInt8] {
        let identity: JSON = ["docker-reference": .string(dockerReference)]
        let image: JSON = ["docker-manifest-digest": .string(manifestDigest)]
        let critical: JSON = ["identity": identity, "image": image, "type": .string(Self.type)]
        return (["critical": critical, "optional": optional.map(JSON.object) ?? .null] as JSON).bytes()
    }
}
