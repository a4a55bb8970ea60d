import JSON
import Testing

@testable import Trust

/// Known defects of other verifiers, each by its name: what was accepted there is refused here, for its reason.
///
/// Defects of certificates, identities and time stamps stand with those; a lying registry's with who fetches.
@Suite struct DefectTests {
    struct Defect: Sendable, CustomTestStringConvertible {
        var name: String
        var suite = "mutants"
        var example: String
        var reason: String

        init(_ name: String, _ example: String, in suite: String = "mutants", _ reason: String) {
            self.name = name
            self.suite = suite
            self.example = example
            self.reason = reason
        }

        var testDescription: String { "\(name): \(example)" }
    }

    static let defects: [Defect] = [
        Defect("cosign CVE-2022-36056, bundle not tied to the signature", "entry-other-signature_fail", "entryMismatch(signature)"),
        Defect("cosign CVE-2022-36056, identity unchecked", "cert-issuer-other_fail", "issuerMismatch"),
        Defect("cosign CVE-2022-36056, invalid bundle ignored", "set-time-changed_fail", "setInvalid"),
        Defect("cosign CVE-2026-22703, any log entry accepted", "entry-other-digest_fail", "entryMismatch(digest)"),
        Defect("cosign CVE-2026-39395, predicate of another artifact", "dsse-subject-digest-in-sha1-key_fail", "subjectMismatch"),
        Defect("sigstore-go CVE-2026-49834, one entry counted twice", "entry-duplicated_fail", "duplicateLogEntry"),
        Defect("sigstore-go #611, digest of the entry not compared", "entry-other-digest_fail", "entryMismatch(digest)"),
        Defect("sigstore-go #600, digest hint not compared", "digest-hint-wrong_fail", "digestHintMismatch"),
        Defect("sigstore-go #609, digest under another algorithm", "dsse-subject-digest-in-sha1-key_fail", "subjectMismatch"),
        Defect("sigstore-go #178, window of the certificate log", "sct-outside-log-window_fail", "ctLogWindow"),
        Defect("sigstore-java CVE-2024-53267, unrelated entry", "dsse-entry-other-payload_fail", "entryMismatch(signature)"),
        Defect("sigstore-java CVE-2024-54140, checkpoint unchecked", "checkpoint-wrong-key_fail", "checkpointSignature"),
        Defect("sigstore-java #1185, promise unchecked", "set-time-changed_fail", "setInvalid"),
        Defect("sigstore-python CVE-2024-55655, time without promise", "time-unsigned_fail", "noTrustedTime"),
        Defect("sigstore-js CVE-2026-48816, time without promise", "time-unsigned_fail", "noTrustedTime"),
        Defect("sigstore-rust TOB-9, several signatures", "dsse-two-signatures_fail", "dsseSignatureCount"),
        Defect("sigstore-rust, unknown payload type", "dsse-payload-type_fail", "payloadType"),
        Defect(
            "sigstore-rust TOB-11, window of another authority", "tsa-window-borrowed-other-tsa_fail", in: "mutants-roots",
            "noTrustedTime: tsaWindow"),
        Defect(
            "sigstore-rust TOB-11, window of an authority without chain", "tsa-window-borrowed-empty-chain_fail", in: "mutants-roots",
            "noTrustedTime: tsaWindow"),
        Defect(
            "sigstore-rust TOB-11, window of another certificate log", "ct-window-borrowed_fail", in: "mutants-roots", "ctLogWindow"),
        Defect("rfc3161-client CVE-2025-52556, time stamp over something else", "tsa-other-signature_fail", "noTrustedTime: tsaImprint"),
        Defect("origin of a checkpoint not compared", "v2-origin-other_fail", "checkpointMismatch"),
        Defect("size of a checkpoint not compared", "checkpoint-size-mismatch_fail", "checkpointMismatch"),
        Defect("size of a checkpoint with a leading zero", "checkpoint-size-leading-zero_fail", "checkpointMalformed"),
    ]

    @Test(arguments: defects)
    func `what others accepted is refused, for its reason`(defect: Defect) throws {
        #expect(try BundleCase.named(defect.example, in: defect.suite).verify().failureReason == defect.reason)
    }

