import Testing

@testable import Trust

@Suite struct CertificateIdentityTests {
    private func identity(_ change: (inout CertificateSample) throws -> Void = { _ in }) throws -> CertificateIdentity {
        var sample = try CertificateSample.leaf(by: "root", key: SampleKey(3))
        try change(&sample)
        return try CertificateIdentity(sample.certificate(signedBy: SampleKey(1)))
    }

    private func requirement(
        issuer: String = CertificateSample.provider, subject: String = CertificateSample.identity,
        kind: CertificateIdentity.SubjectKind? = nil, extensions: [String: TextRequirement] = [:]
    ) throws -> IdentityRequirement {
        try IdentityRequirement(issuer: .exact(issuer), subject: .exact(subject), kind: kind, extensions: extensions)
    }

    @Test func `a signer is who was vouched for, and by whom`() throws {
        let identity = try identity()
        #expect(identity.kind == .uri)
        #expect(identity.subject == CertificateSample.identity)
        #expect(identity.issuer == CertificateSample.provider)
        try requirement().check(identity)
        #expect(failureName { try requirement(subject: "https://ci.example.test/org/repo").check(identity) } == "identityMismatch")
        #expect(failureName { try requirement(issuer: "https://issuer.example.test/").check(identity) } == "issuerMismatch")
    }

    @Test func `one name and no more is what a certificate has`() throws {
        #expect(failureName { try identity { $0.remove("2.5.29.17") } } == "identityMismatch")
        let names = CertificateSample.subjectAlternativeName((0x86, [0x41]), (0x86, [0x42]))
        #expect(failureName { try identity { $0.replace(names) } } == "identityMismatch")
        #expect(failureName { try identity { $0.replace(CertificateSample.subjectAlternativeName((0x82, [0x41]))) } } == "identityMismatch")
    }

    @Test func `the same text of another kind is another signer`() throws {
        let text = Array("me@example.test".utf8)
        let mail = try identity { $0.replace(CertificateSample.subjectAlternativeName((0x81, text))) }
        let uri = try identity { $0.replace(CertificateSample.subjectAlternativeName((0x86, text))) }
        #expect((mail.kind, uri.kind) == (.email, .uri))
        try requirement(subject: "me@example.test", kind: .email).check(mail)
        #expect(failureName { try requirement(subject: "me@example.test", kind: .email).check(uri) } == "identityMismatch")
        // A URI in the policy is a URI in the certificate.
        let posing = try identity { $0.replace(CertificateSample.subjectAlternativeName((0x81, Array(CertificateSample.identity.utf8)))) }
        #expect(failureName { try requirement().check(posing) } == "identityMismatch")
    }

