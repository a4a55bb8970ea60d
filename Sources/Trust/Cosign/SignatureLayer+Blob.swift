extension SignatureLayer {
    /// Holds when the blob is what the manifest says it is.
    func checkBlob() throws(VerificationFailure) {
        guard payload.count == size else { throw .blobSizeMismatch(found: payload.count, wanted: size) }
        let found = ContentDigest.sha256(of: payload)
        guard found.isIdentical(to: digest) else { throw .blobDigestMismatch(found: found, wanted: digest) }
    }
}
