/// One time-stamp authority of a trust root: the certificate that signs, its chain, and the time the authority is trusted for.
///
/// These belong together: no other authority's window or chain helps a stamp of this one. What a stamp brings along is never looked at.
package struct TimestampAuthority: Sendable {
    /// What messages and evidence call it: its URI, or its subject.
    package let name: String
    package let window: ValidityWindow
    /// As the trust root lists them: the signing certificate, then its issuers, the root last.
    package let certificates: [Certificate]
    /// The signing certificate's paths, validated but for time.
    private let paths: [CertificatePath]
    private let key: PublicKey

    /// - Throws: `tsaChain` unless the certificates are a signing certificate of the time-stamping profile (RFC 3161 §2.3) and what
    ///   leads from it to a root.
    package init(name: String, certificates: [Certificate], window: ValidityWindow) throws(TimestampFailure) {
        guard certificates.count >= 2, certificates.count <= CertificateAuthority.chainLimit else {
            throw .chain(
                .untrustedChain(
                    "the time-stamp authority \(name) has \(certificates.count) certificates, wanted its own and its issuers', the root last"
                ))
        }
        self.name = name
        self.window = window
        self.certificates = certificates
        let leaf = certificates[0]
        do throws(CertificateFailure) {
            let issuers = try IssuerSet(
                root: certificates[certificates.count - 1], intermediates: Array(certificates[1..<(certificates.count - 1)]),
                purpose: .timeStamping)
            try leaf.requireLeafProfile(for: .timeStamping)
            key = try leaf.publicKey()
            paths = try issuers.paths(to: leaf)
            for path in paths { try path.requireNamesAllowed() }
        } catch {
            throw .chain(error)
        }
    }

    /// Whether the stamp names this authority's certificate as its signer, so that a stamp can be held to the one it is by.
    package func isNamed(by token: TimestampToken) -> Bool { token.signer.names(certificates[0]) }

    /// Verifies that this authority stamped `stamped` (RFC 3161 §2.4, RFC 5652 §5.4), by now the whole chain and the window included.
    ///
    /// - Parameter stamped: the bytes whose existence the stamp shows; for a signature, the signature's own bytes.
    package func verify(_ token: TimestampToken, over stamped: [UInt8]) throws(TimestampFailure) -> VerifiedTimestamp {
        try Self.requireImprint(token.info, of: stamped)
        return try verifySigner(of: token)
    }

    /// All of `verify` but what was stamped.
    func verifySigner(of token: TimestampToken) throws(TimestampFailure) -> VerifiedTimestamp {
        let certificate = certificates[0]
        guard isNamed(by: token) else { throw .signer("it names another certificate than \(certificate) of \(name)") }
        try SigningCertificate.check(token.signer, names: certificate)
        try requireSignature(token)
        try requireTime(token.info.time)
        return VerifiedTimestamp(
            time: token.info.time, authority: name, serialNumber: token.info.serialNumber, certificate: certificate.fingerprint)
    }

    private static func requireImprint(_ info: TimestampInfo, of stamped: [UInt8]) throws(TimestampFailure) {
        guard let digest = SignerInfo.digest(info.imprintAlgorithm) else {
            throw .algorithm("the hash of what is stamped; wanted SHA-256, SHA-384 or SHA-512")
        }
        let wanted = digest.hash(stamped)
        guard info.imprint == wanted else {
            throw .imprint(
                "found \(digest.rawValue) \(ContentDigest.hexadecimal(info.imprint)), wanted \(ContentDigest.hexadecimal(wanted))")
        }
    }

    private func requireSignature(_ token: TimestampToken) throws(TimestampFailure) {
        let signer = token.signer
        let digest = try signer.digest()
        do throws(ASN1Fault) {
            guard let type = try signer.value(SignerInfo.contentTypeAttribute)?.objectIdentifier("contentType"),
                type == TimestampToken.contentType
            else { throw ASN1Fault("the signed content type isn't a time stamp") }
            guard let hash = try signer.value(SignerInfo.messageDigestAttribute)?.octets("messageDigest"),
                hash.elementsEqual(digest.hash(token.content))
            else { throw ASN1Fault("the signed digest isn't the content's") }
        } catch {
            throw .signature(error.reason)
        }
        guard key.isValid(signature: signer.signature, for: signer.signedBytes, scheme: try signer.scheme(for: key)) else {
            throw .signature("\(certificates[0]) of \(name) didn't make it")
        }
    }

    private func requireTime(_ time: Moment) throws(TimestampFailure) {
        guard window.contains(time) else { throw .outsideWindow(at: time, authority: name, window: window) }
        var failure: CertificateFailure?
        for path in paths {
            do throws(CertificateFailure) {
                return try path.requireValid(at: time)
            } catch {
                failure = failure ?? error
            }
        }
        throw .chain(failure ?? .untrustedChain("no path to the root"))
    }
}
