import JSON
import Testing

@testable import Trust

/// The structure of bundles, its limits, and what is refused before anything is computed.
@Suite struct BundleReadingTests {
    static let entry = "verificationMaterial.tlogEntries.0"

    @Test func `the samples that these tests change are accepted as they are`() throws {
        #expect(try BundleSample.failure(BundleSample.message()) == nil)
        #expect(try BundleSample.failure(BundleSample.envelope(BundleSample.statement().bytes())) == nil)
    }

    @Test(
        arguments: [
            ("mediaType", nil, "bundleVersion"), ("mediaType", "application/vnd.dev.sigstore.bundle.v0.4+json", "bundleVersion"),
            ("mediaType", "application/vnd.dev.sigstore.bundle+json;version=0.4", "bundleVersion"), ("mediaType", 3, "bundleMalformed"),
            ("verificationMaterial", nil, "bundleMalformed"), ("verificationMaterial", [], "bundleMalformed"),
            ("messageSignature", nil, "bundleMalformed"), ("messageSignature.signature", nil, "bundleMalformed"),
            ("messageSignature.signature", "", "bundleMalformed"), ("messageSignature.signature", "AA", "bundleMalformed"),
            ("messageSignature.signature", "AB==", "bundleMalformed"), ("messageSignature.signature", "AA==\n", "bundleMalformed"),
            ("messageSignature.signature", "-_8=", "bundleMalformed"),
            ("messageSignature.messageDigest.algorithm", "SHA1", "algorithmUnsupported"),
            ("messageSignature.messageDigest.algorithm", 1, "bundleMalformed"),
            ("messageSignature.messageDigest.digest", "AAAA", "bundleMalformed"),
            ("messageSignature.extra", 1, "bundleMalformed"), ("extra", nil, nil),
            ("verificationMaterial.publicKey", nil, "certificateMissing"),
            ("verificationMaterial.certificate", ["rawBytes": "AAAA"], "bundleMalformed"),
            ("verificationMaterial.timestampVerificationData", nil, nil), ("verificationMaterial.timestampVerificationData", .null, nil),
            ("verificationMaterial.timestampVerificationData", ["rfc3161Timestamps": [["signedTimestamp": ""]]], "bundleMalformed"),
            ("verificationMaterial.tlogEntries", .null, "logEntryMissing"),
            ("verificationMaterial.tlogEntries", [.null], "bundleMalformed"),
            ("\(entry).logIndex", "-1", "bundleMalformed"), ("\(entry).logIndex", -1, "bundleMalformed"),
            ("\(entry).logIndex", "07", "bundleMalformed"), ("\(entry).logIndex", "+7", "bundleMalformed"),
            ("\(entry).logIndex", 7, nil), ("\(entry).logIndex", 7.5, "bundleMalformed"), ("\(entry).logIndex", true, "bundleMalformed"),
            ("\(entry).logIndex", "9223372036854775808", "bundleMalformed"), ("\(entry).logIndex", nil, "setInvalid"),
            ("\(entry).logId", nil, "bundleMalformed"), ("\(entry).logId.keyId", "AAAA", "logUnknown"),
            ("\(entry).kindVersion", nil, "bundleMalformed"), ("\(entry).kindVersion.version", "0.0.3", "entryUnsupported"),
            ("\(entry).kindVersion.kind", "rekord", "entryUnsupported"), ("\(entry).kindVersion.kind", "dsse", "entryMismatch(kind)"),
            ("\(entry).integratedTime", "1800000001", "setInvalid"), ("\(entry).integratedTime", nil, "entryMalformed"),
            ("\(entry).canonicalizedBody", nil, "entryMalformed"), ("\(entry).canonicalizedBody", "AAAA", "setInvalid"),
            ("\(entry).inclusionPromise.signedEntryTimestamp", "AAAA", "setInvalid"), ("\(entry).inclusionProof", nil, "proofMissing"),
            ("\(entry).inclusionPromise", nil, "logWindow"), ("\(entry).inclusionProof.checkpoint", nil, "checkpointMissing"),
            ("\(entry).inclusionProof.checkpoint.envelope", "x", "checkpointMalformed"),
            ("\(entry).inclusionProof.logIndex", "1", "proofMalformed"), ("\(entry).inclusionProof.treeSize", "2", "checkpointMismatch"),
            ("\(entry).inclusionProof.treeSize", nil, nil), ("\(entry).inclusionProof.rootHash", nil, nil),
            ("\(entry).inclusionProof.rootHash", "AAAA", "checkpointMismatch"),
            ("\(entry).inclusionProof.hashes", ["AAAA"], "proofMalformed"),
            ("\(entry).inclusionProof.hashes", [1], "bundleMalformed"),
        ] as [(String, JSON?, String?)])
    func `each field is held to its rule`(path: String, value: JSON?, reason: String?) throws {
        let bundle = try BundleSample.message().changing(path, to: value)
        #expect(try BundleSample.failure(bundle)?.reason == reason)
    }

