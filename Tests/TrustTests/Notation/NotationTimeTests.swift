import Testing

@testable import Trust

/// When a signature was made is shown by a time stamp of an authority that the policy names, or not at all.
@Suite struct NotationTimeTests {
    typealias Encoding = NotationEnvelope.Encoding

    /// An authority's certificates, made once: signatures of ECDSA differ.
    private struct Stamper {
        var issuer: TimestampSample.Issuer
        var leaf: Certificate
        var root: Certificate

        init(_ change: (inout TimestampSample.Issuer) throws -> Void = { _ in }) throws {
            issuer = try TimestampSample.Issuer()
            try change(&issuer)
            leaf = try issuer.leaf.certificate(signedBy: issuer.rootKey)
            root = try issuer.root.certificate(signedBy: issuer.rootKey)
        }

        func stamp(_ signature: [UInt8], _ change: (inout TimestampSample) -> Void = { _ in }) throws -> [UInt8] {
            var sample = TimestampSample(issuer: issuer, stamped: signature)
            sample.embedded = leaf.der
            sample.signingCertificate = Self.naming(leaf.der)
            change(&sample)
            return try sample.token()
        }

        static func naming(_ der: [UInt8]) -> [UInt8] {
            DERSample.sequence(DERSample.sequence(DERSample.sequence(DERSample.octets(DigestAlgorithm.sha256.hash(der)))))
        }
    }

    /// A signature whose certificates have run out, stamped while they were valid.
    private func sample(
        _ encoding: Encoding, by stamper: Stamper, trusting root: Certificate? = nil,
        _ change: @escaping (inout TimestampSample) -> Void = { _ in }
    ) throws -> NotationSample {
        var sample = try NotationSample(encoding)
        sample.occasion.now = Moment(rfc3339: "2036-01-01T00:00:00Z")!
        sample.requirement.timestampAuthorities = [(root ?? stamper.root).pem]
        sample.timestamp = { try stamper.stamp($0, change) }
        return sample
    }

    @Test(arguments: Encoding.allCases)
    func `a stamp keeps a signature valid after its certificates`(_ encoding: Encoding) throws {
        let evidence = try sample(encoding, by: Stamper()).verify()
        #expect(evidence.times.map(\.time) == [Moment(rfc3339: "2026-06-01T00:05:00Z")])
        #expect(evidence.times.first?.source == .timestampAuthority("CN=stamper"))
        #expect(evidence.holdsUntil == nil)
    }

    @Test(arguments: Encoding.allCases)
    func `without its authority in the policy a stamp counts for nothing`(_ encoding: Encoding) throws {
        var stamped = try sample(encoding, by: Stamper())
        stamped.requirement.timestampAuthorities = []
        #expect(stamped.verdict() == "tsaSigner")
        stamped.occasion.now = Moment(rfc3339: "2026-06-01T00:06:00Z")!
        let evidence = try stamped.verify()
        #expect(evidence.times.isEmpty)
        #expect(evidence.rejectedTimestamps == ["tsaSigner: \(TimestampFailure.signer("the policy names no time-stamp authority"))"])
    }

