import JSON
import Testing

@testable import Trust

/// Small changes to what others wrote: nothing crashes, every refusal has a name, and what is accepted says what it said before.
@Suite struct BundleFuzzTests {
    @Test(arguments: [
        "conformance/happy-path-v0.3", "mutants/v1-dsse-second-subject", "mutants/v2-msg", "conformance/rekor2-checkpoint-multiple-cosigs",
    ])
    func `changed bundles are read or refused`(path: String) throws {
        let original = try BundleFixtures.bytes("\(path).json")
        var generator = SeededGenerator(seed: 41)
        var read = 0
        for _ in 0..<2_000 {
            do throws(VerificationFailure) {
                _ = try Bundle(json: original.mutated(by: &generator))
                read += 1
            } catch { #expect(!error.name.isEmpty && !error.description.isEmpty) }
        }
        #expect(read > 0)
    }

    @Test(arguments: ["v1-msg-plus-tsa", "v2-dsse", "v1-dsse-statement-v0.1"])
    func `a changed bundle that is accepted proves the same`(name: String) throws {
        let example = try BundleCase.named(name, in: "mutants")
        let original = try example.bundleBytes
        let verifier = BundleVerifier(root: try TrustedRoot(json: BundleFixtures.bytes("roots/\(example.root)")))
        let artifact = Artifact.bytes(try BundleFixtures.bytes("artifacts/\(example.artifact)"))
        let requirement = try BundleFixtures.requirement(example.subject, issuer: example.issuer)
        let evidence = try verifier.verify(Bundle(json: original), of: artifact, requirement: requirement)
        var generator = SeededGenerator(seed: 43)
        for round in 0..<400 {
            guard let bundle = try? Bundle(json: original.mutated(by: &generator)),
                let found = try? verifier.verify(bundle, of: artifact, requirement: requirement)
            else { continue }
            #expect(found.signer == evidence.signer && found.keyFingerprint == evidence.keyFingerprint, "round \(round)")
            #expect(found.logEntries == evidence.logEntries && found.rootDigest == evidence.rootDigest, "round \(round)")
            #expect(Set(found.times).isSubset(of: evidence.times), "round \(round)")
        }
    }

    @Test func `values of a bundle that were changed in their meaning are refused`() throws {
        // Every text of a valid bundle is replaced, one after another: none of them is left uncompared.
        let original = try BundleSample.message()
        let ignored: Set<String> = ["verificationMaterial.publicKey.hint"]
        for path in Self.leaves(of: original) where !ignored.contains(path) {
            for value in ["", "AAAA", "7777777", "x"] {
                let changed = original.changing(path, to: .string(value))
                guard changed != original else { continue }
                let failure = try BundleSample.failure(changed)
                // What the checkpoint or the protocol's defaults say too may be left out.
                let isOptional = value.isEmpty && (path.hasSuffix("rootHash") || path.hasSuffix("digest"))
                #expect(failure != nil || isOptional, "\(path) = \(value)")
            }
        }
    }

    static func leaves(of json: JSON, at path: String = "") -> [String] {
        switch json {
        case .object(let members): members.flatMap { leaves(of: $1, at: path.isEmpty ? $0 : "\(path).\($0)") }
        case .array(let elements): elements.enumerated().flatMap { leaves(of: $1, at: "\(path).\($0)") }
        default: [path]
        }
    }

    @Test func `changed log entries' bodies are read or refused`() throws {
        var generator = SeededGenerator(seed: 47)
        for path in ["conformance/happy-path-v0.3", "mutants/v1-dsse-ed25519", "conformance/intoto-with-custom-trust-root"] {
            let bundle = try Bundle(json: BundleFixtures.bytes("\(path).json"))
            let entry = try #require(bundle.logEntries.first)
            let body = try #require(entry.body)
            for _ in 0..<2_000 {
                do throws(LogFailure) {
                    _ = try LogEntryBody(body.mutated(by: &generator), kind: entry.kind, version: entry.version)
                } catch { #expect(["entryMalformed", "entryMismatch(kind)"].contains(error.name)) }
            }
        }
    }

    @Test func `changed statements and envelopes are read or refused`() throws {
        var generator = SeededGenerator(seed: 53)
        let statement = BundleSample.statement(PredicateType.slsaProvenanceV1, predicate: ProvenanceTests.v1).bytes()
        let envelope = try #require(try BundleSample.envelope(statement)["dsseEnvelope"]).bytes()
        for _ in 0..<3_000 {
            if let read = try? Statement(payload: statement.mutated(by: &generator)) {
                _ = try? Provenance(read).firstUnnamed(by: [])
                _ = try? SoftwareBill.check(read)
                _ = try? read.checkSubject(.bytes([]))
            }
            _ = try? DSSEEnvelope(json: envelope.mutated(by: &generator))
        }
    }

    @Test func `changed annotations are read or refused`() throws {
        var generator = SeededGenerator(seed: 59)
        let annotations = try KeylessTests.annotations("ok")
        for _ in 0..<600 {
            var changed = annotations
            let key = annotations.keys.sorted().randomElement(using: &generator) ?? ""
            let bytes = Array((annotations[key] ?? "").utf8).mutated(by: &generator)
            changed[key] = String(decoding: bytes, as: UTF8.self)
            do throws(VerificationFailure) { _ = try KeylessMaterial(changed, signature: [], timestamped: []) } catch {
                #expect(!error.name.isEmpty)
            }
        }
    }
}
