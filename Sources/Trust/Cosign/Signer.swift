package import JSON

/// Signs an artifact as `cosign sign --key` does.
package struct Signer: Sendable {
    private let key: PrivateKey

    package init(key: PrivateKey) { self.key = key }

    package var publicKey: PublicKey { key.publicKey }

    /// One signature over the artifact's digest. `repository` is registry and repository, without tag.
    package func sign(digest: String, repository: String, optional: JSONObject? = nil) throws(SigningError) -> SignatureLayer {
        guard ContentDigest.isSHA256(digest) else { throw .digest(digest) }
        let payload = SimpleSigning(dockerReference: repository, manifestDigest: digest, optional: optional).bytes
        let signature: [UInt8]
        do { signature = try key.sign(payload) } catch { throw .key(error) }
        return SignatureLayer(
            mediaType: SignatureLayer.mediaType, digest: ContentDigest.sha256(of: payload), size: payload.count,
            annotations: [SignatureLayer.signatureAnnotation: Base64.encode(signature)], payload: payload)
    }

    /// Whether one of the layers already is this signer's valid signature for the digest and repository, so that signing twice
    /// changes nothing.
    package func hasSigned(_ layers: [SignatureLayer], digest: String, repository: String) -> Bool {
        let claim = CosignSignature.Claim(
            digest: digest, repository: repository, authorities: [Authority(name: "signer", keys: [publicKey])],
            signedReference: .repository)
        return CosignSignature.verify([SignatureManifest(digest: "", layers: layers)], claim: claim).failure == nil
    }
}

package enum SigningError: Error, Sendable, Hashable, CustomStringConvertible {
    case digest(String)
    case key(KeyError)
    case tooManyLayers(limit: Int)

    package var description: String {
        switch self {
        case .digest(let found): "can't sign \"\(found)\": wanted a digest, sha256: and 64 lower-case hexadecimal digits"
        case .key(let error): "can't sign: \(error)"
        case .tooManyLayers(let limit):
            "can't add a signature: there are \(limit) already, the most a verifier looks at; delete the signature tag and sign again"
        }
    }
}
