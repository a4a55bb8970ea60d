import Testing

@testable import Trust

/// Responses of real authorities, from other projects' tests.
@Suite struct TimestampCorpusTests {
    private static func token(_ name: String) throws -> TimestampToken {
        try TimestampToken(response: Fixtures.bytes("timestamps/\(name).tsr"))
    }

    private static func sigstore(_ instance: String) throws -> TimestampAuthority {
        let prefix = "https://timestamp.\(instance).dev"
        let one = try #require(try KeylessCase.all("others").first { $0.root.stampers.first?.name.hasPrefix(prefix) == true })
        return one.root.stampers[0]
    }

    private static func freeTSA() throws -> TimestampAuthority {
        // The token holds its signer first, then the root, which isn't the order of their bytes.
        try TimestampAuthority(
            name: "https://freetsa.org", certificates: Certificate.all(pem: Fixtures.text("timestamps/freetsa-chain.pem")),
            window: ValidityWindow(start: Moment(seconds: 0)))
    }

    @Test(arguments: ["sigstage_tsa_response_with_embedded_certs", "sigstage_tsa_response_without_embedded_certs"])
    func `staging's stamps verify, with and without certificates inside`(name: String) throws {
        let verified = try Self.sigstore("sigstage").verify(Self.token(name), over: Array("test\n".utf8))
        #expect(verified.time.description.hasPrefix("2025-05-28T15:1"))
        #expect(failureName { try Self.sigstore("sigstage").verify(Self.token(name), over: Array("test".utf8)) } == "tsaImprint")
        #expect(failureName { try Self.sigstore("sigstore").verify(Self.token(name), over: Array("test\n".utf8)) } == "tsaSigner")
    }

    // They were made over the hexadecimal digits of a hash, so that nothing has the hash they state.
    @Test(arguments: [
        ("sigstore_tsa_response_with_embedded_certs", "tsaWindow"), ("sigstore_tsa_response_without_embedded_certs", "tsaWindow"),
    ])
    func `production's stamps of a time before its window bear a valid signature, but no time`(name: String, verdict: String) throws {
        let token = try Self.token(name)
        #expect(token.info.imprint.count == 64)
        #expect(failureName { try Self.sigstore("sigstore").verifySigner(of: token) } == verdict)
        #expect(failureName { try Self.sigstore("sigstore").verify(token, over: []) } == "tsaImprint")
    }

    @Test func `FreeTSA's, of RSA with SHA-512, a SHA-1 certificate hash and unsorted certificates, verifies`() throws {
        let token = try Self.token("freetsa_response")
        let verified = try Self.freeTSA().verifySigner(of: token)
        #expect(verified.time.description == "2025-05-02T13:21:07Z")
        #expect(failureName { try Self.sigstore("sigstore").verifySigner(of: token) } == "tsaSigner")
    }

    @Test func `a response cut short inside is malformed`() {
        #expect(failureName { try Self.token("sigstore_tsa_response_invalid") } == "tsaResponse")
    }

    // timestamp-authority CVE-2026-39984: checks ran on another certificate of the bag than the one that signed.
    @Test func `certificates put into a response count for nothing`() throws {
        let token = try Self.token("response-injected-certs")
        #expect(token.claimedTime.description == "2024-10-08T15:40:32Z")
        // A certificate of the signer's very name, issuer and number, but another one.
        var issuer = try TimestampSample.Issuer()
        issuer.leaf.serialNumber = [0x2a]
        guard case .issuerAndSerialNumber(_, let serialNumber) = token.signer.identifier else {
            Issue.record("it names its signer by issuer and number")
            return
        }
        #expect(ContentDigest.hexadecimal(serialNumber) == "4ef39e99483e65080e2037bdeeba92cdd28541ae")
        #expect(failureName { try issuer.authority().verify(token, over: Array("hello".utf8)) } == "tsaSigner")
        #expect(failureName { try SigningCertificate.check(token.signer, names: issuer.certificates()[0]) } == "tsaSigner")
    }

    @Test func `a window isn't borrowed from another authority`() throws {
        let cases = try KeylessCase.all("mutants").filter { $0.name.hasPrefix("tsa-window-borrowed") }
        #expect(cases.count == 2)
        for one in cases { #expect(one.verdict() == "tsaWindow", "\(one.name)") }
    }
}
