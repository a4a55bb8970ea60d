import Testing

@testable import Trust

@Suite struct Base64Tests {
    // RFC 4648 §10.
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
    ])
    func `the vectors of the specification hold both ways`(plain: String, encoded: String) {
        #expect(Base64.encode(plain.utf8) == encoded)
        #expect(Base64.decode(encoded) == Array(plain.utf8))
    }

    @Test(arguments: [
        "QUJ=",  // spare bits set
        "QUJDRA===", "QUJDRA", "QUJDRA=", "QQ=", "Q", "=", "====", "Q===", "A=B=", "QQ==QQ==",
        "Zm9\n", "Zm9v\n", " Zm9v", "Zm 9v", "Zm9v\r\n",
        "-_-_", "Zm9é", "Zm9v\0",
    ])
    func `anything but the one canonical text is refused`(text: String) {
        #expect(Base64.decode(text) == nil)
    }

    @Test func `what decodes encodes to the same text`() {
        var generator = SeededGenerator(seed: 1)
        let alphabet = Array("ABab01+/=-_ \n".utf8)
        var decoded = 0
        for _ in 0..<20_000 {
            let length = Int.random(in: 0...12, using: &generator)
            let bytes = (0..<length).map { _ in alphabet.randomElement(using: &generator) ?? 0 }
            let text = String(decoding: bytes, as: UTF8.self)
            guard let value = Base64.decode(text) else { continue }
            decoded += 1
            #expect(Base64.encode(value) == text)
        }
        #expect(decoded > 100)
    }
}
