import Testing

@testable import Trust

@Suite struct TimestampTests {
    private func sample(_ change: (inout TimestampSample) throws -> Void = { _ in }) throws -> TimestampSample {
        var sample = TimestampSample(issuer: try TimestampSample.Issuer())
        try change(&sample)
        return sample
    }

    @Test(arguments: SampleKey.Kind.allCases)
    func `a stamp shows when the bytes existed, by authorities of every kind of key`(kind: SampleKey.Kind) throws {
        let issuer = try TimestampSample.Issuer(kind)
        var sample = TimestampSample(issuer: issuer)
        switch kind {
        case .p256, .rsa: break
        case .p384: sample.digestAlgorithm = TimestampSample.sha384
        // RFC 8419 §3.1: Ed25519 goes with SHA-512.
        case .p521, .ed25519: sample.digestAlgorithm = TimestampSample.sha512
        }
        let token = try TimestampToken(response: sample.response())
        let authority = try issuer.authority()
        let verified = try authority.verify(token, over: TimestampSample.stamped)
        #expect(verified.time.description == "2026-06-01T00:05:00Z")
        #expect(verified.authority == "https://tsa.example.test")
        #expect(verified.serialNumber == [7])
        #expect(verified.certificate == authority.certificates[0].fingerprint)
    }

    @Test(arguments: [[2], [3], [5], [0xff], [0, 0]] as [[UInt8]])
    func `a response that isn't granted is none`(status: [UInt8]) throws {
        #expect(try sample { $0.status = status }.verdict() == "tsaResponse")
    }

    @Test func `one that is granted with modifications is one`() throws {
        #expect(try sample { $0.status = [1] }.verdict() == "ok")
    }

