import JSON
import Randomness
import Testing

@Suite("Base64")
struct Base64Tests {
    @Test(
        "has the test vectors of RFC 4648, both ways",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
        ])
    func vectors(plain: String, encoded: String) {
        #expect(Base64.encode(plain.utf8) == encoded)
        #expect(Base64.decode(encoded) == Array(plain.utf8))
        #expect(Base64.decodeLeniently(encoded) == Array(plain.utf8))
    }

    @Test(
        "is refused in every text but the one that is written",
        arguments: [
            "QUJ=", "Zh==", "QUJDRA===", "QUJDRA", "QUJDRA=", "QQ=", "Q", "=", "====", "Q===", "A=B=", "QQ==QQ==", "Zm9\n", "Zm9v\n",
            " Zm9v",
            "Zm 9v", "Zm9v\r\n", "-_-_", "Zm9é", "Zm9v\0", "Zg==\n", "Zm9!",
        ])
    func refused(text: String) { #expect(Base64.decode(text) == nil) }

    @Test(
        "is read leniently where Kubernetes does",
        arguments: [
            ("Zh==", "f"), ("Zm9=", "fo"), ("Zm9v\n", "foo"), ("Zm\r\n9v", "foo"), ("Zg=\n=", "f"), ("Zg==\n", "f"), ("\n", ""),
            ("Zg\n==", "f"), ("Zg==\n\r", "f"), ("\nZ\nm\n9\nv\n", "foo"), ("Zm9v Zm9v", nil), ("Zm\t9v", nil), ("Zg", nil), ("Zg=", nil),
            ("Zg===", nil), ("Z===", nil), ("====", nil), ("Zg==Zg==", nil), ("Zm9vZ", nil), ("Zm9-", nil), ("Z g=", nil), ("Zg== ", nil),
            ("Zm9v====", nil), ("Zm9v=", nil), ("Zm8=\nZg==", nil), ("=", nil), ("Z=g=", nil),
        ])
    func lenient(text: String, plain: String?) { #expect(Base64.decodeLeniently(text) == plain.map { Array($0.utf8) }) }

    @Test("that is read is written as the same text, and random bytes survive")
    func roundTrips() {
        var generator = SeededRandom(seed: 1)
        let alphabet = Array("ABab01+/=-_ \n".utf8)
        var decoded = 0
        for _ in 0..<20_000 {
            let length = Int.random(in: 0...12, using: &generator)
            let text = String(decoding: (0..<length).map { _ in alphabet.randomElement(using: &generator)! }, as: UTF8.self)
            guard let value = Base64.decode(text) else { continue }
            decoded += 1
            #expect(Base64.encode(value) == text)
        }
        #expect(decoded > 100)
        for length in 0..<300 {
            let bytes = (0..<length).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            #expect(Base64.decode(Base64.encode(bytes)) == bytes)
            #expect(Base64.decode(utf8: Array(Base64.encode(bytes).utf8)) == bytes)
        }
    }
}
