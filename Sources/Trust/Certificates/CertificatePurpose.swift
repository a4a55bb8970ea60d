import SwiftASN1

/// What a path of certificates is validated for: the extended key usage that its leaf, and every authority that limits itself, must have.
enum CertificatePurpose: Sendable, Hashable, CustomStringConvertible {
    /// RFC 5280 §4.2.1.12, id-kp-codeSigning: what Fulcio issues for.
    case codeSigning
    /// RFC 3161 §2.3, id-kp-timeStamping.
    case timeStamping

    var usage: ASN1ObjectIdentifier {
        switch self {
        case .codeSigning: [1, 3, 6, 1, 5, 5, 7, 3, 3]
        case .timeStamping: [1, 3, 6, 1, 5, 5, 7, 3, 8]
        }
    }

    var description: String {
        switch self {
        case .codeSigning: "code signing"
        case .timeStamping: "time stamping"
        }
    }
}

extension Certificate {
    /// Checks the profile of a leaf: no authority, signs, for this purpose, nothing critical that isn't understood.
    func requireLeafProfile(for purpose: CertificatePurpose) throws(CertificateFailure) {
        if let type = extensions.unknownCritical.first {
            throw .leafProfile(.critical, "\(self) has the critical extension \(type), which isn't known here")
        }
        guard extensions.basicConstraints?.isAuthority != true, extensions.keyUsage?.contains(.certificateSigning) != true else {
            throw .leafProfile(.certificateAuthority, "\(self) is an authority that issues certificates; wanted a signer's")
        }
        guard let usage = extensions.keyUsage, usage.contains(.digitalSignature) else {
            throw .leafProfile(.keyUsage, "the key usage of \(self) lacks digitalSignature")
        }
        guard let purposes = extensions.extendedKeyUsage, purposes.contains(purpose.usage) else {
            throw .leafProfile(.extendedKeyUsage, "\(self) isn't for \(purpose)")
        }
        // RFC 3161 §2.3: this purpose alone, and critical.
        guard purpose != .timeStamping || (purposes.count == 1 && extensions.isExtendedKeyUsageCritical) else {
            throw .leafProfile(.extendedKeyUsage, "\(self) isn't for time stamping alone, or its extended key usage isn't critical")
        }
        // RFC 5280 §4.1.2.6: without a subject the alternative name is the only one, and may not be passed over.
        guard !subject.isEmpty || (extensions.subjectAlternativeNames != nil && extensions.isSubjectAlternativeNameCritical) else {
            throw .leafProfile(.critical, "a certificate without a subject, whose alternative name is absent or not critical")
        }
    }

    /// Why this certificate may not issue others for `purpose`; nil if it may.
    ///
    /// RFC 5280 §4.2.1.3, §4.2.1.9 want key usage in an authority's certificate, and its basic constraints critical. Roots of time-stamp
    /// authorities lack that, FreeTSA's for one: there the trust root's word is enough, and absent key usage means any.
    func objectionToIssuing(for purpose: CertificatePurpose, isAnchor: Bool) -> String? {
        let isLenient = isAnchor && purpose == .timeStamping
        if let type = extensions.unknownCritical.first { return "\(self) has the critical extension \(type), which isn't known here" }
        guard let constraints = extensions.basicConstraints, constraints.isAuthority else {
            return "\(self) is no authority (basicConstraints)"
        }
        guard constraints.isCritical || isLenient else { return "the basicConstraints of \(self) aren't critical" }
        // RFC 5280 §4.1.2.6.
        guard !subject.isEmpty else { return "an authority without a name" }
        guard extensions.keyUsage?.contains(.certificateSigning) ?? isLenient else {
            return "\(self) may not sign certificates (keyUsage)"
        }
        if let purposes = extensions.extendedKeyUsage, !purposes.contains(purpose.usage) { return "\(self) isn't for \(purpose)" }
        return nil
    }
}
