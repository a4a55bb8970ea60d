import Testing

@testable import Trust

@Suite struct CertificatePathTests {
    @Test(arguments: SampleKey.Kind.allCases)
    func `a signer's certificate is trusted through authorities of every kind of key`(kind: SampleKey.Kind) throws {
        let chain = try ChainSample(kind)
        let path = try chain.validate()
        #expect(path.issuer.subject.description == "CN=intermediate")
        #expect(path.root.subject.description == "CN=root")
        #expect(path.authorities.count == 2)
    }

    @Test func `every time has to lie in every certificate's validity, to the second`() throws {
        let chain = try ChainSample()
        let first = Moment(rfc3339: "2026-06-01T00:00:00Z")!
        let last = Moment(rfc3339: "2026-06-01T00:10:00Z")!
        try chain.validate(at: first, last)
        let before = Moment(rfc3339: "2026-05-31T23:59:59.999999999Z")!
        let after = Moment(rfc3339: "2026-06-01T00:10:00.000000001Z")!
        #expect(failureName { try chain.validate(at: before) } == "certificateNotValidAt")
        #expect(failureName { try chain.validate(at: after) } == "certificateNotValidAt")
        // One of several isn't enough.
        #expect(failureName { try chain.validate(at: ChainSample.time, after) } == "certificateNotValidAt")
    }

    // cosign CVE-2026-24122.
    @Test func `an intermediate that had expired, and a root, invalidate the path`() throws {
        var chain = try ChainSample()
        chain.intermediate.notAfter = "260531000000Z"
        #expect(failureName { try chain.validate() } == "certificateNotValidAt")
        chain = try ChainSample()
        chain.root.notAfter = "260531000000Z"
        #expect(failureName { try chain.validate() } == "certificateNotValidAt")
        chain = try ChainSample()
        chain.root.notBefore = "260602000000Z"
        #expect(failureName { try chain.validate() } == "certificateNotValidAt")
    }

    @Test func `the authority's window counts at both its ends, and none before or after`() throws {
        let chain = try ChainSample()
        let time = ChainSample.time
        try chain.validate(window: ValidityWindow(start: time, end: time))
        let later = Moment(seconds: time.seconds, nanoseconds: 1)
        #expect(failureName { try chain.validate(window: ValidityWindow(start: later)) } == "caWindow")
        let earlier = Moment(seconds: time.seconds - 1, nanoseconds: 999_999_999)
        #expect(failureName { try chain.validate(window: ValidityWindow(start: Moment(seconds: 0), end: earlier)) } == "caWindow")
    }

    @Test func `without a time nothing is valid`() throws {
        let chain = try ChainSample()
        #expect(failureName { try chain.authority().validate(leaf: chain.signer(), at: []) } == "noTrustedTime")
    }

    @Test func `a leaf that stands among the trusted certificates is not trusted for that`() throws {
        var chain = try ChainSample()
        chain.intermediate.subject = ""
        let leaf = try chain.signer()
        let authority = try CertificateAuthority(
            name: "ca", certificates: [leaf, chain.root.certificate(signedBy: chain.rootKey)], window: ChainSample.window)
        #expect(failureName { try authority.validate(leaf: leaf, at: [ChainSample.time]) } == "untrustedChain")
        // And alone it is no root at all.
        #expect(failureName { try CertificateAuthority(name: "ca", certificates: [leaf], window: ChainSample.window) } == "untrustedChain")
        #expect(failureName { try CertificateAuthority(name: "ca", certificates: [], window: ChainSample.window) } == "untrustedChain")
    }

    @Test(
        arguments: [
            (CertificateSample.keyUsage(0x20), "leafProfile(ku)"),
            (CertificateSample.basicConstraints(nil), "leafProfile(ca)"),
            (CertificateSample.keyUsage(0x84), "leafProfile(ca)"),
            (("1.2.3.4", true, [5, 0]), "leafProfile(critical)"),
            // The poison of a precertificate (RFC 6962 §3.1), and policies, whose processing nobody does here.
            (("1.3.6.1.4.1.11129.2.4.3", true, [5, 0]), "leafProfile(critical)"),
            (("2.5.29.32", true, [0x30, 0]), "leafProfile(critical)"),
            (("1.2.3.4", false, [5, 0]), "ok"),
            (("2.5.29.37", false, [0x30, 0x06, 0x06, 0x04, 0x55, 0x1d, 0x25, 0x00]), "leafProfile(eku)"),  // any purpose
            (CertificateSample.subjectAlternativeName((0x86, [0x41]), critical: false), "leafProfile(critical)"),
        ] as [(CertificateSample.Extension, String)])
    func `a leaf is a signer's and nothing else`(one: CertificateSample.Extension, verdict: String) throws {
        var chain = try ChainSample()
        chain.leaf.replace(one)
        #expect(failureName { try chain.validate() } == verdict)
    }