    @Test func `what is stamped is named by a hash of it that is safe`() throws {
        #expect(try sample { $0.imprint[0] ^= 1 }.verdict() == "tsaImprint")
        #expect(try sample { $0.imprint.removeLast() }.verdict() == "tsaImprint")
        #expect(try sample { $0.imprintAlgorithm = TimestampSample.sha1 }.verdict() == "tsaAlgorithm")
        #expect(try sample { $0.imprintAlgorithm = TimestampSample.sha384 }.verdict() == "tsaImprint")
        #expect(
            try sample {
                $0.imprintAlgorithm = TimestampSample.sha512
                $0.imprint = DigestAlgorithm.sha512.hash(TimestampSample.stamped)
            }.verdict() == "ok")
    }

    @Test(arguments: [0, 2])
    func `exactly one signs`(count: Int) throws {
        #expect(try sample { $0.signerCount = count }.verdict() == "tsaSigner")
    }

    @Test func `content that isn't a time stamp is refused, whether it says so inside or outside of what is signed`() throws {
        #expect(try sample { $0.contentType = "1.2.840.113549.1.7.1" }.verdict() == "tsaResponse")
        #expect(try sample { $0.signedContentType = try DERSample.oid("1.2.840.113549.1.7.1") }.verdict() == "tsaSignature")
    }

    // rfc3161-client CVE-2025-52556, CVE-2026-33753.
    @Test func `the signature is over the attributes, and they over the content`() throws {
        #expect(try sample { $0.signed = [1, 2, 3] }.verdict() == "tsaSignature")
        #expect(try sample { $0.signedDigest = DERSample.octets([UInt8](repeating: 0, count: 32)) }.verdict() == "tsaSignature")
        #expect(try sample { $0.signedDigest = DERSample.octets([]) }.verdict() == "tsaSignature")
        // Attributes without the two that count.
        #expect(try sample { $0.moreAttributes = try DERSample.sequence(DERSample.oid("1.2.3"), DERSample.set()) }.verdict() == "ok")
        let twice = try DERSample.sequence(DERSample.oid("1.2.840.113549.1.9.4"), DERSample.set(DERSample.octets([1])))
        #expect(try sample { $0.moreAttributes = twice }.verdict() == "tsaResponse")
    }

    @Test func `the signer's algorithms have to fit its key and each other`() throws {
        #expect(try sample { $0.digestAlgorithm = TimestampSample.sha1 }.verdict() == "tsaAlgorithm")
        // SHA-384 over the attributes, where the signer says SHA-256.
        #expect(try sample { $0.signatureAlgorithm = try SampleKey(1, .p384).algorithm }.verdict() == "tsaAlgorithm")
        #expect(try sample { $0.signatureAlgorithm = try SampleKey(1, .ed25519).algorithm }.verdict() == "tsaAlgorithm")
        #expect(
            try sample { $0.signatureAlgorithm = [0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b, 5, 0] }
                .verdict()
                == "tsaAlgorithm")
    }

    @Test func `another certificate's name, number or hash is another signer`() throws {
        let other = try DERSample.sequence(DERSample.name("stamp root"), DERSample.integer([0x2b]))
        #expect(try sample { $0.signerIdentifier = other }.verdict() == "tsaSigner")
        let elsewhere = try DERSample.sequence(DERSample.name("other root"), DERSample.integer([0x2a]))
        #expect(try sample { $0.signerIdentifier = elsewhere }.verdict() == "tsaSigner")

        func essV2(_ hash: [UInt8]) -> [UInt8] { DERSample.sequence(DERSample.sequence(DERSample.sequence(DERSample.octets(hash)))) }
        #expect(try sample { $0.signingCertificate = essV2([UInt8](repeating: 0, count: 32)) }.verdict() == "tsaSigner")
        #expect(try sample { $0.signingCertificate = essV2([]) }.verdict() == "tsaSigner")
    }

    @Test func `a certificate named by its own hash, issuer and number is the signer`() throws {
        // The hash is of one certificate, whose ECDSA signature is made anew each time: it is made once here.
        var issuer = try TimestampSample.Issuer()
        issuer.root = try .authority("stamp root", by: "stamp root", key: SampleKey(21, .ed25519))
        let rootKey = try SampleKey(21, .ed25519)
        let leaf = try issuer.leaf.certificate(signedBy: rootKey)
        let authority = try TimestampAuthority(
            name: "tsa", certificates: [leaf, issuer.root.certificate(signedBy: rootKey)], window: ChainSample.window)
        func verdict(_ algorithm: [UInt8], _ hash: [UInt8], _ serial: [UInt8]) throws -> String {
            var sample = TimestampSample(issuer: issuer)
            let name = DERSample.sequence(DERSample.explicit(4, try DERSample.name("stamp root")))
            sample.signingCertificate = DERSample.sequence(
                DERSample.sequence(
                    DERSample.sequence(algorithm, DERSample.octets(hash), DERSample.sequence(name, DERSample.integer(serial)))))
            return failureName { try authority.verify(TimestampToken(response: sample.response()), over: TimestampSample.stamped) }
        }
        #expect(try verdict([], DigestAlgorithm.sha256.hash(leaf.der), [0x2a]) == "ok")
        #expect(try verdict(TimestampSample.sha512, DigestAlgorithm.sha512.hash(leaf.der), [0x2a]) == "ok")
        #expect(try verdict(TimestampSample.sha512, DigestAlgorithm.sha256.hash(leaf.der), [0x2a]) == "tsaSigner")
        #expect(try verdict([], DigestAlgorithm.sha256.hash(leaf.der), [0x2b]) == "tsaSigner")
        #expect(try verdict(TimestampSample.sha1, DigestAlgorithm.sha256.hash(leaf.der), [0x2a]) == "tsaSigner")
    }

    @Test func `the signer may be named by its key identifier`() throws {
        var issuer = try TimestampSample.Issuer()
        issuer.leaf.extensions.append(("2.5.29.14", false, DERSample.octets([1, 2, 3])))
        var sample = TimestampSample(issuer: issuer)
        sample.signerIdentifier = [0x80, 3, 1, 2, 3]
        #expect(sample.verdict() == "tsaResponse")
        sample.signerVersion = [3]
        #expect(sample.verdict() == "ok")
        sample.signerIdentifier = [0x80, 3, 1, 2, 4]
        #expect(sample.verdict() == "tsaSigner")
    }

    @Test(arguments: [
        ("20260601000500.5Z", "ok"), ("20260601000500.123456789Z", "ok"), ("20260601000500.50Z", "tsaResponse"),
        ("20260601000500.Z", "tsaResponse"),
        ("20260601000500", "tsaResponse"), ("20260601000500+0000", "tsaResponse"), ("202606010005Z", "tsaResponse"),
        ("20260631000500Z", "tsaResponse"),
        ("20260601000500.1234567891Z", "tsaResponse"), ("20260601000560Z", "tsaResponse"),
    ])
    func `the time is UTC, with a fraction as DER writes it`(time: String, verdict: String) throws {
        #expect(try sample { $0.time = time }.verdict() == verdict)
    }

    @Test func `what is stamped may say more, but nothing critical that isn't known`() throws {
        let accuracy = DERSample.sequence(DERSample.integer([1]))
        #expect(try sample { $0.infoTrailer = accuracy + DERSample.yes + DERSample.integer([9]) }.verdict() == "ok")
        #expect(try sample { $0.infoTrailer = [0x01, 0x01, 0x00] }.verdict() == "tsaResponse")
        #expect(try sample { $0.infoTrailer = DERSample.explicit(1, DERSample.sequence()) }.verdict() == "tsaResponse")
        #expect(try sample { $0.infoVersion = [2] }.verdict() == "tsaResponse")
    }

    @Test func `outside of what is signed, BER is read as openssl writes it`() throws {
        #expect(try sample { $0.isIndefinite = true }.verdict() == "ok")
        // Certificates out of order, and such as nobody could read: they are passed over.
        let certificates = try TimestampSample.Issuer().certificates()
        #expect(try sample { $0.embedded = certificates[0].der + certificates[1].der }.verdict() == "ok")
        #expect(try sample { $0.embedded = certificates[1].der + certificates[0].der }.verdict() == "ok")
        #expect(try sample { $0.embedded = DERSample.sequence(DERSample.octets([1])) }.verdict() == "ok")
    }

    @Test func `the authority's window counts at both its ends`() throws {
        let time = ChainSample.time
        #expect(try sample().verdict(window: ValidityWindow(start: time, end: time)) == "ok")
        #expect(try sample().verdict(window: ValidityWindow(start: Moment(seconds: time.seconds + 1))) == "tsaWindow")
        #expect(
            try sample { $0.time = "20260601000500.000000001Z" }.verdict(window: ValidityWindow(start: Moment(seconds: 0), end: time))
                == "tsaWindow")
    }

    @Test func `the chain has to be valid at the stamped time`() throws {
        var issuer = try TimestampSample.Issuer()
        issuer.leaf.notAfter = "260531000000Z"
        #expect(TimestampSample(issuer: issuer).verdict() == "tsaChain")
        issuer = try TimestampSample.Issuer()
        issuer.root.notAfter = "260531000000Z"
        #expect(TimestampSample(issuer: issuer).verdict() == "tsaChain")
    }

    @Test func `the authority's certificate is for time stamping alone, critically so, and no authority`() throws {
        let changes: [(inout CertificateSample) throws -> Void] = [
            { $0.replace(try CertificateSample.extendedKeyUsage("1.3.6.1.5.5.7.3.8")) },
            { $0.replace(try CertificateSample.extendedKeyUsage("1.3.6.1.5.5.7.3.8", "1.3.6.1.5.5.7.3.3", critical: true)) },
            { $0.replace(try CertificateSample.extendedKeyUsage("1.3.6.1.5.5.7.3.3", critical: true)) },
            { $0.remove("2.5.29.37") }, { $0.remove("2.5.29.15") }, { $0.replace(CertificateSample.basicConstraints(nil)) },
            { $0.issuer = "another root" },
        ]
        for change in changes {
            var issuer = try TimestampSample.Issuer()
            try change(&issuer.leaf)
            #expect(failureName { try issuer.authority() } == "tsaChain")
        }
        // A root of old is as the trust root says; no other authority is.
        var issuer = try TimestampSample.Issuer()
        issuer.root.replace(("2.5.29.19", false, [0x30, 0x03, 0x01, 0x01, 0xff]))
        issuer.root.remove("2.5.29.15")
        #expect(failureName { try issuer.authority() } == "ok")
        issuer.root.replace(CertificateSample.keyUsage(0x80))
        #expect(failureName { try issuer.authority() } == "tsaChain")

        let certificates = try TimestampSample.Issuer().certificates()
        for chain in [[], [certificates[0]], [certificates[1], certificates[0]], [certificates[0], certificates[0]]] {
            #expect(failureName { try TimestampAuthority(name: "tsa", certificates: chain, window: ChainSample.window) } == "tsaChain")
        }
    }
}
