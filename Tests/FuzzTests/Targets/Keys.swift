import JSON

@testable import Trust

extension FuzzTarget {
    /// A public key is read or refused, in PEM, in DER and as a note's; it has one encoding.
    static let publicKey = FuzzTarget(
        "public-key", .der,
        seeds: {
            let pems = try SeedFiles.folder("keys") + SeedFiles.folder("unsupported-keys", ".pub")
            let ders = pems.compactMap { try? PEMDocument.parse(String(decoding: $0, as: UTF8.self))[0].bytes }
            let vectors = try JSON.parse(SeedFiles.bytes("bundles/notes/vectors.json"))
            let notes = (vectors["verifierKeys"]?.array ?? []).compactMap { $0["vkey"]?.string.map { Array($0.utf8) } }
            return pems + ders + notes
        },
        check: { bytes in
            if let key = try answer({ () throws(KeyError) in try PublicKey(der: bytes) }) {
                try promise("its bytes are kept", key.der == bytes)
                try promise("its PEM is read as the same", (try? PublicKey(pem: key.pem)) == key)
                try promise("nothing is no signature", !key.isValid(signature: [], for: []))
            }
            guard let text = String(validating: bytes, as: UTF8.self) else { return }
            if let key = try answer({ () throws(KeyError) in try PublicKey(pem: text) }) {
                try promise("what PEM holds is the same key", (try? PublicKey(der: key.der)) == key)
            }
            if let documents = try answer({ () throws(KeyError) in try PEMDocument.parse(text) }) {
                let again = try? PEMDocument.parse(documents.map(\.text).joined())
                try promise("what is written is read as the same", again == documents)
            }
            try answer { () throws(KeyError) in try NoteVerifier(text: text) }
        })

    /// A private key is read or refused, plain and encrypted; written again it is the same key. Never is any of it in a message.
    static let privateKey = FuzzTarget(
        "private-key", .der,
        seeds: {
            let pems = try SeedFiles.folder("signing-keys", ".key")
            return pems + pems.compactMap { try? PEMDocument.parse(String(decoding: $0, as: UTF8.self))[0].bytes }
        },
        check: { bytes in
            if let text = String(validating: bytes, as: UTF8.self), text.contains("-----") {
                let isEncrypted = text.contains("ENCRYPTED")
                if !isEncrypted { try Self.check(Result { () throws(KeyError) in try PrivateKey(pem: text) }) }
            } else {
                try Self.check(Result { () throws(KeyError) in try PrivateKey(der: bytes) })
            }
            do throws(KeyError) { _ = try EncryptedSigstoreKey.Box(bytes) } catch { try checkWords(error.description) }
            // Cost is what parameters say, and limits allow seconds of it: here only what is cheap.
            guard !Self.isCostly(bytes) else { return }
            do throws(KeyError) {
                let opened = try PBES2.open(bytes, password: Array("hunter2".utf8))
                _ = PrivateKeyKind(der: opened)
            } catch { try checkWords(error.description) }
        })

    private static func check(_ read: Result<PrivateKey, KeyError>) throws(BrokenPromise) {
        switch read {
        case .failure(let error): try checkWords(error.description)
        case .success(let key):
            guard let again = try? PrivateKey(pem: key.pem) else { throw BrokenPromise(description: "what is written is read") }
            try promise("what is written is the same key", again.publicKey == key.publicKey)
        }
    }

    /// Whether an INTEGER of more than two bytes may stand in it, such as a million rounds.
    private static func isCostly(_ bytes: [UInt8]) -> Bool {
        zip(bytes, bytes.dropFirst()).contains { $0 == 0x02 && $1 > 2 }
    }

    /// What a program that holds a key answers is read or refused.
    static let plugin = FuzzTarget(
        "plugin", .base64,
        seeds: {
            let pem = try SeedFiles.text("keys/p256.pub")
            let version: JSON = "graft.dev/kms/v1"
            return [
                ["version": version, "publicKey": .string(pem)], ["version": version, "signature": "AQID"],
                ["version": version, "error": "the key is disabled"], ["version": "graft.dev/kms/v2"], ["version": version, "error": nil],
            ].map { ($0 as JSON).bytes() }
        },
        check: { bytes in
            let answer: KeyPluginAnswer
            do throws(KeyPluginFailure) { answer = try KeyPluginAnswer(bytes) } catch { return try checkWords(error.description) }
            do throws(KeyPluginFailure) { _ = try answer.publicKey() } catch { try checkWords(error.description) }
            do throws(KeyPluginFailure) { _ = try answer.signature() } catch { try checkWords(error.description) }
        })

    /// Small values that much is made of: times, numbers, digits, base64, digests.
    static let values = FuzzTarget(
        "values", limit: 256,
        seeds: {
            [
                "2026-01-01T00:00:00Z", "2024-02-29T23:59:59.999999999+23:59", "0000-01-01T00:00:00-00:01", "123", "9223372036854775807",
                "00ff", "AAECAw==", "sha256:" + String(repeating: "0f", count: 32), "sha512:" + String(repeating: "0f", count: 64),
            ].map { Array($0.utf8) }
        },
        check: { bytes in
            guard let text = String(validating: bytes, as: UTF8.self) else { return }
            if let time = Moment(rfc3339: text) {
                try promise(
                    "\(time) is read as the same", text.hasPrefix("0000") || text.hasPrefix("9999") || Moment(rfc3339: "\(time)") == time)
            }
            if let number = DecimalDigits.read(bytes) { try promise("a number has one spelling", "\(number)".utf8.elementsEqual(bytes)) }
            if let decoded = Hexadecimal.decode(text) {
                try promise("digits have one spelling", ContentDigest.hexadecimal(decoded) == text)
            }
            if let decoded = Base64.decode(text) {
                try promise("base64 has one spelling", Base64.encode(decoded).utf8.elementsEqual(bytes))
            }
            if let digest = MessageDigest(text: text) { try promise("a digest has one spelling", digest.text == text) }
            try checkWords("-" + text.printable)
        })
}
