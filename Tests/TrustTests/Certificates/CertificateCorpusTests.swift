import Testing

@testable import Trust

/// Certificates of other projects' tests.
@Suite struct CertificateCorpusTests {
    /// certificate-transparency-go's certificates that no reader should take, and why ours doesn't.
    @Test(arguments: [
        ("mismatching-sig-alg", "the signature algorithm inside the signed part differs"),
        ("xf-der-invalid-nonminimal-int", "an INTEGER longer than its value needs"),
        ("xf-der-pubkey-rsa-nonminimal-int", "the key of"),
        ("xf-ext-extended-key-usage-empty", "extendedKeyUsage: not DER"),
        ("xf-ext-extended-key-usage-empty-oid", "no object identifier"),
        ("xf-ext-subject-info-empty", "information access: empty"),
        ("xf-pubkey-ecdsa-secp192r1", "the key of"),
        ("xf-pubkey-rsa-modulus-negative", "the key of"),
        ("xf-pubkey-rsa-param-nonnull", "the key of"),
        ("xf-subject-nonprintable", "subject: a character that its type of string has not"),
    ])
    func `an invalid certificate is rejected for what is wrong with it`(name: String, reason: String) throws {
        let pem = try Fixtures.text("certificates/invalid/\(name).pem")
        let failure = #expect(throws: CertificateFailure.self) { try Certificate(pem: pem).publicKey() }
        #expect(failure?.description.contains(reason) == true, "\(failure?.description ?? "")")
    }

    /// fulcio's authorities, made for its file CA.
    @Test(arguments: [
        ("ecdsa-cert", "ok"), ("ed25519-cert", "ok"), ("rsa4096-cert", "ok"), ("openssl-cert", "untrustedChain"),
        ("intermediate-2-cert", "ok"),
        ("intermediate-3-cert", "ok"), ("eku-chaining-violation-cert", "untrustedChain"), ("notca-cert", "untrustedChain"),
    ])
    func `an authority is one only where its whole chain may issue for code signing`(name: String, verdict: String) throws {
        let chain = try Certificate.all(pem: Fixtures.text("certificates/fileca/\(name).pem"))
        // The lowest authority issues: a leaf that names it, whose signature is then the only thing missing.
        let found = failureName {
            let authority = try CertificateAuthority(name: name, certificates: chain, window: ChainSample.window)
            let leaf = try CertificateSample.leaf(by: "x", key: SampleKey(3)).certificate(signedBy: SampleKey(1))
            #expect(throws: CertificateFailure.self) { try authority.validate(leaf: leaf, at: [ChainSample.time]) }
            let issuers = try IssuerSet(root: chain[chain.count - 1], intermediates: chain.dropLast(), purpose: .codeSigning)
            guard issuers.paths.contains(where: { $0.first == chain[0] }) else {
                throw CertificateFailure.untrustedChain(issuers.objections.joined())
            }
        }
        #expect(found == verdict)
    }

    @Test func `the chaining violation is named`() throws {
        let chain = try Certificate.all(pem: Fixtures.text("certificates/fileca/eku-chaining-violation-cert.pem"))
        let issuers = try IssuerSet(root: chain[2], intermediates: chain.dropLast(), purpose: .codeSigning)
        #expect(issuers.objections == ["\"CN=intermediate2\" isn't limited to code signing, as an authority above it is"])
    }

    /// sigstore-python's certificates of one defect each; they have no more in common than a name, and are signed by one root.
    @Test(arguments: [
        ("bogus-leaf", "ok"), ("bogus-leaf-invalid-ku", "leafProfile(ku)"), ("bogus-leaf-invalid-eku", "leafProfile(eku)"),
        ("bogus-leaf-missing-eku", "leafProfile(eku)"), ("bogus-root", "leafProfile(ca)"), ("bogus-intermediate", "leafProfile(ca)"),
    ])
    func `a bogus leaf is rejected for what is wrong with it`(name: String, verdict: String) throws {
        let leaf = try Certificate(pem: Fixtures.text("certificates/bogus/\(name).pem"))
        #expect(failureName { try leaf.requireLeafProfile(for: .codeSigning) } == verdict)
    }

    @Test(arguments: [
        ("bogus-root", "ok"), ("bogus-root-invalid-ku", "untrustedChain"), ("bogus-root-missing-ku", "untrustedChain"),
        ("bogus-root-noncritical-bc", "untrustedChain"), ("bogus-leaf", "untrustedChain"),
        // Signed by the root under the root's own name, and so no root.
        ("bogus-intermediate", "untrustedChain"), ("bogus-intermediate-with-eku", "untrustedChain"),
    ])
    func `a bogus root is none`(name: String, verdict: String) throws {
        let root = try Certificate(pem: Fixtures.text("certificates/bogus/\(name).pem"))
        #expect(failureName { try CertificateAuthority(name: name, certificates: [root], window: ChainSample.window) } == verdict)
    }

    @Test(arguments: ["bogus-intermediate", "bogus-intermediate-with-eku"])
    func `a bogus intermediate issues under its root`(name: String) throws {
        let root = try Certificate(pem: Fixtures.text("certificates/bogus/bogus-root.pem"))
        let intermediate = try Certificate(pem: Fixtures.text("certificates/bogus/\(name).pem"))
        #expect(try IssuerSet(root: root, intermediates: [intermediate], purpose: .codeSigning).paths == [[root], [intermediate, root]])
    }

    @Test func `every issuer's kind of key verifies what it signed, and nothing else`() throws {
        for name in ["ecdsa-cert", "ed25519-cert", "rsa4096-cert", "openssl-cert"] {
            let root = try Certificate(pem: Fixtures.text("certificates/fileca/\(name).pem"))
            #expect(try root.isSigned(by: root), "\(name)")
            var changed = root.der
            changed[changed.count - 1] ^= 1
            #expect(try Certificate(der: changed).isSigned(by: root) == false, "\(name)")
        }
    }

    @Test func `keys and signatures of old are read, but vouch for nothing`() throws {
        // RSA of 1024 bits and SHA-1, from 2012.
        let authority = try Certificate(pem: Fixtures.text("certificates/transparency/ca-cert.pem"))
        #expect(failureName { try authority.publicKey() } == "algorithmUnsupported")
        #expect(failureName { try authority.isSigned(by: authority) } == "algorithmUnsupported")
        #expect(
            failureName { try CertificateAuthority(name: "old", certificates: [authority], window: ChainSample.window) }
                == "untrustedChain")
    }
}