    @Test func `a user name stands in an OtherName of Sigstore's type`() throws {
        func other(_ type: String, _ value: [UInt8]) throws -> (UInt8, [UInt8]) {
            (0xa0, try DERSample.oid(type) + DERSample.explicit(0, value))
        }
        let name = try other("1.3.6.1.4.1.57264.1.7", DERSample.utf8("foo!example.com"))
        let identity = try identity { $0.replace(CertificateSample.subjectAlternativeName(name)) }
        #expect((identity.kind, identity.subject) == (.username, "foo!example.com"))
        try requirement(subject: "foo!example.com").check(identity)

        let foreign = try other("1.3.6.1.4.1.311.20.2.3", DERSample.utf8("foo!example.com"))
        #expect(failureName { try self.identity { $0.replace(CertificateSample.subjectAlternativeName(foreign)) } } == "identityMismatch")
        let number = try other("1.3.6.1.4.1.57264.1.7", DERSample.integer([1]))
        #expect(
            failureName { try self.identity { $0.replace(CertificateSample.subjectAlternativeName(number)) } }
                == "extensionMalformed(1.3.6.1.4.1.57264.1.7)")
    }

    @Test func `the provider of old certificates is bare text, and both must agree`() throws {
        let type = "1.3.6.1.4.1.57264.1.1"
        let old = try identity {
            $0.remove("1.3.6.1.4.1.57264.1.8")
            $0.extensions.append((type, false, Array(CertificateSample.provider.utf8)))
        }
        try requirement().check(old)
        let both = try identity { $0.extensions.append((type, false, Array(CertificateSample.provider.utf8))) }
        try requirement().check(both)
        #expect(failureName { try identity { $0.extensions.append((type, false, Array("https://other".utf8))) } } == "issuerConflict")
        let none = try identity { $0.remove("1.3.6.1.4.1.57264.1.8") }
        #expect(failureName { try requirement().check(none) } == "issuerMismatch")
    }

    @Test(
        arguments: [
            [], [0x0c], [0x0c, 0x01], [0x0c, 0x01, 0x80], [0x13, 0x01, 0x41], [0x0c, 0x01, 0x41, 0x00], [0x0c, 0x81, 0x01, 0x41],
        ] as [[UInt8]])
    func `a provider that isn't a UTF8String in DER is malformed`(value: [UInt8]) throws {
        #expect(
            failureName { try identity { $0.replace(("1.3.6.1.4.1.57264.1.8", false, value)) } }
                == "extensionMalformed(1.3.6.1.4.1.57264.1.8)")
    }

    @Test func `every extension is known by its name and by its number`() throws {
        #expect(FulcioExtension.allCases.count == 23)
        #expect(Set(FulcioExtension.allCases.map(\.name)).count == 23)
        for one in FulcioExtension.allCases {
            #expect(FulcioExtension(named: one.name) == one)
            #expect(FulcioExtension(named: one.oid) == one)
            #expect("\(one.type)" == one.oid)
            let value = one.rawValue <= 6 ? Array("x".utf8) : DERSample.utf8("x")
            let identity = try identity {
                $0.remove("1.3.6.1.4.1.57264.1.8")
                $0.extensions.append((one.oid, false, value))
            }
            #expect(identity.extensions == [one: "x"])
        }
    }

    @Test func `a policy may ask for extensions, and absence is no match`() throws {
        let identity = try identity {
            $0.extensions.append(("1.3.6.1.4.1.57264.1.12", false, DERSample.utf8("https://git.example.test/r")))
        }
        try requirement(extensions: ["sourceRepositoryURI": .exact("https://git.example.test/r")]).check(identity)
        try requirement(extensions: ["1.3.6.1.4.1.57264.1.12": .matching("https://git[.]example[.]test/.*")]).check(identity)
        #expect(
            failureName { try requirement(extensions: ["sourceRepositoryURI": .exact("https://git.example.test")]).check(identity) }
                == "extensionMismatch(1.3.6.1.4.1.57264.1.12)")
        #expect(
            failureName { try requirement(extensions: ["buildTrigger": .matching(".*")]).check(identity) }
                == "extensionMismatch(1.3.6.1.4.1.57264.1.20)")
    }

    // sigstore-js CVE-2026-48815: a policy's extension was silently not looked at.
    @Test func `what the verifier doesn't know makes the policy invalid`() throws {
        for name in ["1.3.6.1.4.1.57264.1.7", "1.3.6.1.4.1.57264.1.99", "sourcerepositoryuri", "1.3.6.1.4.1.57264.1.012", ""] {
            #expect(failureName { try requirement(extensions: [name: .exact("x")]) } == "policyInvalid", "\(name)")
        }
        #expect(
            failureName { try requirement(extensions: ["buildTrigger": .exact("x"), "1.3.6.1.4.1.57264.1.20": .exact("y")]) }
                == "policyInvalid")
    }

    @Test func `an empty text and an empty expression make the policy invalid`() throws {
        #expect(failureName { try TextRequirement.exact("") } == "policyInvalid")
        #expect(failureName { try TextRequirement.matching("") } == "policyInvalid")
        #expect(failureName { try TextRequirement.matching("(") } == "policyInvalid")
    }

    // fulcio CVE-2026-22772: an expression that isn't anchored accepts what merely contains it.
    @Test func `an expression matches the whole text`() throws {
        let requirement = try TextRequirement.matching("https://ci[.]example[.]test/org")
        #expect(requirement.accepts("https://ci.example.test/org"))
        #expect(!requirement.accepts("https://ci.example.test/organisation"))
        #expect(!requirement.accepts("https://evil.test/?https://ci.example.test/org"))
    }

    @Test func `texts that only look alike are different`() throws {
        // KELVIN SIGN; e with a combining accent.
        #expect(try !TextRequirement.exact("K").accepts("\u{212a}"))
        #expect(try !TextRequirement.exact("\u{e9}").accepts("e\u{301}"))
    }

    @Test func `a message shows nothing that turns or hides its line`() throws {
        let failure = IdentityFailure.issuerMismatch(found: "a\u{202e}b\nc\u{200b}\u{7f}é", wanted: "\"x\"")
        #expect(failure.description.contains("\"a\\u{202E}b\\nc\\u{200B}\\u{7F}é\""), "\(failure)")
        let long = IdentityFailure.subjectMismatch(found: String(repeating: "a", count: 9000), wanted: "x")
        #expect(long.description.utf8.count < 600)
        var sample = try CertificateSample.authority("ev\u{2028}il", by: "root", key: SampleKey(1))
        sample.serialNumber = [1]
        #expect(try sample.certificate(signedBy: SampleKey(1)).subject.description == "CN=ev\\u{2028}il")
    }
}
