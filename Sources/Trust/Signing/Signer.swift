package import JSON

/// Signs an artifact as `cosign sign --key` does.
package struct Signer: Sendable {
    private let key: PrivateKey

    package init(key: PrivateKey) { self.key = key }

    package var publicKey: PublicKey { key.publicKey }

    /// One signature over the artifact's digest. `repository` is registry and repository, without tag.
    package func sign(digest: String, repository: String, optional: JSONObject? = nil) throws(SigningError) -> SignatureLayer {
        try SignatureLayer.unsigned(digest: digest, repository: repository, optional: optional).signed(by: key)
    }

    /// Whether one of the layers already is this signer's valid signature for the digest and repository.
    package func hasSigned(_ layers: [SignatureLayer], digest: String, repository: String) -> Bool {
        SignatureLayer.isSigned(digest, repository: repository, by: publicKey, in: layers)
    }
}

extension SignatureLayer {
    /// A signature that is still to be made, over the artifact's digest. `repository` is registry and repository, without tag.
    package static func unsigned(
        digest: String, repository: String, optional: JSONObject? = nil
    ) throws(SigningError) -> Unsigned<SignatureLayer> {
        guard ContentDigest.isSHA256(digest) else { throw .digest(digest) }
        let payload = SimpleSigning(dockerReference: repository, manifestDigest: digest, optional: optional).bytes
        return Unsigned(message: payload, practice: .classic) { signature, _ in
            SignatureLayer(
                mediaType: mediaType, digest: ContentDigest.sha256(of: payload), size: payload.count,
                annotations: [signatureAnnotation: Base64.encode(signature)], payload: payload)
        }
    }

    /// Whether one of the layers already is this key's valid signature for the digest and repository, so that signing twice changes nothing.
    package static func isSigned(_ digest: String, repository: String, by key: PublicKey, in layers: [SignatureLayer]) -> Bool {
        let claim = CosignSignature.Claim(
            digest: digest, repository: repository, authorities: [Authority(name: "signer", keys: [key])], signedReference: .repository)
        return CosignSignature.verify([SignatureManifest(digest: "", layers: layers)], claim: claim).failure == nil
    }
}