    @Test(arguments: Encoding.allCases)
    func `each stamp that doesn't hold is refused for its reason`(_ encoding: Encoding) throws {
        let stamper = try Stamper()
        let other = try Stamper { $0.root.serialNumber = [0x77] }
        let unnamed = try Stamper()
        let cases: [(String, String, NotationSample)] = [
            ("over other bytes", "tsaImprint", try sample(encoding, by: stamper) { $0.imprint = DigestAlgorithm.sha256.hash([1]) }),
            ("before the certificate", "certificateNotValidAt", try sample(encoding, by: stamper) { $0.time = "20260531235959Z" }),
            ("after the certificate", "certificateNotValidAt", try sample(encoding, by: stamper) { $0.time = "20260701000001Z" }),
            (
                "so uncertain that it may be after the certificate", "certificateNotValidAt",
                try sample(encoding, by: stamper) {
                    $0.time = "20260630235959Z"
                    $0.infoTrailer = DERSample.sequence(DERSample.integer([2]))
                }
            ),
            (
                "with an uncertainty that is none", "tsaSigner",
                try sample(encoding, by: stamper) { $0.infoTrailer = DERSample.sequence(DERWriter.value(0x80, [0x7f, 0xff])) }
            ),
            ("without its certificate", "tsaSigner", try sample(encoding, by: stamper) { $0.embedded = [] }),
            ("with a certificate it doesn't name", "tsaSigner", try sample(encoding, by: stamper) { $0.signingCertificate = nil }),
            (
                "that names another certificate by hash", "tsaSigner",
                try sample(encoding, by: stamper) { $0.signingCertificate = Stamper.naming(unnamed.root.der) }
            ),
            (
                "by an authority of another root", "tsaChain",
                try sample(encoding, by: stamper, trusting: Stamper { try $0.useRootKey(41) }.root)
            ),
            ("that isn't signed by its certificate", "tsaSignature", try sample(encoding, by: stamper) { $0.signed = [1] }),
            ("of another content", "tsaResponse", try sample(encoding, by: stamper) { $0.contentType = "1.2.840.113549.1.7.1" }),
        ]
        #expect(try sample(encoding, by: stamper, trusting: other.root).verdict() == "ok", "one key, another certificate of it")
        for (what, failure, sample) in cases { #expect(sample.verdict() == failure, "\(what)") }
    }

    @Test(arguments: Encoding.allCases)
    func `whoever isn't for time stamps alone stamps nothing`(_ encoding: Encoding) throws {
        let signers = try Stamper { $0.leaf.replace(try CertificateSample.extendedKeyUsage("1.3.6.1.5.5.7.3.3", critical: true)) }
        #expect(try sample(encoding, by: signers).verdict() == "tsaChain")
        let both = try Stamper {
            $0.leaf.replace(try CertificateSample.extendedKeyUsage("1.3.6.1.5.5.7.3.8", "1.3.6.1.5.5.7.3.3", critical: true))
        }
        #expect(try sample(encoding, by: both).verdict() == "tsaChain")
        let expired = try Stamper { $0.leaf.notAfter = "260601000400Z" }
        #expect(try sample(encoding, by: expired).verdict() == "tsaChain")
    }

    @Test(arguments: Encoding.allCases)
    func `a stamp doesn't outlast the signature's own expiry`(_ encoding: Encoding) throws {
        var stamped = try sample(encoding, by: Stamper())
        stamped.times[NotationHeader.expiry] = "2036-06-01T00:00:00Z"
        stamped.critical?.append(NotationHeader.expiry)
        #expect(try stamped.verify().holdsUntil == Moment(rfc3339: "2036-06-01T00:00:00Z"))
        stamped.occasion.now = Moment(rfc3339: "2036-06-01T00:00:00Z")!
        #expect(stamped.verdict() == "signatureExpired")
    }

    @Test func `uncertainty is what is stated, a second under the baseline policy, and else nothing`() throws {
        func info(_ trailer: [UInt8]) throws -> TimestampInfo {
            var sample = TimestampSample(issuer: try .init())
            sample.infoTrailer = trailer
            return try TimestampToken(response: sample.response()).info
        }
        #expect(try info([]).uncertainty() == 0)
        #expect(try info(DERSample.sequence(DERSample.integer([1]))).uncertainty() == 1_000_000_000)
        let all = DERSample.sequence(DERSample.integer([1]), DERWriter.value(0x80, [0x01, 0xf4]), DERWriter.value(0x81, [0x64]))
        #expect(try info(all).uncertainty() == 1_500_100_000)
        for wrong in [
            DERWriter.value(0x80, [0x00]), DERWriter.value(0x80, [0x03, 0xe8]), DERWriter.value(0x82, [1]), DERWriter.value(0x81, []),
        ] {
            #expect(throws: ASN1Fault.self) { try info(DERSample.sequence(wrong)).uncertainty() }
        }
    }

    @Test func `moments are moved by nanoseconds`() {
        let moment = Moment(seconds: 10, nanoseconds: 5)
        #expect(moment.advanced(byNanoseconds: -6) == Moment(seconds: 9, nanoseconds: 999_999_999))
        #expect(moment.advanced(byNanoseconds: 999_999_995) == Moment(seconds: 11))
        #expect(moment.advanced(byNanoseconds: -2_000_000_005) == Moment(seconds: 8))
    }
}
