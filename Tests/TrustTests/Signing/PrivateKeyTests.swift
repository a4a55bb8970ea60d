import Testing

@testable import Trust

@Suite struct PrivateKeyTests {
    // The scalar 0x0101…01, its public point appended as openssl does.
    func sec1() throws -> [UInt8] {
        let point = try Samples.key().publicKey.der.suffix(65)
        let curve: [UInt8] = [0xa0, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07]
        return [0x30, 0x77, 0x02, 0x01, 0x01, 0x04, 0x20] + [UInt8](repeating: 1, count: 32) + curve + [0xa1, 0x44, 0x03, 0x42, 0x00]
            + point
    }

    @Test func `PKCS8, SEC 1 and SEC 1 after its parameters give the same key`() throws {
        let key = try Samples.key()
        let pkcs8 = key.pem
        #expect(pkcs8.hasPrefix("-----BEGIN PRIVATE KEY-----\n"))
        let ec = PEMDocument(label: "EC PRIVATE KEY", bytes: try sec1()).text
        let parameters = PEMDocument(label: "EC PARAMETERS", bytes: [0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07]).text
        for pem in [pkcs8, ec, parameters + ec] {
            #expect(try PrivateKey(pem: pem).publicKey == key.publicKey)
        }
    }

    @Test func `a generated key signs what its public key verifies, and is another each time`() throws {
        let key = try PrivateKey.generate()
        let message = Array("message".utf8)
        #expect(key.publicKey.isValid(signature: try key.sign(message, scheme: .ecdsa(.sha256)), for: message))
        #expect(!key.publicKey.isValid(signature: try key.sign(message, scheme: .ecdsa(.sha256)), for: message + [0]))
        #expect(try PrivateKey.generate().publicKey != key.publicKey)
        #expect(try PrivateKey(pem: key.pem).publicKey == key.publicKey)
    }

    @Test func `an encrypted key without a password says where one is taken from`() {
        let pem = PEMDocument(label: "ENCRYPTED SIGSTORE PRIVATE KEY", bytes: [1, 2, 3]).text
        let error = #expect(throws: KeyError.self) { try PrivateKey(pem: pem) }
        #expect(error?.description.contains("encrypted") == true)
        #expect(error?.description.contains("COSIGN_PASSWORD") == true)
        #expect(error?.description.contains("--password-file") == true)
    }

    @Test func `what is no private key is refused`() throws {
        let wanted =
            "a private key: PRIVATE KEY, EC PRIVATE KEY, RSA PRIVATE KEY, ENCRYPTED PRIVATE KEY, "
            + "ENCRYPTED SIGSTORE PRIVATE KEY, ENCRYPTED COSIGN PRIVATE KEY"
        #expect(throws: KeyError.wrongLabel(found: "PUBLIC KEY", wanted: wanted)) { try PrivateKey(pem: Fixtures.text("keys/p256.pub")) }
        let garbage = PEMDocument(label: "PRIVATE KEY", bytes: [0x30, 0x03, 0x02, 0x01, 0x00]).text
        #expect(throws: KeyError.malformed("neither PKCS#8 nor SEC 1 nor PKCS#1")) { try PrivateKey(pem: garbage) }
        #expect(throws: KeyError.malformed("no P-256 scalar")) { try PrivateKey(scalar: [UInt8](repeating: 0, count: 32)) }
        #expect(throws: KeyError.malformed("no P-256 scalar")) { try PrivateKey(scalar: [UInt8](repeating: 0xff, count: 32)) }
        #expect(throws: KeyError.malformed("no P-256 scalar")) { try PrivateKey(scalar: [1]) }
    }

    @Test func `neither description nor errors show the key`() throws {
        #expect("\(try Samples.key())" == "ECDSA-P256 private key")
        let pem = try Samples.key().pem
        let body = pem.split(separator: "\n")[1]
        let error = #expect(throws: KeyError.self) { try PrivateKey(pem: pem + "trailing") }
        #expect(error?.description.contains(body) == false)
    }
}
