import SwiftASN1

@testable import Trust

extension FuzzTarget {
    /// A certificate is read or refused; none but the original is issued by the authority that issued it.
    static let certificate = FuzzTarget("certificate", .der, limit: 8192, seeds: SeedFiles.certificates) { bytes in
        guard let certificate = try answer({ () throws(CertificateFailure) in try Certificate(der: bytes) }) else { return }
        try promise("its bytes are kept", certificate.der == bytes)
        try promise("its PEM is read as the same", (try? Certificate(pem: certificate.pem)) == certificate)
        try checkWords("\(certificate) issued by \(certificate.issuer)")
        if let key = try answer({ () throws(CertificateFailure) in try certificate.publicKey() }) {
            try promise("its key's bytes are the certificate's", key.der == certificate.subjectPublicKeyInfo)
        }
        try answer { () throws(IdentityFailure) in try CertificateIdentity(certificate) }
        try answer { () throws(SCTFailure) in try SignedCertificateTimestamp.embedded(in: certificate) }
        for purpose in [CertificatePurpose.codeSigning, .timeStamping] {
            try answer { () throws(CertificateFailure) in
                try certificate.requireLeafProfile(for: purpose)
                return true
            }
        }
        _ = certificate.precertificateTBS()
        _ = certificate.extensions.nameConstraints?.objection(to: certificate)
        for authority in KnownPKI.shared.root.certificateAuthorities {
            let time = KnownPKI.shared.time
            if (try? authority.validate(leaf: certificate, at: [time])) != nil {
                try promise("none but its own certificates is an authority's", KnownPKI.shared.issued.contains(bytes))
            }
        }
    }

    /// Every extension's own reader, chosen by the first byte.
    static let extensions = FuzzTarget(
        "extensions", .der,
        seeds: {
            let readers: [ASN1ObjectIdentifier] = [
                CertificateExtensions.basicConstraintsType, CertificateExtensions.keyUsageType, CertificateExtensions.extendedKeyUsageType,
                CertificateExtensions.subjectAlternativeNameType, CertificateExtensions.nameConstraintsType,
                CertificateExtensions.authorityKeyIdentifierType,
            ]
            var seeds: [[UInt8]] = []
            for certificate in try SeedFiles.certificates().compactMap({ try? Certificate(der: $0) }) {
                for (index, type) in readers.enumerated() {
                    if let value = certificate.extensions.values[type] { seeds.append([UInt8(index)] + value) }
                }
                for (type, value) in certificate.extensions.values where FulcioExtension(type) != nil { seeds.append([6] + value) }
            }
            return SeedFiles.distinct(seeds)
        },
        check: { bytes in
            guard let first = bytes.first else { return }
            let value = bytes.dropFirst()
            func fault<Value: Equatable>(_ read: () throws(ASN1Fault) -> Value) throws(BrokenPromise) { try answer(read) }
            switch first {
            case 0: try fault { () throws(ASN1Fault) in try CertificateExtensions.basicConstraints(value) }
            case 1: try fault { () throws(ASN1Fault) in try CertificateExtensions.keyUsage(value).rawValue }
            case 2: try fault { () throws(ASN1Fault) in try CertificateExtensions.extendedKeyUsage(value) }
            case 3: try fault { () throws(ASN1Fault) in try CertificateExtensions.names(value) }
            case 4:
                try fault { () throws(ASN1Fault) in try NameConstraints(value) }
                guard let constraints = try? NameConstraints(value) else { return }
                for certificate in KnownPKI.shared.named {
                    if let objection = constraints.objection(to: certificate) { try promise("an objection has words", !objection.isEmpty) }
                }
            case 5: try fault { () throws(ASN1Fault) in try CertificateExtensions.authorityKeyIdentifier(value) }
            case 6: for kind in FulcioExtension.allCases { try answer { () throws(IdentityFailure) in try kind.read(value) } }
            default: return
            }
        })

    /// A list of log timestamps is read or refused; what is read has one way of writing it.
    static let sct = FuzzTarget(
        "sct", .der,
        seeds: {
            let certificates = try SeedFiles.certificates().compactMap { try? Certificate(der: $0) }
            return SeedFiles.distinct(
                certificates.compactMap { $0.extensions.values[SignedCertificateTimestamp.listType].map { Array($0) } })
        },
        check: { bytes in
            guard let list = try answer({ () throws(SCTFailure) in try SignedCertificateTimestamp.list(bytes[...]) }) else { return }
            try promise("no more are read than limits allow", (1...SignedCertificateTimestamp.limit).contains(list.count))
            func opaque(_ bytes: [UInt8]) -> [UInt8] { [UInt8(bytes.count >> 8), UInt8(bytes.count & 0xFF)] + bytes }
            let written = list.flatMap { stamp -> [UInt8] in
                let time = stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: stamp.milliseconds >> UInt64($0)) }
                return opaque(
                    [0] + stamp.logID + time + opaque(stamp.extensions) + [4, stamp.hasRSASignature ? 1 : 3] + opaque(stamp.signature))
            }
            try promise("a list has one way of writing it", DERWriter.value(0x04, opaque(written)) == bytes)
        })

    /// A time stamp is read or refused; one that the authority made states the time that it made it at.
    static let timestamp = FuzzTarget("timestamp", .der, limit: 8192, seeds: SeedFiles.timestamps) { bytes in
        let token: TimestampToken
        do throws(TimestampFailure) { token = try TimestampToken(response: bytes) } catch { return try checkWords(error.description) }
        let again = try? TimestampToken(response: bytes)
        try promise("the same input gets the same answer", again?.content == token.content && again?.claimedTime == token.claimedTime)
        try checkWords("\(token.claimedTime)")
        for stamper in KnownPKI.shared.root.timestampAuthorities {
            let verified = try answer { () throws(TimestampFailure) in try stamper.verify(token, over: KnownPKI.shared.stamped) }
            if let verified { try promise("a stamp that verifies is the original", verified == KnownPKI.shared.stamp) }
        }
    }
}

/// The private PKI of the fixtures: what it issued and stamped, and nothing else, verifies under it.
struct KnownPKI: Sendable {
    let root: TrustedRoot
    /// When the certificates below were valid.
    let time: Moment
    /// All that it issued.
    let issued: Set<[UInt8]>
    /// Certificates with names of each form.
    let named: [Certificate]
    /// The bytes that it stamped once, and what came of it.
    let stamped: [UInt8]
    let stamp: VerifiedTimestamp

    static let shared: KnownPKI = {
        do { return try KnownPKI() } catch { preconditionFailure("the PKI that fuzzing begins with: \(error)") }
    }()

    private init() throws {
        root = try TrustedRoot(json: SeedFiles.bytes("bundles/roots/mutants-bundle-unknown-field_fail.json"))
        let bundle = try Bundle(json: SeedFiles.bytes("bundles/mutants/v1-msg-plus-tsa.json"))
        stamped = bundle.signature
        guard let response = bundle.timestamps.first, let authority = root.timestampAuthorities.first,
            case .certificate(let leaf, _) = bundle.signer
        else { throw SeedFiles.Missing(path: "bundles/mutants/v1-msg-plus-tsa.json") }
        stamp = try authority.verify(TimestampToken(response: response), over: stamped)
        time = try Certificate(der: leaf).notBefore
        let all = try SeedFiles.certificates()
        issued = Set(all)
        named = all.compactMap { try? Certificate(der: $0) }.filter { !($0.extensions.subjectAlternativeNames ?? []).isEmpty }
        precondition(!named.isEmpty)
    }
}
