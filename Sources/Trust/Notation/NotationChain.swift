import SwiftASN1

/// The certificates of a signature: one chain from the signer to a root that signed itself, or one certificate that is both
/// (signature-specification.md, "Certificate Requirements"). Made by validation alone; time and trust are judged later.
///
/// Stricter than the specification, which passes over all extensions but three: unknown critical ones, name constraints, and an extended key
/// usage that keeps an authority from code signing are honoured.
struct NotationChain: Sendable, Hashable {
    let certificates: [Certificate]
    /// How the signer's key signs.
    let algorithm: NotationAlgorithm
    let key: PublicKey

    var leaf: Certificate { certificates[0] }
    var root: Certificate { certificates[certificates.count - 1] }

    /// - Parameter roots: known to have signed themselves, so that this isn't checked once more.
    init(_ der: [[UInt8]], roots: [Certificate] = []) throws(NotationFailure) {
        var certificates: [Certificate] = []
        for bytes in der {
            do { certificates.append(try Certificate(der: bytes)) } catch { throw .certificate(error) }
        }
        guard let leaf = certificates.first else { throw .chainMissing }
        for (index, certificate) in certificates.enumerated() {
            try Self.checkIssuer(certificate, index, certificates, roots)
            if index > 0 { try Self.checkAuthority(certificate, below: index - 1) }
        }
        (key, algorithm) = try Self.checkSigner(leaf)
        if certificates.count > 1 {
            do {
                try CertificatePath(leaf: leaf, authorities: Array(certificates.dropFirst())).requireNamesAllowed()
            } catch {
                throw .certificate(error)
            }
        }
        self.certificates = certificates
    }

    /// Each is issued by the next, the last by itself and no other by itself.
    private static func checkIssuer(
        _ certificate: Certificate, _ index: Int, _ all: [Certificate], _ roots: [Certificate]
    ) throws(NotationFailure) {
        guard index < all.count - 1 else {
            if roots.contains(certificate) { return }
            guard try certificate.isSelfSigned() else {
                throw .chainInvalid("the last, \(certificate), isn't a root that signed itself")
            }
            return
        }
        let next = all[index + 1]
        guard certificate.issuer == next.subject, try isSigned(certificate, by: next) else {
            throw .chainInvalid("\(certificate) isn't issued by the next, \(next)")
        }
        guard try !certificate.isSelfSigned() else {
            throw .chainInvalid("\(certificate) signed itself, but others follow")
        }
    }

    fileprivate static func isSigned(_ certificate: Certificate, by issuer: Certificate) throws(NotationFailure) -> Bool {
        do { return try certificate.isSigned(by: issuer) } catch { throw .certificate(error) }
    }

    /// The profile of a signer's certificate.
    private static func checkSigner(_ leaf: Certificate) throws(NotationFailure) -> (PublicKey, NotationAlgorithm) {
        let extensions = leaf.extensions
        try checkCritical(leaf)
        guard extensions.basicConstraints?.isAuthority != true else {
            throw .profile(.basicConstraints, "\(leaf) is an authority that issues certificates; wanted a signer's")
        }
        guard let usage = extensions.keyUsage, extensions.isKeyUsageCritical, usage.contains(.digitalSignature),
            usage.isSubset(of: [.digitalSignature, .contentCommitment])
        else { throw .profile(.keyUsage, "the key usage of \(leaf) isn't critical, or not for digital signatures alone") }
        if let other = extensions.extendedKeyUsage?.first(where: excludedPurposes.contains) {
            throw .profile(.extendedKeyUsage, "\(leaf) is for \(other), which a signer's certificate must not be for")
        }
        do {
            let key = try leaf.publicKey()
            guard let algorithm = NotationAlgorithm(key.algorithm) else {
                throw NotationFailure.profile(.key, "the key of \(leaf) is \(key.algorithm.rawValue), wanted RSA or ECDSA")
            }
            return (key, algorithm)
        } catch let failure as CertificateFailure {
            throw .profile(.key, failure.description)
        } catch let failure as NotationFailure {
            throw failure
        } catch {
            throw .profile(.key, "\(error)")
        }
    }

    /// The profile of an authority with so many others below it.
    private static func checkAuthority(_ certificate: Certificate, below count: Int) throws(NotationFailure) {
        let extensions = certificate.extensions
        try checkCritical(certificate)
        guard let constraints = extensions.basicConstraints, constraints.isAuthority, constraints.isCritical else {
            throw .profile(.basicConstraints, "\(certificate) is no authority, or its basicConstraints aren't critical")
        }
        if let length = constraints.pathLength, length < count {
            throw .profile(.pathLength, "\(certificate) allows \(length) authorities below it, found \(count)")
        }
        guard let usage = extensions.keyUsage, extensions.isKeyUsageCritical, usage.contains(.certificateSigning) else {
            throw .profile(.keyUsage, "\(certificate) may not sign certificates, or its key usage isn't critical")
        }
        if let purposes = extensions.extendedKeyUsage, !purposes.contains(CertificatePurpose.codeSigning.usage),
            !purposes.contains(anyPurpose)
        {
            throw .profile(.extendedKeyUsage, "\(certificate) isn't for code signing")
        }
    }

    private static func checkCritical(_ certificate: Certificate) throws(NotationFailure) {
        guard let type = certificate.extensions.unknownCritical.first else { return }
        throw .profile(.critical, "\(certificate) has the critical extension \(type), which isn't known here")
    }

    private static let anyPurpose: ASN1ObjectIdentifier = [2, 5, 29, 37, 0]
    /// anyExtendedKeyUsage, serverAuth, clientAuth, emailProtection, timeStamping, OCSPSigning.
    private static let excludedPurposes: Set<ASN1ObjectIdentifier> = [
        anyPurpose, [1, 3, 6, 1, 5, 5, 7, 3, 1], [1, 3, 6, 1, 5, 5, 7, 3, 2], [1, 3, 6, 1, 5, 5, 7, 3, 4],
        CertificatePurpose.timeStamping.usage, [1, 3, 6, 1, 5, 5, 7, 3, 9],
    ]

    /// Every certificate is valid at `time`, the root included.
    func requireValid(at time: Moment) throws(NotationFailure) {
        for certificate in certificates where !certificate.isValid(at: time) {
            throw .notValid(at: time, certificate: "\(certificate)", notBefore: certificate.notBefore, notAfter: certificate.notAfter)
        }
    }

    /// The last moment at which all are valid.
    var notAfter: Moment { certificates.reduce(leaf.notAfter) { min($0, $1.notAfter) } }
}

extension Certificate {
    /// Whether it names itself as issuer and its own key signed it.
    func isSelfSigned() throws(NotationFailure) -> Bool {
        guard issuer == subject else { return false }
        return try NotationChain.isSigned(self, by: self)
    }
}
