import JSON
import Testing

@testable import Trust

/// Whatever bytes come, the readers of signatures answer: with a value or a failure of their own.
@Suite struct NotationFuzzTests {
    typealias Encoding = NotationEnvelope.Encoding

    private static let names = ["p256", "expiring", "annotated", "extended", "authority", "self-signed", "plugin", "stamped"]

    @Test(arguments: Encoding.allCases)
    func `changed signatures are read or refused, and none says anything else`(_ encoding: Encoding) throws {
        var generator = SeededGenerator(seed: encoding == .jws ? 0x5eed_0101 : 0x5eed_0102)
        let originals = try Self.names.map { try Fixtures.bytes("notation/\($0).\(encoding == .jws ? "jws" : "cose")") }
        let artifact = try Fixtures.bytes("notation/artifact.json")
        var source = PolicySource.Notation()
        source.certificates = try ["root", "self"].map { try Fixtures.text("notation/\($0).pem") }
        source.signingAuthorities = [try Fixtures.text("notation/authority-root.pem")]
        source.timestampAuthorities = [try Fixtures.text("notation/stamp-root.pem")]
        source.identities = ["*"]
        var problems: [String] = []
        let requirement = NotationRequirement(source, "notation", &problems)
        let occasion = Occasion(
            now: Moment(rfc3339: "2026-06-15T00:00:00Z")!, mediaType: NotationSample.mediaType, size: artifact.count)
        let digest = ContentDigest.sha256(of: artifact)
        let signed = try originals.map { try NotationEnvelope($0, as: encoding).signedBytes }
        var (read, accepted) = (0, 0)
        for _ in 0..<3000 {
            guard let original = originals.randomElement(using: &generator) else { return }
            let changed = original.mutated(by: &generator)
            do throws(NotationFailure) {
                let envelope = try NotationEnvelope(changed, as: encoding)
                read += 1
                _ = try NotationSignature.verify(changed, as: encoding, requirement: requirement, digest: digest, on: occasion)
                accepted += 1
                #expect(signed.contains(envelope.signedBytes))
            } catch {
                #expect(!error.description.isEmpty && !error.name.isEmpty)
            }
        }
        #expect(read > 0 && accepted < 3000)
    }

    /// Beneath the encoding of JWS, which a random change mostly breaks: the headers and the payload themselves.
    @Test(arguments: Encoding.allCases)
    func `changed headers and payloads, signed anew, are read or refused`(_ encoding: Encoding) throws {
        var generator = SeededGenerator(seed: 0x5eed_0103)
        let sample = try NotationSample(encoding)
        let chain = try sample.chain()
        let original = try NotationEnvelope(sample.envelope(chain), as: encoding)
        for _ in 0..<1500 {
            do throws(NotationFailure) { _ = try NotationPayload(json: original.payload.mutated(by: &generator)) } catch {
                #expect(error.name == "payloadMalformed")
            }
        }
        guard encoding == .jws else { return }
        let parts = String(decoding: original.signedBytes, as: UTF8.self).split(separator: ".").map(String.init)
        let protected = try #require(NotationEnvelope.decodeBase64URL(parts[0]))
        for _ in 0..<1500 {
            let envelope: JSON = [
                "payload": .string(parts[1]), "protected": .string(NotationSample.base64URL(protected.mutated(by: &generator))),
                "signature": .string(NotationSample.base64URL(original.signature)),
                "header": ["x5c": .array(chain.map { .string(Base64.encode($0)) })],
            ]
            do throws(NotationFailure) {
                _ = try NotationAttributes(NotationEnvelope(envelope.bytes(), as: .jws).headers)
            } catch {
                #expect(!error.description.isEmpty)
            }
        }
    }

    @Test func `changed CBOR is read or refused, and what is read keeps within its bytes`() throws {
        var generator = SeededGenerator(seed: 0x5eed_0104)
        let originals = try Self.names.map { try Fixtures.bytes("notation/\($0).cose") }
        var read = 0
        for round in 0..<6000 {
            guard let original = originals.randomElement(using: &generator) else { return }
            let bytes =
                round.isMultiple(of: 2)
                ? original.mutated(by: &generator)
                : (0..<Int.random(in: 0...40, using: &generator)).map { _ in UInt8.random(in: 0...255, using: &generator) }
            do throws(CBORFault) {
                _ = try CBORReader.read(bytes)
                read += 1
            } catch {
                #expect((0...bytes.count).contains(error.offset))
            }
        }
        #expect(read > 0)
    }

    @Test func `changed identities are read or refused, and kept ones read back`() throws {
        var generator = SeededGenerator(seed: 0x5eed_0105)
        let original = Array(#"x509.subject: C=US, ST=WA, L=Se\, attle, O=wabbit\;, OU=\c3\bc, CN=a\ "#.utf8)
        var read = 0
        for _ in 0..<4000 {
            guard let text = String(validating: original.mutated(by: &generator), as: UTF8.self) else { continue }
            do throws(PolicyProblem) {
                let pattern = try DistinguishedNamePattern(text)
                read += 1
                #expect(pattern.accepts(kept: text), "\(text)")
            } catch {
                #expect(!error.description.isEmpty)
            }
        }
        #expect(read > 0)
    }

    @Test func `base64url has one spelling for each text`() {
        #expect(NotationEnvelope.decodeBase64URL("_-8") == [0xff, 0xef])
        #expect(NotationEnvelope.decodeBase64URL("") == [])
        for wrong in ["/+8", "_-8=", "_-9", "_-8 ", "_-8\n", "a", "_-é"] {
            #expect(NotationEnvelope.decodeBase64URL(wrong) == nil, "\(wrong)")
        }
    }
}
