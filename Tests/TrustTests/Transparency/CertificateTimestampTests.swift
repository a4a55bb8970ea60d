import JSON
import Testing

@testable import Trust

@Suite struct CertificateTimestampTests {
    private static let log = "2012"

    private static func logs(end: String? = nil) throws -> [CertificateTransparencyLog] {
        let key = try PublicKey(pem: Fixtures.text("certificates/transparency/ct-server-key-public.pem"))
        return [
            CertificateTransparencyLog(
                key: key, window: ValidityWindow(start: Moment(seconds: 0), end: end.flatMap { Moment(rfc3339: $0) }), name: log)
        ]
    }

    /// A path that no validation made: these certificates are signed with SHA-1.
    private static func path(_ leaf: Certificate) throws -> CertificatePath {
        CertificatePath(leaf: leaf, authorities: [try Certificate(pem: Fixtures.text("certificates/transparency/ca-cert.pem"))])
    }

    private static func named(_ name: String) throws -> Certificate {
        let all = try JSON.parse(Fixtures.bytes("certificates/transparency/certs.json"))
        return try Certificate(pem: #require(all[name]?.string))
    }

    @Test func `timestamps of the projects that log certificates verify`() throws {
        for leaf in [
            try Self.named("TestEmbeddedCertPEM"), try Certificate(pem: Fixtures.text("certificates/transparency/cert-ct-embedded.pem")),
        ] {
            let verified = try Self.path(leaf).verifyTimestamps(logs: Self.logs())
            #expect(verified.map(\.log.name) == [Self.log])
            #expect(verified[0].time.description.hasPrefix("2013-0"))
        }
    }

    @Test func `a timestamp of another certificate doesn't`() throws {
        let path = try Self.path(Self.named("TestInvalidEmbeddedCertPEM"))
        #expect(failureName { try path.verifyTimestamps(logs: Self.logs()) } == "sctInvalid")
    }

    @Test func `without a timestamp, or with a precertificate's poison, there is none`() throws {
        #expect(failureName { try Self.path(Self.named("TestCertPEM")).verifyTimestamps(logs: Self.logs()) } == "sctMissing")
        let poisoned = try Certificate(pem: Fixtures.text("certificates/transparency/cert-ct-poisoned.pem"))
        #expect(failureName { try Self.path(poisoned).verifyTimestamps(logs: Self.logs()) } == "sctMissing")
        #expect(poisoned.extensions.unknownCritical.map { "\($0)" } == ["1.3.6.1.4.1.11129.2.4.3"])
    }

    // sigstore-go #178.
    @Test func `the log's key counts only within its window, and unknown logs not at all`() throws {
        let path = try Self.path(Self.named("TestEmbeddedCertPEM"))
        #expect(failureName { try path.verifyTimestamps(logs: Self.logs(end: "2013-01-01T00:00:00Z")) } == "ctLogWindow")
        #expect(failureName { try path.verifyTimestamps(logs: []) } == "ctLogUnknown")
        // sigstore-rust's TOB-SIGSTORE-11: another log's window isn't borrowed.
        let other = CertificateTransparencyLog(
            key: try PublicKey(der: SampleKey(1).publicKey), window: ValidityWindow(start: Moment(seconds: 0)), name: "other")
        #expect(failureName { try path.verifyTimestamps(logs: Self.logs(end: "2013-01-01T00:00:00Z") + [other]) } == "ctLogWindow")
        // The trust root may list one key twice, for two times.
        #expect(try path.verifyTimestamps(logs: Self.logs(end: "2013-01-01T00:00:00Z") + Self.logs()).count == 1)
    }

    // sigstore-go CVE-2026-49834: a threshold counted timestamps, not logs.
    @Test func `a threshold counts different logs`() throws {
        let path = try Self.path(Self.named("TestEmbeddedCertPEM"))
        #expect(failureName { try path.verifyTimestamps(logs: Self.logs(), threshold: 2) } == "sctTooFew")
        let logs = try [4, 5].map { number in
            CertificateTransparencyLog(
                key: try PublicKey(der: SampleKey(number).publicKey), window: ChainSample.window, name: "log \(number)")
        }
        let twice = try Self.signed(by: [4, 4])
        #expect(failureName { try twice.verifyTimestamps(logs: logs, threshold: 2) } == "sctTooFew")
        let both = try Self.signed(by: [4, 5])
        #expect(try both.verifyTimestamps(logs: logs, threshold: 2).map(\.log.name) == ["log 4", "log 5"])
        // One that a known log didn't make fails all, though another would do.
        let forged = try Self.signed(by: [4, 5], forging: 5)
        #expect(failureName { try forged.verifyTimestamps(logs: logs) } == "sctInvalid")
    }

    /// A validated path whose leaf was logged by the logs of these keys.
    private static func signed(
        by numbers: [UInt8], _ kind: SampleKey.Kind = .p256, forging forged: UInt8? = nil, claiming claimed: UInt8? = nil
    ) throws -> CertificatePath {
        var chain = try ChainSample()
        let tbs = try chain.signer().precertificateTBS()
        let issuerKeyHash = DigestAlgorithm.sha256.hash(chain.intermediateKey.publicKey)
        var list: [UInt8] = []
        for number in numbers {
            let key = try SampleKey(number, kind)
            let algorithm: UInt8 = claimed ?? (kind == .rsa ? 1 : 3)
            let id = DigestAlgorithm.sha256.hash(key.publicKey)
            let time: [UInt8] = [0, 0, 1, 0x9e, 0x80, 0, 0, 0]
            let head = id + time + [0, 0]
            let unsigned = try SignedCertificateTimestamp(([0] + head + [4, algorithm, 0, 0])[...])
            let bytes = unsigned.signedBytes(issuerKeyHash: issuerKeyHash, precertificate: number == forged ? tbs + [0] : tbs)
            let signature = try key.sign(bytes)
            let entry = [0] + head + [4, algorithm, UInt8(signature.count >> 8), UInt8(signature.count & 0xff)] + signature
            list += [UInt8(entry.count >> 8), UInt8(entry.count & 0xff)] + entry
        }
        let value = [UInt8(list.count >> 8), UInt8(list.count & 0xff)] + list
        chain.leaf.extensions.append(("1.3.6.1.4.1.11129.2.4.2", false, DERSample.octets(value)))
        return try chain.validate()
    }

    @Test(arguments: [(SampleKey.Kind.rsa, "ok"), (.p384, "sctInvalid"), (.ed25519, "sctInvalid")])
    func `a log signs with ECDSA or RSA and SHA-256`(kind: SampleKey.Kind, verdict: String) throws {
        // The keys of P-384 here sign with SHA-384, which RFC 6962 has not.
        let log = CertificateTransparencyLog(
            key: try PublicKey(der: SampleKey(4, kind).publicKey), window: ChainSample.window, name: "log")
        let path = try Self.signed(by: [4], kind)
        #expect(failureName { try path.verifyTimestamps(logs: [log]) } == verdict)
        // What the timestamp says of its algorithm has to be what the key is.
        let lying = try Self.signed(by: [4], kind, claiming: kind == .rsa ? 3 : 1)
        #expect(failureName { try lying.verifyTimestamps(logs: [log]) } == "sctInvalid")
    }

    @Test func `the precertificate is rebuilt to the byte`() throws {
        let wanted = try JSON.parse(Fixtures.bytes("certificates/transparency/precertificates.json"))
        var leaves = [try Self.named("TestEmbeddedCertPEM")]
        for file in ["mutants", "conformance", "others"] { leaves += try KeylessCase.all(file).map(\.leaf) }
        var compared: Set<String> = []
        for leaf in leaves {
            guard let hash = wanted[leaf.fingerprint]?.string else { continue }
            #expect(ContentDigest.hexadecimal(DigestAlgorithm.sha256.hash(leaf.precertificateTBS())) == hash)
            compared.insert(leaf.fingerprint)
        }
        #expect(compared.count == wanted.object?.count)
        // sigstore-ruby's.
        let leaf = try Certificate(pem: Fixtures.text("certificates/transparency/cryptography-scts.pem"))
        #expect(try leaf.precertificateTBS() == Fixtures.bytes("certificates/transparency/cryptography-scts-tbs-precert.der"))
    }

    @Test func `a list that isn't encoded to its last byte is malformed`() throws {
        let entry = [UInt8](repeating: 0, count: 43) + [4, 3, 0, 1, 9]
        func list(_ entries: [[UInt8]]) -> [UInt8] {
            let all = entries.flatMap { [UInt8($0.count >> 8), UInt8($0.count & 0xff)] + $0 }
            return [UInt8(all.count >> 8), UInt8(all.count & 0xff)] + all
        }
        let malformed: [[UInt8]] = [
            [], [0], [0, 0], [0, 1], list([[]]), list([entry]) + [0], Array(list([entry]).dropLast()),
            list([[1] + entry.dropFirst()]),  // version 2
            list([entry + [0]]), list([Array(entry.dropLast())]),
            list([Array(entry.dropLast(5)) + [2, 3, 0, 1, 9]]),  // SHA-1
            list([Array(entry.dropLast(5)) + [4, 2, 0, 1, 9]]),  // DSA
            list([[UInt8](repeating: 0, count: 33) + [UInt8](repeating: 0xff, count: 8) + [0, 0, 4, 3, 0, 1, 9]]),
            list([[UInt8]](repeating: entry, count: SignedCertificateTimestamp.limit + 1)),
        ]
        for value in malformed { #expect(try Self.verdict(DERSample.octets(value)) == "sctMalformed", "\(value)") }
        #expect(try Self.verdict(list([entry])) == "sctMalformed")
        #expect(try Self.verdict(DERSample.octets(list([entry]))) == "ctLogUnknown")
    }

    private static func verdict(_ value: [UInt8]) throws -> String {
        var chain = try ChainSample()
        chain.leaf.extensions.append(("1.3.6.1.4.1.11129.2.4.2", false, value))
        let path = try chain.validate()
        return failureName { try path.verifyTimestamps(logs: []) }
    }
}