    @Test(arguments: [("2.5.29.15", "leafProfile(ku)"), ("2.5.29.37", "leafProfile(eku)"), ("2.5.29.17", "leafProfile(critical)")])
    func `what a leaf's profile asks for may not be left out`(type: String, verdict: String) throws {
        var chain = try ChainSample()
        chain.leaf.remove(type)
        #expect(failureName { try chain.validate() } == verdict)
    }

    @Test func `with a subject the alternative name need not be critical`() throws {
        var chain = try ChainSample()
        chain.leaf.subject = "somebody"
        chain.leaf.replace(CertificateSample.subjectAlternativeName((0x86, [0x41]), critical: false))
        try chain.validate()
    }

    @Test func `who issues has to be an authority that may sign certificates for this purpose`() throws {
        let changes: [(inout CertificateSample) throws -> Void] = [
            { $0.remove("2.5.29.19") }, { $0.remove("2.5.29.15") }, { $0.replace(CertificateSample.keyUsage(0x80)) },
            { $0.replace(("2.5.29.19", true, [0x30, 0x00])) }, { $0.replace(("2.5.29.19", false, [0x30, 0x03, 0x01, 0x01, 0xff])) },
            { $0.extensions.append(("1.2.3.4", true, [5, 0])) },
            { $0.replace(try CertificateSample.extendedKeyUsage("1.3.6.1.5.5.7.3.1")) },
            { $0.replace(try CertificateSample.extendedKeyUsage("2.5.29.37.0")) },
        ]
        for change in changes {
            var chain = try ChainSample()
            try change(&chain.intermediate)
            #expect(failureName { try chain.validate() } == "untrustedChain")
        }
    }

    @Test func `an authority that limits itself to a purpose issues none without that limit`() throws {
        var chain = try ChainSample()
        chain.root.extensions.append(try CertificateSample.extendedKeyUsage("1.3.6.1.5.5.7.3.3"))
        try chain.validate()
        chain.intermediate.remove("2.5.29.37")
        #expect(failureName { try chain.validate() } == "untrustedChain")
    }

    @Test func `path lengths bound how many authorities stand below`() throws {
        var chain = try ChainSample()
        chain.root.replace(CertificateSample.basicConstraints(0))
        #expect(failureName { try chain.validate() } == "untrustedChain")
        chain.root.replace(CertificateSample.basicConstraints(1))
        try chain.validate()

        // A second intermediate under the first, which allows none.
        let key = try SampleKey(7)
        let lower = try CertificateSample.authority("lower", by: "intermediate", key: key, purposes: ["1.3.6.1.5.5.7.3.3"])
        let leaf = try CertificateSample.leaf(by: "lower", key: SampleKey(3)).certificate(signedBy: key)
        func verdict(_ chain: ChainSample) -> String {
            failureName {
                try chain.authority().validate(
                    leaf: leaf, intermediates: [lower.certificate(signedBy: chain.intermediateKey)], at: [ChainSample.time])
            }
        }
        chain.root.replace(CertificateSample.basicConstraints(nil))
        #expect(verdict(chain) == "untrustedChain")
        chain.intermediate.replace(CertificateSample.basicConstraints(1))
        #expect(verdict(chain) == "ok")
        chain.root.replace(CertificateSample.basicConstraints(1))
        #expect(verdict(chain) == "untrustedChain")
    }

