import JSON
import Testing

@testable import Trust

/// `trusted_root.json`: what is read, what is left out and said to be, what fails the whole.
@Suite struct TrustRootTests {
    @Test func `Sigstore's own roots are read whole`() throws {
        let production = try BundleFixtures.root()
        #expect(production.logs.map(\.name) == ["rekor.sigstore.dev", "log2025-1.rekor.sigstore.dev"])
        #expect(production.certificateAuthorities.count == 2 && production.certificateLogs.count == 2)
        #expect(production.timestampAuthorities.map(\.name) == ["https://timestamp.sigstore.dev/api/v1/timestamp"])
        #expect(production.skipped.isEmpty)
        #expect(production.newestStart == Moment(rfc3339: "2025-09-23T00:00:00Z"))
        let staging = try BundleFixtures.root("staging")
        #expect(staging.skipped.isEmpty, "\(staging.skipped)")
        #expect(staging.certificateLogs.contains { $0.key.algorithm == .rsa4096 })
    }

    static let names = [
        "production", "production.cosign-testdata", "staging", "github", "sigstore-go-public-good", "sigstore-go-scaffolding",
        "sigstore-java-trusted_root", "sigstore-java-staging_trusted_root", "sigstore-java-trusted_root_with_multiple_tsas",
        "sigstore-java-trusted_root_with_outdated_tsa", "conformance-rekor2-dsse-happy-path",
        "conformance-bundle-with-sct-with-extensions", "mutants-root-unknown-field",
    ]

    @Test(arguments: names)
    func `every root is named by the digest of its bytes`(name: String) throws {
        let bytes = try BundleFixtures.bytes("roots/\(name).json")
        let root = try TrustedRoot(json: bytes)
        #expect(root.digest == ContentDigest.sha256(of: bytes))
        #expect(try TrustedRoot(json: bytes + [0x0a]).digest != root.digest)
        #expect(!root.certificateAuthorities.isEmpty)
    }

    func production() throws -> JSON { try JSON.parse(BundleFixtures.bytes("roots/production.json")) }

    @Test(
        arguments: [
            ("mediaType", nil, "rootVersion"), ("mediaType", "application/vnd.dev.sigstore.trustedroot.v0.3+json", "rootVersion"),
            ("mediaType", "application/vnd.dev.sigstore.trustedroot.v0.2+json", nil), ("tlogs", "x", "rootMalformed"),
            ("tlogs", [.null], "rootMalformed"), ("tlogs.0.publicKey", nil, "rootMalformed"),
            ("tlogs.0.publicKey.rawBytes", "AAAA", nil), ("tlogs.0.publicKey.rawBytes", "A", "rootMalformed"),
            ("tlogs.0.publicKey.validFor", nil, "windowMissing"), ("tlogs.0.publicKey.validFor.start", nil, "windowMissing"),
            ("tlogs.0.publicKey.validFor.start", "yesterday", "rootMalformed"),
            ("tlogs.0.publicKey.validFor.end", "2026-13-01T00:00:00Z", "rootMalformed"), ("tlogs.0.publicKey.validFor.end", .null, nil),
            ("tlogs.0.logId", nil, "rootMalformed"), ("tlogs.0.logId.keyId", "AAAA", "rootMalformed"),
            ("ctlogs.0.logId.keyId", "AAAA", "rootMalformed"), ("ctlogs.0.publicKey.validFor", nil, "windowMissing"),
            ("certificateAuthorities.0.validFor", nil, "windowMissing"),
            ("certificateAuthorities.0.certChain.certificates.0.rawBytes", "AAAA", "rootMalformed"),
            ("timestampAuthorities.0.validFor.start", nil, "windowMissing"), ("newMember", 1, nil), ("tlogs.0.newMember", 1, nil),
        ] as [(String, JSON?, String?)])
    func `each field is held to its rule`(path: String, value: JSON?, reason: String?) throws {
        let bytes = try production().changing(path, to: value).bytes()
        do {
            _ = try TrustedRoot(json: bytes)
            #expect(reason == nil)
        } catch {
            #expect(error.name == reason, "\(error)")
        }
    }