    /// As fuzzing found: the name of an algorithm stood in the message as it was.
    @Test(arguments: ["SHA2_25\06", "SHA2_256\n", "\u{202e}652_2AHS", "SHA2_256\u{1b}[2J"])
    func `a name of an algorithm that can't be shown is told without harm`(name: String) throws {
        let bundle = try BundleSample.message().changing("messageSignature.messageDigest.algorithm", to: .string(name))
        let failure = try #require(try BundleSample.failure(bundle))
        #expect(failure.reason == "algorithmUnsupported")
        #expect(failure.description.visible == failure.description, "\(failure.description.debugDescription)")
    }

    @Test func `two kinds of content or signer are refused`() throws {
        var bundle = try BundleSample.message()
        bundle["dsseEnvelope"] = try BundleSample.envelope([])["dsseEnvelope"]
        #expect(try BundleSample.failure(bundle)?.reason == "bundleMalformed")
    }

    @Test func `version 0.1 needs a promise and later ones a proof`() throws {
        let old = try BundleSample.message().changing("mediaType", to: "application/vnd.dev.sigstore.bundle+json;version=0.1")
        #expect(try BundleSample.failure(old) == nil)
        #expect(try BundleSample.failure(old.changing("\(Self.entry).inclusionProof", to: nil)) == nil)
        #expect(try BundleSample.failure(old.changing("\(Self.entry).inclusionPromise", to: nil))?.reason == "setMissing")
        // A proof that has no checkpoint is still computed: what is brought along must hold.
        let bare = old.changing("\(Self.entry).inclusionProof.checkpoint", to: nil)
        #expect(try BundleSample.failure(bare) == nil)
        let root = JSON.string(Base64.encode([UInt8](repeating: 1, count: 32)))
        #expect(try BundleSample.failure(bare.changing("\(Self.entry).inclusionProof.rootHash", to: root))?.reason == "proofInvalid")
        for version in ["0.2", "0.3"] {
            let newer = old.changing("mediaType", to: .string("application/vnd.dev.sigstore.bundle+json;version=\(version)"))
            #expect(try BundleSample.failure(newer) == nil)
            #expect(try BundleSample.failure(newer.changing("\(Self.entry).inclusionProof", to: nil))?.reason == "proofMissing")
        }
    }

    @Test func `a key that stands twice has no first and no last value`() throws {
        let text = try BundleSample.message().text().replacing("\"messageSignature\":", with: "\"mediaType\":\"x\",\"messageSignature\":")
        #expect(try BundleSample.failure(Array(text.utf8))?.reason == "bundleMalformed")
    }

    @Test func `a member whose name only looks right is unknown`() throws {
        // KELVIN SIGN for K: canonically equivalent, and not the same.
        let text = try BundleSample.message().text().replacing("\"publicKey\":{\"hint\"", with: "\"public\u{212A}ey\":{\"hint\"")
        #expect(try BundleSample.failure(Array(text.utf8))?.reason == "bundleMalformed")
    }

