import Testing

@testable import Trust

@Suite struct PrivateKeyReadingTests {
    private func key(_ name: String, password: String? = nil) throws -> PrivateKey {
        try PrivateKey(pem: Fixtures.text("signing-keys/\(name).key")) { () throws(KeyError) in password.map { Array($0.utf8) } }
    }

    private func publicKey(_ name: String) throws -> PublicKey { try PublicKey(pem: Fixtures.text("signing-keys/\(name).pub")) }

    @Test(arguments: [
        ("p256", KeyAlgorithm.ecdsaP256), ("p384", .ecdsaP384), ("p521", .ecdsaP521), ("ed25519", .ed25519), ("rsa2048", .rsa2048),
    ])
    func `every kind of key is read, signs what its public key verifies, and is written as it was`(
        name: String, algorithm: KeyAlgorithm
    ) throws {
        let key = try key(name)
        #expect(key.algorithm == algorithm)
        #expect(key.publicKey == (try publicKey(name)))
        #expect("\(key)" == "\(algorithm.rawValue) private key")
        let message = Array("message".utf8)
        for practice in [SigningPractice.classic, .registry] {
            let scheme = practice.scheme(for: algorithm)
            let signature = try key.sign(message, scheme: scheme)
            #expect(key.publicKey.isValid(signature: signature, for: message, scheme: scheme))
            #expect(key.publicKey.isValid(signature: signature, for: message))
            #expect(!key.publicKey.isValid(signature: signature, for: message + [0]))
        }
        #expect(try PrivateKey(pem: key.pem).publicKey == key.publicKey)
    }

    @Test(arguments: [("p256-sec1", "p256"), ("p384-sec1", "p384"), ("p521-sec1", "p521"), ("rsa2048-pkcs1", "rsa2048")])
    func `SEC 1 and PKCS1 give the key that PKCS8 gives`(name: String, same: String) throws {
        #expect(try key(name).publicKey == (try publicKey(same)))
    }

    @Test(
        arguments: ["sha256-aes256", "sha1-aes128", "sha512-aes192", "sha384-aes256"].map { "encrypted-pbkdf2-\($0)" } + [
            "encrypted-scrypt-aes256"
        ])
    func `what openssl encrypts opens with its password`(name: String) throws {
        #expect(try key(name, password: "hello").publicKey == (try publicKey("p256")))
        #expect(throws: KeyError.passwordWrong) { try key(name, password: "") }
        #expect(throws: KeyError.passwordMissing(label: "ENCRYPTED PRIVATE KEY")) { try key(name) }
    }

    @Test func `no wrong password opens an encrypted key, though padding comes out right now and then`() throws {
        let pem = try Fixtures.text("signing-keys/encrypted-pbkdf2-sha256-aes256.key")
        for number in 0..<600 {
            #expect(throws: KeyError.passwordWrong) { try PrivateKey(pem: pem) { () throws(KeyError) in Array("\(number)".utf8) } }
        }
    }

    // The first two are RSA and ECDSA keys in PKCS#8; the third is one that cosign itself doesn't load.
    @Test(arguments: [
        ("cosign-label", "ENCRYPTED COSIGN PRIVATE KEY"), ("sigstore-label", "ENCRYPTED SIGSTORE PRIVATE KEY"),
        ("cosign-label-sec1", "ENCRYPTED COSIGN PRIVATE KEY"),
    ])
    func `what cosign encrypted opens with its password`(name: String, label: String) throws {
        let key = try key(name, password: "hello")
        #expect(
            key.publicKey.isValid(
                signature: try key.sign([1, 2, 3], scheme: SigningPractice.classic.scheme(for: key.algorithm)), for: [1, 2, 3]))
        #expect(throws: KeyError.passwordMissing(label: label)) { try self.key(name) }
    }

    @Test(arguments: [
        ("refused-des3", "the cipher 1.2.840.113549.3.7, wanted AES-CBC"),
        ("refused-pbes1", "the scheme 1.2.840.113549.1.12.1.3, wanted PBES2"),
    ])
    func `other ways to encrypt are refused by name`(name: String, what: String) throws {
        let error = #expect(throws: KeyError.self) { try key(name, password: "hello") }
        #expect(error == .encryptionUnsupported(what))
        #expect(error?.description.contains("openssl pkcs8 -topk8 -v2 aes-256-cbc") == true)
    }

    @Test func `the encryption inside of PEM that openssl once wrote is refused, with the way out`() throws {
        let error = #expect(throws: KeyError.self) { try key("refused-legacy-pem", password: "hello") }
        #expect(error?.description.contains("openssl pkcs8 -topk8") == true)
    }

    @Test(arguments: ["x25519", "ed448", "secp256k1", "secp256k1-sec1"]) func `other algorithms are unsupported`(name: String) throws {
        #expect(throws: KeyError.algorithmUnsupported(KeyAlgorithm.supported)) { try key(name) }
    }

    @Test func `an unsupported key is told from a wrong password`() throws {
        #expect(throws: KeyError.algorithmUnsupported(KeyAlgorithm.supported)) { try key("encrypted-secp256k1", password: "hello") }
    }

    @Test func `RSA of another size names its size`() throws {
        let error = #expect(throws: KeyError.self) { try key("rsa1024") }
        #expect(error?.description.contains("RSA with 1024 bits") == true)
    }

    @Test func `a key makes no signatures in another algorithm's scheme`() throws {
        let p256 = try key("p256")
        for scheme in [SignatureScheme.ed25519, .rsaPKCS1(.sha256), .ecdsaFixedSize(.sha256)] {
            #expect(throws: KeyError.self) { try p256.sign([1], scheme: scheme) }
        }
        #expect(throws: KeyError.self) { try key("rsa2048").sign([1], scheme: .rsaPSS(.sha256)) }
        #expect(throws: KeyError.self) { try key("ed25519").sign([1], scheme: .ecdsa(.sha256)) }
    }

    @Test(arguments: ["p256", "ed25519", "rsa2048", "encrypted-pbkdf2-sha256-aes256", "encrypted-scrypt-aes256"])
    func `no mutation of a key's bytes ends the process, and what is read can sign`(name: String) throws {
        let document = try PEMDocument.parse(Fixtures.text("signing-keys/\(name).key"))[0]
        var generator = SeededGenerator(seed: 11)
        // scrypt costs; what is read before it is the same.
        for _ in 0..<(name.contains("scrypt") ? 20 : name.contains("pbkdf2") ? 200 : 1_000) {
            let pem = PEMDocument(label: document.label, bytes: document.bytes.mutated(by: &generator)).text
            guard let key = try? PrivateKey(pem: pem, password: { () throws(KeyError) in Array("hello".utf8) }) else { continue }
            #expect(key.publicKey.fingerprint.utf8.count == 64)
        }
    }
}