    @Test func `a look-alike of the authority's name is not the authority`() throws {
        let chain = try ChainSample()
        let leaf = try chain.leaf.certificate(signedBy: SampleKey(9))
        #expect(failureName { try chain.authority().validate(leaf: leaf, at: [ChainSample.time]) } == "untrustedChain")
        // Nor with a chain of its own.
        let impostor = try chain.intermediate.certificate(signedBy: SampleKey(8))
        #expect(
            failureName { try chain.authority().validate(leaf: leaf, intermediates: [impostor], at: [ChainSample.time]) }
                == "untrustedChain")
    }

    // sigstore-rust #154: staging has two intermediates of one name.
    @Test func `of two authorities of one name, the one whose key signed is the issuer`() throws {
        let chain = try ChainSample()
        var other = chain.intermediate
        other.serialNumber = [0x2b]
        let otherKey = try SampleKey(6)
        other = CertificateSample(subject: other.subject, issuer: other.issuer, key: otherKey, extensions: other.extensions)
        let authority = try CertificateAuthority(
            name: "ca",
            certificates: [
                other.certificate(signedBy: chain.rootKey), chain.intermediate.certificate(signedBy: chain.rootKey),
                chain.root.certificate(signedBy: chain.rootKey),
            ], window: ChainSample.window)
        let mine = try authority.validate(leaf: chain.signer(), at: [ChainSample.time])
        #expect(mine.issuer.subjectPublicKeyInfo == chain.intermediateKey.publicKey)
        let theirs = try authority.validate(leaf: chain.leaf.certificate(signedBy: otherKey), at: [ChainSample.time])
        #expect(theirs.issuer.subjectPublicKeyInfo == otherKey.publicKey)
    }

    @Test func `an authority's renewed certificate is found where the old one had expired`() throws {
        let chain = try ChainSample()
        var old = chain.intermediate
        old.notAfter = "260301000000Z"
        let authority = try CertificateAuthority(
            name: "ca",
            certificates: [
                old.certificate(signedBy: chain.rootKey), chain.intermediate.certificate(signedBy: chain.rootKey),
                chain.root.certificate(signedBy: chain.rootKey),
            ], window: ChainSample.window)
        let path = try authority.validate(leaf: chain.signer(), at: [ChainSample.time])
        #expect(path.issuer.notAfter.description == "2027-01-01T00:00:00Z")
    }

    @Test func `circles and crowds of candidates end`() throws {
        let chain = try ChainSample()
        let keys = try (10..<14).map { try SampleKey(UInt8($0)) }
        // Four authorities of one name, each certified by each, also by the root.
        var crowd: [Certificate] = []
        for key in keys {
            let sample = try CertificateSample.authority("crowd", by: "crowd", key: key)
            for issuer in keys { crowd.append(try sample.certificate(signedBy: issuer)) }
        }
        var root = chain.root
        root.replace(CertificateSample.basicConstraints(nil))
        let entry = try CertificateSample.authority("crowd", by: "root", key: keys[0]).certificate(signedBy: chain.rootKey)
        let set = try IssuerSet(
            root: root.certificate(signedBy: chain.rootKey), intermediates: crowd + [entry], purpose: .codeSigning)
        #expect(set.paths.count == IssuerSet.pathLimit)
        let leaf = try CertificateSample.leaf(by: "crowd", key: SampleKey(3)).certificate(signedBy: SampleKey(99))
        #expect(failureName { try set.paths(to: leaf) } == "untrustedChain")
        let authority = try chain.authority()
        #expect(
            failureName { try authority.validate(leaf: leaf, intermediates: crowd + crowd, at: [ChainSample.time]) } == "untrustedChain")
    }

    @Test func `key identifiers that disagree rule an issuer out`() throws {
        var chain = try ChainSample()
        let identifier = DERSample.octets([1, 2, 3])
        chain.intermediate.extensions.append(("2.5.29.14", false, identifier))
        chain.leaf.extensions.append(("2.5.29.35", false, DERSample.sequence([0x80, 3, 1, 2, 3])))
        try chain.validate()
        chain.leaf.replace(("2.5.29.35", false, DERSample.sequence([0x80, 3, 1, 2, 4])))
        #expect(failureName { try chain.validate() } == "untrustedChain")
    }

    @Test func `a root that names itself as issuer has to have signed itself`() throws {
        let chain = try ChainSample()
        let root = try chain.root.certificate(signedBy: SampleKey(9))
        #expect(failureName { try CertificateAuthority(name: "ca", certificates: [root], window: ChainSample.window) } == "untrustedChain")
    }
}
