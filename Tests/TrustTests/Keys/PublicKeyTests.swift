import Testing

@testable import Trust

@Suite struct PublicKeyTests {
    @Test(arguments: [
        ("p256", KeyAlgorithm.ecdsaP256), ("p256-other", .ecdsaP256), ("p384", .ecdsaP384), ("p521", .ecdsaP521),
        ("ed25519", .ed25519), ("rsa2048", .rsa2048), ("rsa3072", .rsa3072),
    ])
    func `every kind of key is read, and written as it was`(name: String, algorithm: KeyAlgorithm) throws {
        let key = try Fixtures.key(name)
        #expect(key.algorithm == algorithm)
        #expect(key.pem == (try Fixtures.text("keys/\(name).pub")))
        #expect(try PublicKey(der: key.der) == key)
    }

    // openssl pkey -pubin -in ed25519.pub -outform DER | sha256sum
    @Test func `a fingerprint is the SHA-256 of the DER`() throws {
        #expect(try Fixtures.key("ed25519").fingerprint == "c17e66abe9074309797d09c24d571e1bb5cc3324001e1926cf153f7c082bb3b6")
    }

    @Test func `other PEM blocks are refused by their label`() throws {
        let pem = try Fixtures.text("keys/p256.pub")
        for label in ["CERTIFICATE", "RSA PUBLIC KEY", "PRIVATE KEY"] {
            let relabelled = PEMDocument(label: label, bytes: try PEMDocument.parse(pem)[0].bytes).text
            #expect(throws: KeyError.wrongLabel(found: label, wanted: "PUBLIC KEY")) { try PublicKey(pem: relabelled) }
        }
        #expect(throws: KeyError.notPEM("2 blocks, wanted one; list each key on its own")) { try PublicKey(pem: pem + pem) }
    }

    @Test(arguments: ["p224", "secp256k1", "p256-compressed", "rsa1024", "rsa2056", "rsa-pss", "ed448", "x25519"])
    func `other kinds, sizes and encodings are unsupported`(name: String) throws {
        let pem = try Fixtures.text("unsupported-keys/\(name).pub")
        #expect(throws: KeyError.algorithmUnsupported(KeyAlgorithm.supported)) { try PublicKey(pem: pem) }
    }

    @Test func `a point that isn't on its curve is malformed`() throws {
        for name in ["p256", "p384", "p521"] {
            var der = try Fixtures.key(name).der
            der[der.count - 1] ^= 1
            #expect(throws: KeyError.malformed("no point on its curve")) { try PublicKey(der: der) }
            #expect(throws: KeyError.malformed("no point on its curve")) { try PublicKey(der: der.dropLast()) }
        }
    }

    @Test func `trailing bytes make no second name for a key`() throws {
        for name in ["p256", "p384", "p521", "ed25519", "rsa2048"] {
            let der = try Fixtures.key(name).der
            #expect(throws: KeyError.self) { try PublicKey(der: der + [0]) }
        }
    }

    @Test func `no mutation of a key's text gives a key with two names`() throws {
        let original = Array(try Fixtures.text("keys/p256.pub").utf8)
        let key = try Fixtures.key("p256")
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<3_000 {
            let text = String(decoding: original.mutated(by: &generator), as: UTF8.self)
            guard let read = try? PublicKey(pem: text) else { continue }
            #expect(try PublicKey(pem: read.pem) == read)
            #expect((read == key) == (read.fingerprint == key.fingerprint))
        }
    }
}