    @Test func `sigstore-js CVE-2026-48758: a signature without the pre-authentication encoding is none`() throws {
        let payload = BundleSample.statement().bytes()
        let bare = try Samples.key(BundleSample.number).sign(payload)
        var bundle = try BundleSample.envelope(payload)
        bundle.change("dsseEnvelope.signatures.0.sig") { $0 = .string(Base64.encode(bare)) }
        bundle["verificationMaterial"]?["tlogEntries"] = []
        #expect(try BundleSample.failure(bundle, BundleSample.requirement(entries: 0))?.reason == "signatureInvalid")
    }

    @Test func `sigstore-js CVE-2026-48758: the type is bound by its length in bytes`() throws {
        // Moving a byte from the type to the payload changes what is signed.
        let one = DSSEEnvelope.preAuthenticationEncoding(payloadType: Array("ab".utf8), payload: Array("c".utf8))
        let other = DSSEEnvelope.preAuthenticationEncoding(payloadType: Array("a".utf8), payload: Array("bc".utf8))
        #expect(one != other)
        #expect(DSSEEnvelope.preAuthenticationEncoding(payloadType: Array("é".utf8), payload: []) == Array("DSSEv1 2 é 0 ".utf8))
    }

    @Test func `sigstore-ruby CVE-2026-31830: a statement about another artifact is refused`() throws {
        let statement = BundleSample.statement(subject: [["digest": ["sha256": .string(String(repeating: "0", count: 64))]]])
        #expect(try BundleSample.failure(BundleSample.envelope(statement.bytes()))?.reason == "subjectMismatch")
    }

    @Test func `sigstore-rust: the signature is checked where the log is waived`() throws {
        var bundle = try BundleSample.message()
        bundle["verificationMaterial"]?["tlogEntries"] = []
        let waived = try BundleSample.requirement(entries: 0)
        #expect(try BundleSample.failure(bundle, waived) == nil)
        bundle.change("messageSignature.signature") { $0 = .string(Base64.encode((try? Samples.key(4).sign(BundleSample.artifact)) ?? [])) }
        #expect(try BundleSample.failure(bundle, waived)?.reason == "signatureInvalid")
    }

    @Test func `sigstore-rust TOB-2: no entry is not enough entries`() throws {
        var bundle = try BundleSample.message()
        bundle["verificationMaterial"]?["tlogEntries"] = []
        #expect(try BundleSample.failure(bundle)?.reason == "logEntryMissing")
    }

    @Test func `sigstore-go CVE-2026-49834: two entries of one log are one log`() throws {
        let bundle = try BundleSample.message()
        let entry = try #require(bundle["verificationMaterial"]?["tlogEntries"]?[0])
        let body = try #require(Base64.decode(entry["canonicalizedBody"]?.string ?? ""))
        let promise = JSON.string(Base64.encode(try LogSample().promise(body: body, index: 8)))
        let second = entry.changing("logIndex", to: "8").changing("inclusionPromise.signedEntryTimestamp", to: promise)
        let both = bundle.changing("verificationMaterial.tlogEntries", to: [entry, second])
        #expect(try BundleSample.failure(both) == nil)
        #expect(try BundleSample.failure(both, BundleSample.requirement(entries: 2))?.reason == "logEntryMissing")
    }

    @Test func `what others wrote turns no line of a message`() throws {
        let statement = BundleSample.statement("https://example.test/\n\u{202E}x")
        let requirement = try BundleSample.requirement(.attestation(AttestationRequirement(predicateTypes: ["y"])))
        let failures = [
            try BundleSample.failure(BundleSample.envelope(statement.bytes()), requirement),
            try BundleSample.failure(BundleSample.message().changing("mediaType", to: "a\n\u{202E}b")),
            try BundleSample.failure(BundleSample.message().changing("a\n\u{202E}b", to: 1)),
            try BundleSample.failure(
                BundleSample.message().changing("verificationMaterial.tlogEntries.0.kindVersion.kind", to: "a\n\u{202E}b")),
        ]
        for failure in failures {
            let message = try #require(failure).description
            #expect(!message.contains("\n") && !message.unicodeScalars.contains("\u{202E}"), "\(message)")
        }
    }