    @Test func `version 0.3 brings one certificate, older ones a chain`() throws {
        let newer = try JSON.parse(BundleFixtures.bytes("conformance/happy-path-v0.3-new-mediaType.json"))
        let certificate = try #require(newer["verificationMaterial"]?["certificate"])
        let asked = try BundleFixtures.requirement(BundleFixtures.conformanceSubject, issuer: BundleFixtures.githubIssuer)
        func reason(_ bundle: JSON) throws -> String? {
            let verifier = BundleVerifier(root: try BundleFixtures.root())
            let artifact = try BundleFixtures.artifact()
            let bytes = bundle.bytes()
            return BundleFixtures.failure { () throws(VerificationFailure) in
                _ = try verifier.verify(Bundle(json: bytes), of: artifact, requirement: asked)
            }?.reason
        }
        let chain: JSON = ["certificates": [certificate]]
        let chained = newer.changing("verificationMaterial.certificate", to: nil).changing(
            "verificationMaterial.x509CertificateChain", to: chain)
        #expect(try reason(newer) == nil)
        #expect(try reason(chained) == "bundleMalformed")
        for version in ["0.1", "0.2"] {
            let mediaType = JSON.string("application/vnd.dev.sigstore.bundle+json;version=\(version)")
            #expect(try reason(newer.changing("mediaType", to: mediaType)) == "bundleMalformed")
            #expect(try reason(chained.changing("mediaType", to: mediaType)) == nil)
            let none = chained.changing("verificationMaterial.x509CertificateChain.certificates", to: [])
            #expect(try reason(none.changing("mediaType", to: mediaType)) == "certificateMissing")
            let crowd = chained.changing(
                "verificationMaterial.x509CertificateChain.certificates", to: .array([JSON](repeating: certificate, count: 17)))
            #expect(try reason(crowd.changing("mediaType", to: mediaType)) == "tooManyCertificates")
        }
    }

    // MARK: Limits