    @Test(
        arguments: [
            ("tlogs.1.publicKey.keyDetails", "PKIX_ML_DSA_44", "tlogs[1]"), ("ctlogs.0.publicKey.keyDetails", "PKIX_NEW", "ctlogs[0]"),
            ("tlogs.0.hashAlgorithm", "SHA3_256", "tlogs[0]"),
            ("certificateAuthorities.0.certChain.certificates", [], "certificateAuthorities[0]"),
            ("timestampAuthorities.0.certChain", nil, "timestampAuthorities[0]"),
        ] as [(String, JSON?, String)])
    func `what isn't known yet is left out, and said to be`(path: String, value: JSON?, skipped: String) throws {
        let root = try TrustedRoot(json: production().changing(path, to: value).bytes())
        #expect(root.skipped.count == 1)
        #expect(root.skipped[0].hasPrefix(skipped), "\(root.skipped)")
    }

    @Test func `a root that is too large, too deep or too long is refused`() throws {
        #expect(throws: TrustedRootFailure.self) { try TrustedRoot(json: [UInt8](repeating: 0x20, count: TrustedRoot.sizeLimit + 1)) }
        #expect(throws: TrustedRootFailure.self) { try TrustedRoot(json: Array(String(repeating: "{\"a\":", count: 50_000).utf8)) }
        let log = try #require(production()["tlogs"]?[0])
        let crowd = try production().changing("tlogs", to: .array([JSON](repeating: log, count: 65)))
        #expect(throws: TrustedRootFailure.rootMalformed("tlogs: 65 elements, wanted at most 64")) { try TrustedRoot(json: crowd.bytes()) }
    }

    @Test func `several roots never complete each other`() throws {
        // One knows the authorities, the other the logs: together they would do.
        let bytes = try BundleFixtures.bytes("conformance/happy-path-v0.3.json")
        let bundle = try Bundle(json: bytes)
        let artifact = try BundleFixtures.artifact()
        let requirement = try BundleFixtures.requirement(BundleFixtures.conformanceSubject)
        let authorities = try TrustedRoot(json: production().changing("tlogs", to: []).bytes())
        let logs = try TrustedRoot(json: production().changing("certificateAuthorities", to: []).bytes())
        func verify(_ roots: [TrustedRoot]) throws(VerificationFailure) -> BundleEvidence {
            try TrustedRoot.any(of: roots) { (root) throws(VerificationFailure) in
                try BundleVerifier(root: root).verify(bundle, of: artifact, requirement: requirement)
            }
        }
        let failure = BundleFixtures.failure { () throws(VerificationFailure) in _ = try verify([authorities, logs]) }
        guard case .trustRootsFailed(let failures)? = failure else { throw Fixtures.Missing(path: "\(failure?.description ?? "accepted")") }
        #expect(failures.map(\.name) == ["logUnknown", "untrustedChain"])
        let whole = try BundleFixtures.root()
        #expect(try verify([authorities, whole, logs]).rootDigest == whole.digest)
        #expect(BundleFixtures.failure { () throws(VerificationFailure) in _ = try verify([]) } == .trustRootsFailed([]))
    }

    @Test func `mutations of a root crash nothing, and none trusts another key under a log's id`() throws {
        let original = try BundleFixtures.bytes("roots/production.json")
        let known = Dictionary(uniqueKeysWithValues: try BundleFixtures.root().logs.map { ($0.id, $0.key) })
        var generator = SeededGenerator(seed: 23)
        for _ in 0..<600 {
            guard let root = try? TrustedRoot(json: original.mutated(by: &generator)) else { continue }
            for log in root.logs { if let key = known[log.id] { #expect(log.key == key) } }
        }
    }
}