    @Test func `sigstore-rust TOB-4: every established time must pass, not the earliest`() throws {
        let key = try BundleSample.verifier()
        let window = ValidityWindow(start: Moment(seconds: 0), end: Moment(seconds: LogSample.time))
        func failure(_ bundle: JSON) throws -> String? {
            try BundleSample.failure(bundle, BundleRequirement(signer: .keys([ManagedKey(key, window: window)]), content: .any))?.reason
        }
        let bundle = try BundleSample.message()
        #expect(try failure(bundle) == nil)
        // A second entry of the same body, a second later: its time lies outside.
        let entry = try #require(bundle["verificationMaterial"]?["tlogEntries"]?[0])
        let body = try #require(Base64.decode(entry["canonicalizedBody"]?.string ?? ""))
        let promise = try LogSample().promise(body: body, time: LogSample.time + 1, index: 8)
        let later = entry.changing("logIndex", to: "8").changing("integratedTime", to: .string("\(LogSample.time + 1)"))
            .changing("inclusionPromise.signedEntryTimestamp", to: .string(Base64.encode(promise)))
        #expect(try failure(bundle.changing("verificationMaterial.tlogEntries", to: [entry, later])) == "keyWindow")
        #expect(try failure(bundle.changing("verificationMaterial.tlogEntries", to: [later, entry])) == "keyWindow")
    }

