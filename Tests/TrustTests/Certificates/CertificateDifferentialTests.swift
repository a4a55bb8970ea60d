import FoundationEssentials
import SwiftASN1
import Testing
@_spi(FixedExpiryValidationTime) import X509

@testable import Trust

/// swift-certificates, which read nothing for the verifier, as a second opinion on what ours reads.
@Suite struct CertificateDifferentialTests {
    private static func corpus() throws -> [Trust.Certificate] {
        var all: [Trust.Certificate] = []
        for file in ["mutants", "conformance", "others"] {
            for one in try KeylessCase.all(file) {
                all += [one.leaf] + one.chain
                all += one.root.authorities.flatMap(\.certificates) + one.root.stampers.flatMap(\.certificates)
            }
        }
        return Set(all).sorted { $0.fingerprint < $1.fingerprint }
    }

    @Test func `both read the same of every certificate`() throws {
        let corpus = try Self.corpus()
        #expect(corpus.count > 80)
        for ours in corpus {
            let theirs = try X509.Certificate(derEncoded: ours.der)
            #expect(theirs.version == .v3)
            #expect(Array(theirs.serialNumber.bytes) == Array(ours.serialNumber.drop { $0 == 0 }))
            #expect(theirs.notValidBefore.timeIntervalSince1970 == Double(ours.notBefore.seconds))
            #expect(theirs.notValidAfter.timeIntervalSince1970 == Double(ours.notAfter.seconds))
            #expect(theirs.tbsCertificateBytes.elementsEqual(ours.tbs))
            #expect(theirs.extensions.count == ours.extensions.values.count)
            var serializer = DER.Serializer()
            try serializer.serialize(theirs.publicKey)
            #expect(serializer.serializedBytes == ours.subjectPublicKeyInfo)
        }
    }

    @Test func `both say the same of who signed whom`() throws {
        let corpus = try Self.corpus()
        var signed = 0
        for subject in corpus {
            for issuer in corpus where issuer.subject == subject.issuer {
                let ours = (try? subject.isSigned(by: issuer)) ?? false
                let theirs = try X509.Certificate(derEncoded: issuer.der).publicKey.isValidSignature(
                    X509.Certificate(derEncoded: subject.der).signature, for: X509.Certificate(derEncoded: subject.der))
                #expect(ours == theirs, "\(subject) by \(issuer)")
                signed += ours ? 1 : 0
            }
        }
        #expect(signed > 40)
    }

    @Test func `each path that ours accepts, their verifier accepts too`() async throws {
        var accepted = 0
        for file in ["mutants", "conformance", "others"] {
            for one in try KeylessCase.all(file) {
                for time in one.logTimes {
                    for authority in one.root.authorities {
                        guard let path = try? authority.validate(leaf: one.leaf, at: [time]) else { continue }
                        accepted += 1
                        #expect(try await Self.isAccepted(path, at: time), "\(one.name)")
                    }
                }
            }
        }
        #expect(accepted > 40)
    }

    private static func isAccepted(_ path: CertificatePath, at time: Moment) async throws -> Bool {
        let root = try X509.Certificate(derEncoded: path.root.der)
        let between = try path.authorities.dropLast().map { try X509.Certificate(derEncoded: $0.der) }
        var verifier = Verifier(rootCertificates: CertificateStore([root])) {
            RFC5280Policy(fixedExpiryValidationTime: Date(timeIntervalSince1970: Double(time.seconds)))
            SigningPolicy()
        }
        let leaf = try X509.Certificate(derEncoded: path.leaf.der)
        let result = await verifier.validate(leaf: leaf, intermediates: CertificateStore(between))
        guard case .validCertificate(let chain) = result else { return false }
        return chain.count == path.authorities.count + 1
    }

    /// Claims the extensions of a signer's certificate, which ours enforces and theirs doesn't know.
    private struct SigningPolicy: VerifierPolicy {
        let verifyingCriticalExtensions: [ASN1ObjectIdentifier] = [
            .X509ExtensionID.subjectAlternativeName, .X509ExtensionID.extendedKeyUsage,
        ]

        func chainMeetsPolicyRequirements(chain: UnverifiedCertificateChain) async -> PolicyEvaluationResult { .meetsPolicy }
    }

    @Test func `what ours reads of changed certificates, swift-certificates reads too`() throws {
        var generator = SeededGenerator(seed: 0x5eed_0004)
        let corpus = try Self.corpus()
        var read = 0
        for _ in 0..<4000 {
            guard let original = corpus.randomElement(using: &generator) else { return }
            let changed = original.der.mutated(by: &generator)
            // It reads what an ECDSA signature is made of, too, which ours leaves to the check of the signature.
            guard let ours = try? Trust.Certificate(der: changed), (try? ours.publicKey()) != nil, ours.signature == original.signature
            else {
                continue
            }
            read += 1
            #expect(throws: Never.self, "\(ContentDigest.hexadecimal(changed))") { try X509.Certificate(derEncoded: changed) }
        }
        #expect(read > 100)
    }
}
