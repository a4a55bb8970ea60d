import JSON
import Testing

@testable import Trust

/// Project Wycheproof's vectors: known attacks on signature verification, and odd but valid signatures.
@Suite struct WycheproofTests {
    @Test(arguments: [("ecdsa_secp256r1_sha256_test", 484), ("ed25519_test", 151), ("rsa_signature_2048_sha256_test", 259)])
    func `every vector gets its verdict`(file: String, count: Int) throws {
        let document = try JSON.parse(Fixtures.bytes("wycheproof/\(file).json"))
        var seen = 0
        for group in try #require(document["groups"]?.array) {
            let key = try PublicKey(der: [UInt8](hexadecimal: try #require(group["key"]?.string)))
            for test in try #require(group["tests"]?.array) {
                seen += 1
                let message = [UInt8](hexadecimal: try #require(test[1]?.string))
                let signature = [UInt8](hexadecimal: try #require(test[2]?.string))
                let valid = key.isValid(signature: signature, for: message)
                // "acceptable" is an RSA signature whose DigestInfo lacks its NULL, which RFC 8017 says verifiers may take; we don't.
                #expect(valid == (test[3]?.string == "valid"), "\(file) \(test[0]?.integer ?? 0)")
            }
        }
        #expect(seen == count)
    }
}
