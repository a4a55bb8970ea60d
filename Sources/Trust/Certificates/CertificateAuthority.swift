/// One certificate authority of a trust root: its chain and the time it is trusted for, which belong together.
///
/// A value to keep: its intermediates are validated when it is made, those that come with signatures when they first come, and never again.
package struct CertificateAuthority: Sendable {
    /// What messages and evidence call it: its URI, or its subject.
    package let name: String
    package let window: ValidityWindow
    /// As the trust root lists them, the root last.
    package let certificates: [Certificate]
    private let issuers: IssuerSet
    private let extended = ExtendedIssuers()

    /// Certificates of one authority at most.
    package static let chainLimit = 16
    /// Certificates that come with a signature and are tried as intermediates at most.
    package static let candidateLimit = 16

    /// - Parameter certificates: intermediates in any order, the root last, as `certChain` of a trust root lists them.
    /// - Throws: `untrustedChain` if the root may not issue certificates, `algorithmUnsupported` or `malformed` for its key.
    package init(name: String, certificates: [Certificate], window: ValidityWindow) throws(CertificateFailure) {
        guard let root = certificates.last else { throw .untrustedChain("the authority \(name) has no certificate") }
        guard certificates.count <= Self.chainLimit else {
            throw .untrustedChain("the authority \(name) has \(certificates.count) certificates, wanted at most \(Self.chainLimit)")
        }
        self.name = name
        self.window = window
        self.certificates = certificates
        issuers = try IssuerSet(root: root, intermediates: certificates.dropLast(), purpose: .codeSigning)
    }

    /// The path from `leaf` to this authority's root, if at every one of `times` the whole path is valid (RFC 5280 §6.1) and the
    /// trust root grants the authority to sign.
    ///
    /// - Parameter intermediates: certificates that came with the signature. Nobody vouches for them: they only help to reach the root.
    /// - Throws: `untrustedChain`, `caWindow`, `certificateNotValidAt`, `leafProfile`, `nameConstraints`, `algorithmUnsupported`.
    package func validate(
        leaf: Certificate, intermediates: [Certificate] = [], at times: [Moment]
    ) throws(CertificateFailure) -> CertificatePath {
        guard !times.isEmpty else { throw .noTrustedTime }
        guard !certificates.contains(leaf) else {
            throw .untrustedChain("\(leaf) stands in the trust root itself, which vouches for what it issues, not for what it signs")
        }
        guard intermediates.count <= Self.candidateLimit else {
            throw .untrustedChain("\(intermediates.count) intermediates came with the signature, wanted at most \(Self.candidateLimit)")
        }
        let issuers = intermediates.isEmpty ? issuers : extended.issuers(issuers, with: intermediates)
        var failure: CertificateFailure?
        for path in try issuers.paths(to: leaf) {
            do throws(CertificateFailure) {
                try require(path, at: times)
                return path
            } catch {
                failure = failure ?? error
            }
        }
        throw failure ?? .untrustedChain("no path to the root")
    }

    /// Whether one of its own authorities has the name and the key identifier that the leaf gives for its issuer. Where none has, `validate` fails
    /// unless intermediates help.
    func mayHaveIssued(_ leaf: Certificate) -> Bool { issuers.mayHaveIssued(leaf) }

    private func require(_ path: CertificatePath, at times: [Moment]) throws(CertificateFailure) {
        for time in times {
            guard window.contains(time) else { throw .outsideAuthorityWindow(at: time, authority: name, window: window) }
            try path.requireValid(at: time)
        }
        try path.leaf.requireLeafProfile(for: .codeSigning)
        try path.requireNamesAllowed()
    }
}