    @Test func `sigstore-rs #285: with a digest alone, promise, proof and entry are checked all the same`() throws {
        let digest = Artifact.digest(MessageDigest(hashing: BundleSample.artifact, with: .sha256))
        let verifier = BundleVerifier(root: try LogSample().root())
        let requirement = try BundleSample.requirement()
        let entry = "verificationMaterial.tlogEntries.0"
        for (path, reason) in [
            ("\(entry).inclusionPromise.signedEntryTimestamp", "setInvalid"), ("\(entry).inclusionProof.rootHash", "checkpointMismatch"),
        ] {
            let bytes = try BundleSample.message().changing(path, to: "AAAA").bytes()
            let failure = BundleFixtures.failure { () throws(VerificationFailure) in
                _ = try verifier.verify(Bundle(json: bytes), of: digest, requirement: requirement)
            }
            #expect(failure?.reason == reason)
        }
        #expect(
            try verifier.verify(Bundle(json: BundleSample.message().bytes()), of: digest, requirement: requirement).logEntries.count == 1)
        let other = Artifact.digest(MessageDigest(hashing: [1], with: .sha256))
        #expect(throws: VerificationFailure.log(.entryMismatch(.digest))) {
            try verifier.verify(Bundle(json: BundleSample.message().bytes()), of: other, requirement: requirement)
        }
    }

    @Test func `sigstore-go CVE-2026-54787: a key that has a window needs a trusted time within it`() throws {
        let bundle = try Bundle(json: BundleFixtures.bytes("sigstore-go/public-key-validity.sigstore.json"))
        guard case .message(let message) = bundle.content, let digest = message.digest else { throw Fixtures.Missing(path: "digest") }
        let key = try PublicKey(pem: BundleFixtures.text("keys/public-key-validity.pub"))
        let root = try BundleFixtures.root("sigstore-go-public-key-validity")
        func reason(_ window: ValidityWindow?, _ root: TrustedRoot) -> String? {
            BundleFixtures.failure { () throws(VerificationFailure) in
                let requirement = BundleRequirement(signer: .keys([ManagedKey(key, window: window)]), logs: 0)
                _ = try BundleVerifier(root: root).verify(bundle, of: .digest(digest), requirement: requirement)
            }?.reason
        }
        // Its time-stamp authority is a certificate without any name, which no profile allows: it establishes no time.
        #expect(root.timestampAuthorities.isEmpty && root.skipped.count == 1)
        #expect(reason(nil, root) == nil)
        #expect(reason(ValidityWindow(start: Moment(seconds: 0)), root) == "keyWindow")
        // With a time that a log vouches for, the window holds at both ends.
        let signed = try BundleSample.message()
        let own = try BundleSample.verifier()
        let time = Moment(seconds: LogSample.time)
        for (window, reason) in [
            (ValidityWindow(start: time, end: time), nil), (ValidityWindow(start: Moment(seconds: time.seconds + 1)), "keyWindow"),
            (ValidityWindow(start: Moment(seconds: 0), end: Moment(seconds: time.seconds - 1)), "keyWindow"),
        ] {
            let requirement = BundleRequirement(signer: .keys([ManagedKey(own, window: window)]), content: .any)
            #expect(try BundleSample.failure(signed, requirement)?.reason == reason)
        }
    }

    @Test func `sigstore-java CVE-2024-54140: a signature over the root alone signs no checkpoint`() throws {
        let bundle = try BundleSample.message()
        let path = "verificationMaterial.tlogEntries.0.inclusionProof"
        let body = try #require(Base64.decode(bundle["verificationMaterial"]?["tlogEntries"]?[0]?["canonicalizedBody"]?.string ?? ""))
        let log = try LogSample()
        let root = MerkleTree.leafHash(body)
        let signature = Base64.encode(Array(log.id.prefix(4)) + (try log.key.sign(root)))
        let envelope = "\(LogSample.host) - 1\n1\n\(Base64.encode(root))\n\n\u{2014} \(LogSample.host) \(signature)\n"
        #expect(
            try BundleSample.failure(bundle.changing("\(path).checkpoint.envelope", to: .string(envelope)))?.reason == "checkpointSignature"
        )
    }

    @Test func `checkpoints are held to their log's name and origin`() throws {
        let bundle = try BundleSample.message()
        let path = "verificationMaterial.tlogEntries.0.inclusionProof"
        let root = bundle["verificationMaterial"]?["tlogEntries"]?[0]?["inclusionProof"]?["rootHash"]?.string ?? ""
        for (text, reason) in [
            ("\(LogSample.host) - 5\n1\n\(root)\n", nil), ("\(LogSample.host) - 5\n1\n\(root)\nTimestamp: 5\n", nil),
            ("\(LogSample.host)\n1\n\(root)\n", "checkpointMismatch"), ("\(LogSample.host) - \n1\n\(root)\n", "checkpointMismatch"),
            ("\(LogSample.host) - x\n1\n\(root)\n", "checkpointMismatch"), ("other - 5\n1\n\(root)\n", "checkpointMismatch"),
            ("\(LogSample.host) - 5\n+1\n\(root)\n", "checkpointMalformed"),
            ("\(LogSample.host) - 5\n01\n\(root)\n", "checkpointMalformed"),
            ("\n1\n\(root)\n", "checkpointMalformed"), ("\(LogSample.host) - 5\n1\n", "checkpointMalformed"),
            ("\(LogSample.host) - 5\n2\n\(root)\n", "checkpointMismatch"),
        ] {
            let note = JSON.string(try LogSample().note(text))
            #expect(try BundleSample.failure(bundle.changing("\(path).checkpoint.envelope", to: note))?.reason == reason, "\(text)")
        }
    }

    @Test func `the window of the log's key holds at both ends`() throws {
        let time = Moment(seconds: LogSample.time)
        let bundle = try BundleSample.message()
        func reason(_ window: ValidityWindow) throws -> String? {
            try BundleSample.failure(bundle, root: LogSample().root(window: window))?.reason
        }
        #expect(try reason(ValidityWindow(start: time, end: time)) == nil)
        #expect(try reason(ValidityWindow(start: Moment(seconds: time.seconds, nanoseconds: 1))) == "logWindow")
        #expect(try reason(ValidityWindow(start: LogSample.start, end: Moment(seconds: time.seconds - 1))) == "logWindow")
    }

    @Test func `gitsign CVE-2026-44309: the bytes that were signed are verified, not what they mean`() throws {
        let payload = BundleSample.statement().bytes()
        let rewritten = Array(" ".utf8) + payload
        let bundle = try BundleSample.envelope(payload).changing("dsseEnvelope.payload", to: .string(Base64.encode(rewritten)))
        #expect(try BundleSample.failure(bundle)?.reason == "entryMismatch(digest)")
        var unlogged = bundle
        unlogged["verificationMaterial"]?["tlogEntries"] = []
        #expect(try BundleSample.failure(unlogged, BundleSample.requirement(entries: 0))?.reason == "signatureInvalid")
    }

    @Test func `CVE-2022-21449: a signature of zeroes is none`() throws {
        let zero = JSON.string(Base64.encode([0x30, 0x06, 0x02, 0x01, 0x00, 0x02, 0x01, 0x00]))
        var bundle = try BundleSample.message().changing("messageSignature.signature", to: zero)
        bundle["verificationMaterial"]?["tlogEntries"] = []
        #expect(try BundleSample.failure(bundle, BundleSample.requirement(entries: 0))?.reason == "signatureInvalid")
        let entry = "verificationMaterial.tlogEntries.0.inclusionPromise.signedEntryTimestamp"
        #expect(try BundleSample.failure(BundleSample.message().changing(entry, to: zero))?.reason == "setInvalid")
    }

    @Test func `gh CVE-2025-25204: where there is no attestation, none is good`() throws {
        let requirement = AttestationRequirement(predicateTypes: [PredicateType.slsaProvenanceV1])
        let claim = CosignAttestation.Claim(digest: Samples.digest, authorities: try Fixtures.authority("p256"), requirement: requirement)
        #expect(CosignAttestation.verify([], claim: claim).failure == .noSignatures)
        let signature = try Samples.manifest(Samples.signature())
        #expect(CosignAttestation.verify([signature], claim: claim).failure == .noSignatures)
    }

    @Test(arguments: ["sha256:../../../etc/passwd", "sha256:", "../x", "", "sha512:00", "SHA256:" + String(repeating: "0", count: 64)])
    func `containers-image CVE-2024-3727: a digest is a digest`(text: String) throws {
        let requirement = AttestationRequirement(predicateTypes: ["x"])
        let claim = CosignAttestation.Claim(digest: text, authorities: [], requirement: requirement)
        #expect(CosignAttestation.verify([], claim: claim).failure == .artifactDigestMalformed(found: text))
        #expect(MessageDigest(text: text) == nil)
    }

    @Test func `the hint tells keys apart and decides nothing`() throws {
        let key = try BundleSample.verifier()
        let other = try Samples.key(4).publicKey
        let bundle = try BundleSample.message()
        func reason(_ hint: String, _ keys: [PublicKey]) throws -> String? {
            let requirement = BundleRequirement(signer: .keys(keys.map { ManagedKey($0) }), content: .any)
            return try BundleSample.failure(bundle.changing("verificationMaterial.publicKey.hint", to: .string(hint)), requirement)?.reason
        }
        let hint = Base64.encode(DigestAlgorithm.sha256.hash(key.der))
        #expect(try reason(hint, [other, key]) == nil)
        #expect(try reason("", [other, key]) == nil)
        #expect(try reason(hint, [other]) == "entryMismatch(certificate)")
        #expect(try reason(Base64.encode(DigestAlgorithm.sha256.hash(other.der)), [other]) == "entryMismatch(certificate)")
        #expect(try reason("x", [other, try Samples.key(5).publicKey]) == "keyUnknown")
        #expect(try reason(hint, []) == "keyMissing")
    }

    @Test func `a signer of another sort than the policy names is refused`() throws {
        let identity = try BundleFixtures.identity(BundleFixtures.conformanceSubject)
        #expect(
            try BundleSample.failure(BundleSample.message(), BundleRequirement(signer: .identities([identity])))?.reason == "keyMissing")
        let bytes = try BundleFixtures.bytes("conformance/happy-path-v0.3.json")
        #expect(try BundleSample.failure(bytes, root: BundleFixtures.root())?.reason == "certificateUnexpected")
    }

    @Test func `Ed25519 signs no hashedrekord, for which it would have to be Ed25519ph`() throws {
        let subject = SignatureSubject(
            content: .message(.bytes([1])), signature: [UInt8](repeating: 0, count: 64), key: try Fixtures.key("ed25519"))
        #expect(throws: BundleFailure.signatureInvalid) { try subject.verify(nil) }
        #expect(throws: BundleFailure.signatureInvalid) { try subject.verify(.sha512) }
        let digest = SignatureSubject(
            content: .message(.digest(MessageDigest(hashing: [1], with: .sha256))), signature: [], key: try Fixtures.key("ed25519"))
        let error = #expect(throws: BundleFailure.self) { try digest.verify(nil) }
        #expect(error?.name == "algorithmUnsupported")
    }

    @Test func `a line break in a corpus's base64 hides a time at which the certificate was not valid`() throws {
        let example = try BundleCase.named("rekor2-timestamp-with-incorrect-time_fail", in: "conformance")
        let path = "verificationMaterial.timestampVerificationData.rfc3161Timestamps.0.signedTimestamp"
        var bundle = try JSON.parse(example.bundleBytes)
        bundle.change(path) { $0 = .string(Base64.encode(Base64.decodeLeniently($0.string ?? "") ?? [])) }
        let verifier = BundleVerifier(root: try TrustedRoot(json: BundleFixtures.bytes("roots/\(example.root)")))
        let requirement = try BundleFixtures.requirement(example.subject)
        let artifact = try BundleFixtures.artifact()
        let bytes = bundle.bytes()
        let failure = BundleFixtures.failure { () throws(VerificationFailure) in
            _ = try verifier.verify(Bundle(json: bytes), of: artifact, requirement: requirement)
        }
        #expect(failure?.name == "certificateNotValidAt", "\(failure.map(\.description) ?? "accepted")")
    }
}