    @Test func `CVE-2024-45395: more entries, time stamps, hashes, subjects or digests than the limit are refused unread`() throws {
        let message = try BundleSample.message()
        let entry = try #require(message["verificationMaterial"]?["tlogEntries"]?[0])
        let entries = (0..<33).map { entry.changing("logIndex", to: .integer($0)) }
        #expect(
            try BundleSample.failure(message.changing("verificationMaterial.tlogEntries", to: .array(entries)))?.reason
                == "tooManyLogEntries")
        let stamps = (0..<33).map { JSON.object(["signedTimestamp": .string(Base64.encode([UInt8($0)]))]) }
        let stamped = message.changing("verificationMaterial.timestampVerificationData", to: ["rfc3161Timestamps": .array(stamps)])
        #expect(try BundleSample.failure(stamped)?.reason == "tooManyTimestamps")
        let hashes = [JSON](repeating: .string(Base64.encode([UInt8](repeating: 1, count: 32))), count: 64)
        #expect(
            try BundleSample.failure(message.changing("\(Self.entry).inclusionProof.hashes", to: .array(hashes)))?.reason == "tooManyHashes"
        )
        let subject: JSON = ["digest": ["sha256": "00"]]
        let crowd = BundleSample.statement(subject: .array([JSON](repeating: subject, count: 1025)))
        #expect(try BundleSample.failure(BundleSample.envelope(crowd.bytes()))?.reason == "tooManySubjects")
        var digests = JSONObject()
        for number in 0..<33 { digests["a\(number)"] = "00" }
        let varied = BundleSample.statement(subject: [["digest": .object(digests)]])
        #expect(try BundleSample.failure(BundleSample.envelope(varied.bytes()))?.reason == "tooManyDigests")
    }

    @Test func `documents of more values than memory is spent on are refused, unread`() throws {
        let zeros = Array(repeating: "0", count: BundleLimits.values).joined(separator: ",")
        let bytes = Array(#"{"verificationMaterial":[\#(zeros)]}"#.utf8)
        #expect(try BundleSample.failure(bytes)?.reason == "bundleMalformed")
        let failure = #expect(throws: VerificationFailure.self) { try DSSEEnvelope(json: bytes) }
        #expect("\(failure.map { "\($0)" } ?? "")".contains("more than \(BundleLimits.values) values"))
        let why = #expect(throws: StatementFailure.self) { try Statement(payload: bytes) }
        #expect("\(why.map { "\($0)" } ?? "")".contains("more than \(BundleLimits.values) values"))
        // As many bytes of text are one value.
        #expect(BundleLimits.allowValues(of: [UInt8](repeating: 0x61, count: bytes.count)))
    }

    @Test func `the same entry or time stamp twice is refused`() throws {
        let message = try BundleSample.message()
        let entry = try #require(message["verificationMaterial"]?["tlogEntries"]?[0])
        // Twice the place is twice the entry, whatever else differs.
        let again = entry.changing("integratedTime", to: "5")
        #expect(
            try BundleSample.failure(message.changing("verificationMaterial.tlogEntries", to: [entry, again]))?.reason
                == "duplicateLogEntry")
        let stamp: JSON = ["signedTimestamp": "AAAA"]
        let stamped = message.changing("verificationMaterial.timestampVerificationData", to: ["rfc3161Timestamps": [stamp, stamp]])
        #expect(try BundleSample.failure(stamped)?.reason == "duplicateTimestamp")
    }

    @Test func `CVE-2023-46737: a bundle that doesn't end is refused by its size, and one that nests without end by its depth`() throws {
        #expect(try BundleSample.failure([UInt8](repeating: 0x20, count: BundleLimits.bytes + 1))?.reason == "tooLarge")
        let deep = String(repeating: "{\"verificationMaterial\":", count: 100_000)
        #expect(try BundleSample.failure(Array(deep.utf8))?.reason == "bundleMalformed")
        let arrays = String(repeating: "[", count: 1_000_000)
        #expect(try BundleSample.failure(Array(arrays.utf8))?.reason == "bundleMalformed")
        var nested = JSON.object([:])
        for _ in 0..<100 { nested = ["a": nested] }
        let statement = BundleSample.statement(predicate: nested)
        #expect(try BundleSample.failure(BundleSample.envelope(statement.bytes()))?.reason == "statementMalformed")
    }

    @Test func `a signature of a megabyte is refused before any key sees it`() throws {
        let long = JSON.string(Base64.encode([UInt8](repeating: 7, count: 1 << 20)))
        let message = try BundleSample.message().changing("messageSignature.signature", to: long)
        #expect(try BundleSample.failure(message)?.reason == "bundleMalformed")
        let envelope = try BundleSample.envelope([1]).changing("dsseEnvelope.signatures.0.sig", to: long)
        #expect(try BundleSample.failure(envelope)?.reason == "bundleMalformed")
    }

    @Test(
        arguments: [
            ("dsseEnvelope.signatures", [] as JSON, "dsseSignatureCount"), ("dsseEnvelope.signatures", nil, "dsseSignatureCount"),
            ("dsseEnvelope.payloadType", "", "bundleMalformed"), ("dsseEnvelope.payload", nil, "bundleMalformed"),
            ("dsseEnvelope.signatures.0.sig", "", "bundleMalformed"), ("dsseEnvelope.signatures.0.keyid", "anything", nil),
            ("dsseEnvelope.signatures.0.keyid", 1, "bundleMalformed"), ("dsseEnvelope.signatures.0.cert", "x", "bundleMalformed"),
        ] as [(String, JSON?, String?)])
    func `each field of an envelope is held to its rule`(path: String, value: JSON?, reason: String?) throws {
        let bundle = try BundleSample.envelope(BundleSample.statement().bytes()).changing(path, to: value)
        #expect(try BundleSample.failure(bundle)?.reason == reason)
    }
}
