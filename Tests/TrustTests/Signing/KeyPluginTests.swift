import JSON
import Testing

@testable import Trust

@Suite struct KeyPluginTests {
    private let message = Array("message".utf8)

    private func answer(_ text: String) throws(KeyPluginFailure) -> KeyPluginAnswer { try KeyPluginAnswer(Array(text.utf8)) }

    @Test func `a request for the public key names key and version`() {
        let request = KeyPluginRequest(key: "projects/1/keys/release", operation: .publicKey)
        #expect(request.json.text() == #"{"version":"graft.dev/kms/v1","operation":"publicKey","key":"projects/1/keys/release"}"#)
    }

    // printf message | openssl dgst -sha256 -binary | base64
    @Test func `a request to sign passes the digest, and the message for Ed25519 alone`() {
        let ecdsa = KeyPluginRequest(key: "k", operation: .sign(message: message, algorithm: .ecdsaP256, scheme: .ecdsa(.sha256)))
        #expect(
            ecdsa.json.text()
                == #"{"version":"graft.dev/kms/v1","operation":"sign","key":"k","algorithm":"ECDSA-P256","scheme":"ECDSA-DER","#
                + #""digestAlgorithm":"SHA-256","digest":"q1MKE+RZFJgnm/m36/n8+8esrxY0xC8pblhrn0l9aX0="}"#
                .replacing("q1MKE+RZFJgnm/m36/n8+8esrxY0xC8pblhrn0l9aX0=", with: Base64.encode(DigestAlgorithm.sha256.hash(message))))
        let ed25519 = KeyPluginRequest(key: "k", operation: .sign(message: message, algorithm: .ed25519, scheme: .ed25519))
        #expect(
            ed25519.json.text()
                == #"{"version":"graft.dev/kms/v1","operation":"sign","key":"k","algorithm":"Ed25519","scheme":"Ed25519","message":"bWVzc2FnZQ=="}"#
        )
    }

    @Test func `answers give key and signature`() throws {
        let pem = try Samples.key().publicKey.pem
        let json: JSON = ["version": "graft.dev/kms/v1", "publicKey": .string(pem), "more": [1, 2]]
        #expect(try answer(json.text()).publicKey() == (try Samples.key()).publicKey)
        #expect(try answer(#"{"version":"graft.dev/kms/v1","signature":"AQID"}"#).signature() == [1, 2, 3])
    }

    @Test(arguments: [
        ("", "it printed nothing"), (" \n", "it printed nothing"), ("Enter PIN:", "what it printed is no JSON (line 1, column 1)"),
        ("[]", "it printed array, wanted an object"), ("{}", "its answer has no version"),
        (#"{"version":"graft.dev/kms/v1"}"#, "its answer has no signature"),
        (#"{"version":"graft.dev/kms/v1","signature":"A"}"#, "signature: not standard base64"),
        (#"{"version":"graft.dev/kms/v1","signature":""}"#, "signature: not standard base64"),
        (#"{"version":"graft.dev/kms/v1","signature":1}"#, "its answer has no signature"),
    ])
    func `garbage is told for what it is`(text: String, why: String) {
        #expect(throws: KeyPluginFailure.malformed(why)) { try answer(text).signature() }
    }

    @Test func `another version, a refusal and a wrong key are told apart`() {
        #expect(throws: KeyPluginFailure.version(found: "graft.dev/kms/v2")) { try answer(#"{"version":"graft.dev/kms/v2"}"#) }
        #expect(throws: KeyPluginFailure.refused("no key \"x\" here")) {
            try answer(#"{"version":"graft.dev/kms/v1","error":"no key \"x\"\n\u001b[31m here"}"#.replacing("\\u001b[31m", with: ""))
        }
        #expect(throws: KeyPluginFailure.malformed("publicKey: not a key in PEM: empty")) {
            try answer(#"{"version":"graft.dev/kms/v1","publicKey":""}"#).publicKey()
        }
    }

    @Test func `what a program writes is shown in one line, shortened, and steers no terminal`() {
        #expect(KeyPluginFailure.shown("a\r\n\u{1b}[2Jb\u{9b}c\u{7f}") == "a [2Jb c")
        #expect(KeyPluginFailure.shown(String(repeating: "x", count: 1000)).count == 301)
        #expect(KeyPluginFailure.shown("e" + String(repeating: "\u{301}", count: 1000)).unicodeScalars.count == 301)
        #expect(!KeyPluginFailure.shown("disable\u{202e}d").unicodeScalars.contains("\u{202e}"))
    }

    @Test func `no mutation of an answer ends the process or gives another key`() throws {
        let pem = try Samples.key().publicKey.pem
        let json: JSON = ["version": "graft.dev/kms/v1", "publicKey": .string(pem), "signature": "AQID"]
        var generator = SeededGenerator(seed: 21)
        for _ in 0..<3_000 {
            guard let answer = try? KeyPluginAnswer(json.bytes().mutated(by: &generator)) else { continue }
            _ = try? answer.signature()
            guard let key = try? answer.publicKey() else { continue }
            #expect(try PublicKey(pem: key.pem) == key)
        }
    }
}
