import Testing

@testable import Trust

/// Signatures that the Notary Project's own library made (`Tests/Fixtures/signatures/notation`), in both encodings.
@Suite struct NotationVectorTests {
    typealias Encoding = NotationEnvelope.Encoding

    /// The root that vouches, and when and how the artifact is verified.
    private struct Setting {
        var source = PolicySource.Notation()
        var occasion: Occasion
        let digest: String

        init(root: String = "root", now: String = "2026-06-15T00:00:00Z") throws {
            let artifact = try Fixtures.bytes("notation/artifact.json")
            digest = ContentDigest.sha256(of: artifact)
            occasion = Occasion(now: try #require(Moment(rfc3339: now)), mediaType: NotationSample.mediaType, size: artifact.count)
            source.certificates = [try Fixtures.text("notation/\(root).pem")]
            source.identities = ["x509.subject: C=US, ST=WA, L=Seattle, O=wabbit-networks.example"]
        }

        func verify(_ name: String, _ encoding: Encoding) throws -> BundleEvidence {
            var problems: [String] = []
            let requirement = NotationRequirement(source, "notation", &problems)
            #expect(problems.isEmpty, "\(problems)")
            let bytes = try Fixtures.bytes("notation/\(name).\(encoding == .jws ? "jws" : "cose")")
            return try NotationSignature.verify(bytes, as: encoding, requirement: requirement, digest: digest, on: occasion)
        }

        func verdict(_ name: String, _ encoding: Encoding) -> String { failureName { try verify(name, encoding) } }
    }

    @Test(arguments: ["p256", "p384", "p521", "rsa2048", "rsa3072", "rsa4096", "annotated", "extended", "expiring"], Encoding.allCases)
    func `what the reference signs is accepted`(_ name: String, _ encoding: Encoding) throws {
        let root = name.hasPrefix("rsa") ? "rsa-root" : "root"
        let setting = try Setting(root: root)
        let evidence = try setting.verify(name, encoding)
        #expect(
            evidence.identity?.subject
                == "x509.subject: C=US, ST=WA, L=Seattle, O=wabbit-networks.example, CN=SecureBuilder")
        let certificate = try Certificate(pem: Fixtures.text("notation/\(root).pem"))
        #expect(evidence.identity?.issuer == "sha256:\(certificate.fingerprint)")
        #expect(evidence.rootDigest == "sha256:\(certificate.fingerprint)")
        #expect(evidence.times.isEmpty)
        #expect(try Setting(root: root == "root" ? "rsa-root" : "root").verdict(name, encoding) == "untrustedChain")
    }

    @Test(
        arguments: [
            ("extended-critical", "criticalHeaderUnknown"), ("plugin", "verificationPluginRequired"),
            ("other-type", "contentTypeUnsupported"),
        ], Encoding.allCases)
    func `what it signs for others to understand is refused`(_ one: (name: String, failure: String), _ encoding: Encoding) throws {
        #expect(try Setting().verdict(one.name, encoding) == one.failure)
    }

    @Test(arguments: Encoding.allCases)
    func `expiry and validity are those of the clock`(_ encoding: Encoding) throws {
        #expect(try Setting(now: "2026-08-31T23:59:59Z").verdict("expiring", encoding) == "ok")
        #expect(try Setting(now: "2026-09-01T00:00:00Z").verdict("expiring", encoding) == "signatureExpired")
        #expect(try Setting(now: "2025-12-31T23:59:59Z").verdict("p256", encoding) == "certificateNotValidAt")
        #expect(try Setting(now: "2027-01-01T00:00:01Z").verdict("p256", encoding) == "certificateNotValidAt")
    }

    @Test(arguments: ["stamped", "stamped-rsa"], Encoding.allCases)
    func `a stamp by openssl's authority keeps it valid`(_ name: String, _ encoding: Encoding) throws {
        var setting = try Setting(root: name == "stamped" ? "root" : "rsa-root", now: "2039-01-01T00:00:00Z")
        #expect(setting.verdict(name, encoding) == "tsaSigner")
        setting.source.timestampAuthorities = [try Fixtures.text("notation/stamp-root.pem")]
        let evidence = try setting.verify(name, encoding)
        #expect(evidence.times.count == 1)
        #expect(evidence.times.first?.source.description.contains("Stamper") == true)
        setting.source.timestampAuthorities = [try Fixtures.text("notation/root.pem")]
        #expect(setting.verdict(name, encoding) == "tsaChain")
    }

    @Test(arguments: Encoding.allCases)
    func `a stamp that came after the certificate ran out heals nothing`(_ encoding: Encoding) throws {
        var setting = try Setting(now: "2026-06-15T00:00:00Z")
        setting.source.timestampAuthorities = [try Fixtures.text("notation/stamp-root.pem")]
        #expect(setting.verdict("stamped-late", encoding) == "certificateNotValidAt")
    }

    @Test(arguments: Encoding.allCases)
    func `a signing authority counts where it is named as one`(_ encoding: Encoding) throws {
        var setting = try Setting(root: "authority-root", now: "2036-01-01T00:00:00Z")
        #expect(setting.verdict("authority", encoding) == "untrustedChain")
        (setting.source.signingAuthorities, setting.source.certificates) = (setting.source.certificates, [])
        let evidence = try setting.verify("authority", encoding)
        #expect(evidence.times.map(\.time) == [Moment(rfc3339: "2026-06-01T12:00:00Z")])
        #expect(evidence.holdsUntil == nil)
    }

    @Test(arguments: Encoding.allCases)
    func `a signer that signed itself counts where the policy holds that certificate`(_ encoding: Encoding) throws {
        #expect(try Setting(root: "self").verdict("self-signed", encoding) == "ok")
        #expect(try Setting().verdict("self-signed", encoding) == "untrustedChain")
    }

    @Test(arguments: Encoding.allCases)
    func `a byte changed anywhere in what is signed is noticed`(_ encoding: Encoding) throws {
        let setting = try Setting(root: "self")
        var problems: [String] = []
        let requirement = NotationRequirement(setting.source, "notation", &problems)
        let bytes = try Fixtures.bytes("notation/self-signed.\(encoding == .jws ? "jws" : "cose")")
        let original = try NotationEnvelope(bytes, as: encoding)
        var accepted = 0
        for index in bytes.indices {
            var changed = bytes
            changed[index] ^= 0x01
            guard
                let evidence = try? NotationSignature.verify(
                    changed, as: encoding, requirement: requirement, digest: setting.digest, on: setting.occasion)
            else { continue }
            accepted += 1
            // What isn't signed may change: who claims to have made it.
            let envelope = try NotationEnvelope(changed, as: encoding)
            #expect(envelope.signedBytes == original.signedBytes && envelope.signature == original.signature, "byte \(index)")
            #expect(evidence.identity?.subject.hasSuffix("CN=Alone") == true)
        }
        #expect(accepted < 64, "only the agent's name and its value aren't signed")
    }
}
