import JSON
import OCI
import Trust
import YAML

private func bundle(_ entries: String) -> [UInt8] {
    Array(
        (#"{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":{"publicKey":{"hint":"x"},"tlogEntries":["#
            + entries + #"]},"messageSignature":{"signature":"AAAA"}}"#).utf8)
}

private func read(bundle bytes: [UInt8]) -> String {
    do throws(VerificationFailure) {
        _ = try Bundle(json: bytes)
        return "read"
    } catch { return error.name }
}

private func statement(subjects: Int, digests: Int = 1, predicate: String = "{}", of artifact: String? = nil) -> [UInt8] {
    let zeros = String(repeating: "0", count: 64)
    let digest = artifact.map { #""sha256":"\#($0)""# } ?? (0..<digests).map { #""sha\#($0)":"\#(zeros)""# }.joined(separator: ",")
    let subject = #"{"name":"a","digest":{\#(digest)}}"#
    let list = Array(repeating: subject, count: subjects).joined(separator: ",")
    return Array(
        #"{"_type":"https://in-toto.io/Statement/v1","predicateType":"https://spdx.dev/Document","subject":[\#(list)],"predicate":\#(predicate)}"#
            .utf8)
}

/// The verdict on a statement that a key has signed, held to rules; the subject is the artifact whose bytes are none.
private func signed(_ payload: [UInt8], rules: [PredicateRule]) throws -> @Sendable () -> String {
    let key = try PrivateKey.generate()
    var envelope = DSSEEnvelope(payload: payload, payloadType: Statement.payloadType, signature: [])
    envelope.signature = try key.sign(envelope.preAuthenticationEncoding, scheme: .ecdsa(.sha256))
    let bytes = BundleDocument(envelope, by: key.publicKey).bytes
    let requirement = BundleRequirement(
        signer: .keys([ManagedKey(key.publicKey)]),
        content: .attestation(AttestationRequirement(predicateTypes: ["https://spdx.dev/Document"], rules: rules)), logs: 0,
        certificateLogs: 0)
    return {
        do throws(VerificationFailure) {
            _ = try BundleVerifier(root: .empty).verify(Bundle(json: bytes), of: .bytes([]), requirement: requirement)
            return "accepted"
        } catch { return error.name }
    }
}

private let nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

private func read(statement bytes: [UInt8]) -> String {
    do throws(StatementFailure) { return "read, \(try Statement(payload: bytes).subjects.count) subjects" } catch { return error.name }
}

extension Case {
    static let documents: [Case] = [
        Case("a bundle of 1,000,000 log entries", "3 MB", "bundleMalformed") {
            let bytes = bundle(Array(repeating: "{}", count: 1_000_000).joined(separator: ","))
            return { read(bundle: bytes) }
        },
        Case("a bundle of numbers, as long as one is read", "16 MiB", "bundleMalformed") {
            let bytes = bundle(Array(repeating: "0", count: (8 << 20) - 120).joined(separator: ","))
            precondition(bytes.count <= 16 << 20)
            return { read(bundle: bytes) }
        },
        Case("a bundle that is longer than one is read", "17 MiB", "tooLarge") {
            let bytes = bundle(String(repeating: " ", count: 17 << 20))
            return { read(bundle: bytes) }
        },
        Case("JSON nested 100,000 deep", "200 kB", "bundleMalformed") {
            let bytes = bundle(String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000))
            return { read(bundle: bytes) }
        },
        Case("a statement of 100,000 subjects", "8 MB", "tooManySubjects") {
            let bytes = statement(subjects: 100_000)
            return { read(statement: bytes) }
        },
        Case("a signed statement of 1,024 subjects with 32 digests each", "2.6 MB", "subjectMismatch") {
            try signed(statement(subjects: 1024, digests: 32), rules: [])
        },
        Case("a bill of material as long as one is read", "16 MiB", "read, 1 subjects") {
            let one =
                #"{"name":"package","versionInfo":"1.0.0","licenses":["MIT","Apache-2.0"],"downloadLocation":"NOASSERTION","#
                + #""supplier":"Organization: Example"}"#
            let packages = Array(repeating: one, count: 118927)
            let bytes = statement(subjects: 1, predicate: #"{"spdxVersion":"SPDX-2.3","packages":[\#(packages.joined(separator: ","))]}"#)
            precondition(bytes.count <= 16 << 20 && bytes.count > 15 << 20)
            return { read(statement: bytes) }
        },
        Case("a statement of as many small objects as are read", "4 MB, 520,000 objects", "read, 1 subjects") {
            let objects = Array(repeating: #"{"a":0}"#, count: 520_000).joined(separator: ",")
            let bytes = statement(subjects: 1, predicate: #"{"a":[\#(objects)]}"#)
            return { read(statement: bytes) }
        },
        Case("16 rules of 30 stars each over 1,000,000 nested values", "2 MB", "accepted") {
            let values = String(repeating: "[", count: 29) + Array(repeating: "1", count: 1_000_000).joined(separator: ",")
            let predicate = #"{"spdxVersion":"SPDX-2.3","a":\#(values + String(repeating: "]", count: 29))}"#
            let rule: JSON = ["path": .string("a" + String(repeating: "[*]", count: 29)), "exact": 1]
            let rules = try (0..<16).map { try PredicateRule(rule, at: "rules[\($0)]") }
            return try signed(statement(subjects: 1, predicate: predicate, of: nothing), rules: rules)
        },
        Case("YAML whose aliases stand for 10^9 values", "300 B", "refused") {
            let lines = (1..<10).map { "a\($0): &a\($0) [\(Array(repeating: "*a\($0 - 1)", count: 10).joined(separator: ","))]" }
            let bytes = Array((["a0: &a0 [1,1,1,1,1,1,1,1,1,1]"] + lines).joined(separator: "\n").utf8)
            return { (try? YAML.document(bytes)) == nil ? "refused" : "read" }
        },
        Case("YAML nested 100,000 deep", "200 kB", "refused") {
            let bytes = Array("- x\n".utf8) + [UInt8](repeating: 0x5B, count: 100_000)
            return { (try? YAML.document(bytes)) == nil ? "refused" : "read" }
        },
        Case("a trusted root of 1,000,000 authorities", "3 MB", "rootMalformed") {
            let list = Array(repeating: "{}", count: 1_000_000).joined(separator: ",")
            let bytes = Array(
                #"{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1","certificateAuthorities":[\#(list)]}"#.utf8)
            return {
                do throws(TrustedRootFailure) {
                    _ = try TrustedRoot(json: bytes)
                    return "read"
                } catch { return error.name }
            }
        },
    ]
}
