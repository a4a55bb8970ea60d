import JSON
import Testing

@testable import Trust

@Suite struct EncryptedSigstoreKeyTests {
    // go-securesystemslib, encrypted_test.go: the strings "reallyimportant" that its Marshal sealed with "supersecret".
    static let vectors = [
        #"{"kdf":{"name":"scrypt","params":{"N":32768,"r":8,"p":1},"salt":"WO3mVvyTwJ9vwT5/Tk5OW5WPIBUofMjcpEfrLnfY4uA="},"cipher":{"name":"nacl/secretbox","nonce":"tCy7HcTFr4uxv4Nrg/DWmncuZ148U1MX"},"ciphertext":"08n43p5G5yviPEZpO7tPPF4aZQkWiWjkv4taFdhDBA0tamKH4nw="}"#,
        #"{"kdf":{"name":"scrypt","params":{"N":65536,"r":8,"p":1},"salt":"FhzPOt9/bJG4PTq6lQ6ecG6GzaOuOy/ynG5+yRiFlNs="},"cipher":{"name":"nacl/secretbox","nonce":"aw1ng1jHaDz/tQ7V2gR9O2+IGQ8xJEuE"},"ciphertext":"HycvuLZL4sYH0BrYTh4E/H20VtAW6u5zL5Pr+IBjYLYnCPzDkq8="}"#,
        #"{"kdf":{"name":"scrypt","params":{"N":131072,"r":8,"p":1},"salt":"m38E3kouJTtiheLQN22NQ8DTito5hrjpUIskqcd375k="},"cipher":{"name":"nacl/secretbox","nonce":"Y6PM13yA+o44pE/W1ZBwczeGnTV/m9Zc"},"ciphertext":"6H8sqj1K6B6yDjtH5AQ6lbFigg/C2yDDJc4rYJ79w9aVPImFIPI="}"#,
    ]
    static let password = Array("supersecret".utf8)

    @Test(arguments: vectors) func `what its makers sealed opens, at each of their costs`(document: String) throws {
        let opened = try EncryptedSigstoreKey.open(Array(document.utf8), password: Self.password)
        #expect(String(decoding: opened, as: UTF8.self) == "\"cmVhbGx5aW1wb3J0YW50\"")
    }

    @Test func `other costs are refused before anything is computed`() throws {
        for (n, r, p) in [(99, 99, 99), (1 << 30, 8, 1), (65536, 9, 1), (65536, 8, 2), (1 << 14, 8, 1)] {
            let document = Self.vectors[1].replacing("\"N\":65536,\"r\":8,\"p\":1", with: "\"N\":\(n),\"r\":\(r),\"p\":\(p)")
            #expect(
                throws: KeyError.encryptionUnsupported("scrypt's parameters, wanted N of 32768, 65536 or 131072, r of 8 and p of 1")
            ) { try EncryptedSigstoreKey.open(Array(document.utf8), password: Self.password) }
        }
    }

    @Test(arguments: [
        ("\"scrypt\"", "\"argon2\"", KeyError.encryptionUnsupported("the key derivation \"argon2\", wanted scrypt")),
        ("nacl/secretbox", "aes", .encryptionUnsupported("the cipher \"aes\", wanted nacl/secretbox")),
        ("FhzP", "F!zP", .malformed("kdf.salt: wanted bytes in standard base64")),
        ("aw1n", "", .malformed("cipher.nonce: found 21 bytes, wanted 24")),
        ("\"ciphertext\"", "\"text\"", .malformed("ciphertext: wanted bytes in standard base64")),
        ("{\"kdf\"", "\"kdf\"", .malformed("what the block holds is no JSON (line 1, column 6)")),
    ])
    func `what isn't such a document is refused, and what is wrong named`(found: String, instead: String, failure: KeyError) {
        let document = Self.vectors[1].replacing(found, with: instead)
        #expect(throws: failure) { try EncryptedSigstoreKey.open(Array(document.utf8), password: Self.password) }
    }

    @Test(arguments: ["", "pässwörd 𝄞"]) func `what is sealed here opens with its password alone`(password: String) throws {
        var generator = SystemRandomNumberGenerator()
        let key = try Samples.key()
        let pem = try key.pem(encryptedWith: Array(password.utf8), using: &generator)
        #expect(pem.hasPrefix("-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\n"))
        #expect(try PrivateKey(pem: pem) { () throws(KeyError) in Array(password.utf8) }.publicKey == key.publicKey)
        #expect(throws: KeyError.passwordWrong) { try PrivateKey(pem: pem) { () throws(KeyError) in Array("other".utf8) } }
    }

    @Test func `the document is laid out as cosign's`() throws {
        var generator = SeededGenerator(seed: 1)
        let theirs = try JSON.parse(PEMDocument.parse(try Fixtures.text("signing-keys/sigstore-label.key"))[0].bytes)
        let ours = try JSON.parse(EncryptedSigstoreKey.seal([1, 2, 3], password: [1], using: &generator, rounds: 1 << 15))
        #expect(ours.object?.keys.map { $0 } == theirs.object?.keys.map { $0 })
        #expect(ours["kdf"]?["params"] == theirs["kdf"]?["params"])
        for member in ["kdf", "cipher"] {
            #expect(ours[member]?.object?.keys.map { $0 } == theirs[member]?.object?.keys.map { $0 })
            #expect(ours[member]?["name"] == theirs[member]?["name"])
        }
        #expect(ours["kdf"]?["salt"]?.string?.utf8.count == theirs["kdf"]?["salt"]?.string?.utf8.count)
        #expect(ours["cipher"]?["nonce"]?.string?.utf8.count == theirs["cipher"]?["nonce"]?.string?.utf8.count)
    }

    @Test func `no mutation of a document ends the process, and what is read costs no more than the dearest`() {
        let original = Array(Self.vectors[0].utf8)
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<5_000 {
            guard let box = try? EncryptedSigstoreKey.Box(original.mutated(by: &generator)) else { continue }
            #expect(box.rounds <= 1 << 17)
            #expect(box.nonce.count == 24)
        }
    }
}
