import JSON
import Testing

@testable import Trust

@Suite struct UnsignedTests {
    /// A key elsewhere, which answers as it is told.
    struct Elsewhere: SigningKey {
        var publicKey: PublicKey
        var answer: @Sendable ([UInt8], SignatureScheme) throws -> [UInt8]

        func sign(_ message: [UInt8], scheme: SignatureScheme) async throws -> [UInt8] { try answer(message, scheme) }
    }

    private func unsigned() throws -> Unsigned<SignatureLayer> {
        try SignatureLayer.unsigned(digest: Samples.digest, repository: Samples.repository)
    }

    @Test func `a key elsewhere signs as one in memory does`() async throws {
        let key = try Samples.key()
        let layer = try await unsigned().signed(by: Elsewhere(publicKey: key.publicKey) { try key.sign($0, scheme: $1) })
        #expect(SignatureLayer.isSigned(Samples.digest, repository: Samples.repository, by: key.publicKey, in: [layer]))
        #expect(layer.payload == (try Samples.signature()).payload)
    }

    @Test func `what is no signature by the key never comes out`() async throws {
        let key = try Samples.key()
        let other = try Samples.key(2)
        let answers: [@Sendable ([UInt8], SignatureScheme) throws -> [UInt8]] = [
            { message, scheme in try other.sign(message, scheme: scheme) },
            { message, scheme in try key.sign(message + [0], scheme: scheme) },
            { message, scheme in try key.sign(message, scheme: scheme) + [0] },
            { message, _ in try key.sign(message, scheme: .ecdsa(.sha384)) },
            { _, _ in [] },
        ]
        for answer in answers {
            await #expect(throws: SigningError.signatureInvalid(key: key.publicKey.fingerprint, scheme: "ECDSA with SHA-256")) {
                try await unsigned().signed(by: Elsewhere(publicKey: key.publicKey, answer: answer))
            }
        }
    }

    @Test(arguments: [
        (KeyAlgorithm.ecdsaP256, SignatureScheme.ecdsa(.sha256), SignatureScheme.ecdsa(.sha256)),
        (.ecdsaP384, .ecdsa(.sha256), .ecdsa(.sha384)), (.ecdsaP521, .ecdsa(.sha256), .ecdsa(.sha512)), (.ed25519, .ed25519, .ed25519),
        (.rsa4096, .rsaPKCS1(.sha256), .rsaPKCS1(.sha256)),
    ])
    func `classic signatures hash with SHA-256, bundles as the registry of algorithms says`(
        algorithm: KeyAlgorithm, classic: SignatureScheme, registry: SignatureScheme
    ) {
        #expect(SigningPractice.classic.scheme(for: algorithm) == classic)
        #expect(SigningPractice.registry.scheme(for: algorithm) == registry)
    }
}
