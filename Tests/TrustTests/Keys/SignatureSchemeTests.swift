import JSON
import Testing

@testable import Trust

/// Project Wycheproof's vectors, each in the scheme they are for.
@Suite struct SignatureSchemeTests {
    @Test(
        arguments: [
            ("ecdsa_secp256r1_sha256_test", .ecdsa(.sha256), 484), ("ecdsa_secp256r1_sha256_p1363_test", .ecdsaFixedSize(.sha256), 262),
            ("ecdsa_secp384r1_sha384_test", .ecdsa(.sha384), 504), ("ecdsa_secp384r1_sha256_test", .ecdsa(.sha256), 472),
            ("ecdsa_secp521r1_sha512_test", .ecdsa(.sha512), 542), ("ed25519_test", .ed25519, 151),
            ("rsa_signature_2048_sha256_test", .rsaPKCS1(.sha256), 259), ("rsa_signature_3072_sha256_test", .rsaPKCS1(.sha256), 259),
            ("rsa_signature_4096_sha256_test", .rsaPKCS1(.sha256), 258), ("rsa_pss_2048_sha256_mgf1_32_test", .rsaPSS(.sha256), 108),
            ("rsa_pss_4096_sha256_mgf1_32_test", .rsaPSS(.sha256), 108),
        ] as [(String, SignatureScheme, Int)])
    func `every vector gets its verdict, from the message and from its digest`(file: String, scheme: SignatureScheme, count: Int) throws {
        let document = try JSON.parse(Fixtures.bytes("wycheproof/\(file).json"))
        var seen = 0
        for group in try #require(document["groups"]?.array) {
            let key = try PublicKey(der: [UInt8](hexadecimal: try #require(group["key"]?.string)))
            for test in try #require(group["tests"]?.array) {
                seen += 1
                let message = [UInt8](hexadecimal: try #require(test[1]?.string))
                let signature = [UInt8](hexadecimal: try #require(test[2]?.string))
                // "acceptable" is an RSA signature whose DigestInfo lacks its NULL, which we don't take.
                let wanted = test[3]?.string == "valid"
                #expect(key.isValid(signature: signature, for: message, scheme: scheme) == wanted, "\(file) \(test[0]?.integer ?? 0)")
                guard let algorithm = scheme.digest else { continue }
                let digest = try #require(MessageDigest(algorithm.hash(message), algorithm: algorithm))
                #expect(digest == MessageDigest(hashing: message, with: algorithm))
                #expect(key.isValid(signature: signature, digest: digest, scheme: scheme) == wanted, "\(file) \(test[0]?.integer ?? 0)")
            }
        }
        #expect(seen == count)
    }

    private static let schemes: [SignatureScheme] =
        DigestAlgorithm.allCases.flatMap { [.ecdsa($0), .ecdsaFixedSize($0), .rsaPKCS1($0), .rsaPSS($0)] } + [.ed25519]

    @Test(arguments: SampleKey.Kind.allCases)
    func `a signature is valid in its own scheme and in no other`(kind: SampleKey.Kind) throws {
        let key = try SampleKey(1, kind)
        let message = Array("a message".utf8)
        let signature = try key.sign(message)
        let publicKey = try PublicKey(der: key.publicKey)
        for scheme in Self.schemes {
            #expect(publicKey.isValid(signature: signature, for: message, scheme: scheme) == (scheme == key.scheme), "\(scheme)")
            // What a key never makes isn't valid whatever the bytes.
            if !scheme.isMade(by: publicKey.algorithm) { #expect(!publicKey.isValid(signature: [], for: message, scheme: scheme)) }
        }
    }

    @Test func `a digest of another length or algorithm is none`() throws {
        #expect(MessageDigest([UInt8](repeating: 0, count: 31), algorithm: .sha256) == nil)
        #expect(MessageDigest([UInt8](repeating: 0, count: 32), algorithm: .sha512) == nil)
        let key = try SampleKey(1)
        let message = Array("a message".utf8)
        let digest = MessageDigest(hashing: message, with: .sha384)
        #expect(digest.bytes == DigestAlgorithm.sha384.hash(message))
        #expect(try !PublicKey(der: key.publicKey).isValid(signature: key.sign(message), digest: digest, scheme: .ecdsa(.sha256)))
    }
}
