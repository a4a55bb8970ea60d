import Testing

@testable import Trust

/// RFC 8949, appendix A, as far as its examples are deterministic; and what the appendix shows that isn't.
@Suite struct CBORReaderTests {
    @Test(arguments: [
        ("00", CBORValue.unsigned(0)), ("17", .unsigned(23)), ("1818", .unsigned(24)), ("1903e8", .unsigned(1000)),
        ("1a000f4240", .unsigned(1_000_000)), ("1bffffffffffffffff", .unsigned(.max)), ("20", .negative(0)), ("3903e7", .negative(999)),
        ("3bffffffffffffffff", .negative(.max)), ("f4", .simple(20)), ("f6", .simple(22)), ("f8ff", .simple(255)),
        ("f90000", .float([0, 0])), ("fb3ff199999999999a", .float([0x3f, 0xf1, 0x99, 0x99, 0x99, 0x99, 0x99, 0x9a])),
        ("c11a514b67b0", .tagged(1, .unsigned(1_363_896_240))), ("4401020304", .bytes([1, 2, 3, 4])), ("60", .text("")),
        ("6449455446", .text("IETF")), ("62c3bc", .text("\u{fc}")), ("80", .array([])),
        ("83010203", .array([.unsigned(1), .unsigned(2), .unsigned(3)])),
        ("a0", .map([])),
        (
            "a26161016162820203",
            .map([.init(key: .text("a"), value: .unsigned(1)), .init(key: .text("b"), value: .array([.unsigned(2), .unsigned(3)]))])
        ),
    ])
    func `is read`(_ one: (bytes: String, value: CBORValue)) throws {
        #expect(try CBORReader.read([UInt8](hexadecimal: one.bytes)) == one.value)
    }

    @Test(arguments: [
        ("", "ends too early"), ("18", "ends too early"), ("1817", "shortest form"), ("190017", "shortest form"),
        ("1900ff", "shortest form"),
        ("1a0000ffff", "shortest form"), ("1b00000000ffffffff", "shortest form"), ("1c", "reserved"), ("1f", "indefinite"),
        ("5f4101ff", "indefinite"),
        ("7f6161ff", "indefinite"), ("9fff", "indefinite"), ("bfff", "indefinite"), ("ff", "indefinite"), ("f81f", "shortest form"),
        ("fc", "reserved"), ("0000", "behind"), ("42ff", "ends too early"), ("62c328", "UTF-8"), ("8201", "ends too early"),
        ("a101", "ends too early"), ("a201000100", "twice"), ("a2616101616102", "twice"), ("9b7fffffffffffffff", "ends too early"),
        ("bbffffffffffffffff", "ends too early"), ("5bffffffffffffffff", "ends too early"), ("c1", "ends too early"),
        ("818181818181818181818100", "within one another"), ("c1c1c1c1c1c1c1c1c1c100", "within one another"),
    ])
    func `is refused`(_ one: (bytes: String, reason: String)) {
        let fault = #expect(throws: CBORFault.self) { try CBORReader.read([UInt8](hexadecimal: one.bytes)) }
        #expect(fault?.description.contains(one.reason) == true, "\(one.bytes): \(fault?.description ?? "")")
    }

    @Test func `many items, many bytes and deep nesting are refused soon`() {
        let wide = CBORWriter.array(100_000) + [UInt8](repeating: 0, count: 100_000)
        #expect(throws: CBORFault.self) { try CBORReader.read(wide) }
        #expect(throws: CBORFault.self) { try CBORReader.read([UInt8](repeating: 0x81, count: 1 << 20)) }
        #expect(throws: CBORFault.self) { try CBORReader.read([UInt8](repeating: 0xc1, count: 1 << 20)) }
        #expect(throws: CBORFault.self) { try CBORReader.read([UInt8](repeating: 0, count: (1 << 20) + 1)) }
    }

    @Test(arguments: [0, 23, 24, 255, 256, 65535, 65536, 0xffff_ffff, 0x1_0000_0000])
    func `what is written is read back`(_ number: Int) throws {
        #expect(try CBORReader.read(CBORWriter.head(0, number)) == .unsigned(UInt64(number)))
        #expect(try CBORReader.read(CBORWriter.head(1, number)).integer == -1 - Int64(number))
    }

    @Test func `a number beyond 63 bits is none`() throws {
        #expect(try CBORReader.read([UInt8](hexadecimal: "1bffffffffffffffff")).integer == nil)
        #expect(try CBORReader.read([UInt8](hexadecimal: "3b7fffffffffffffff")).integer == .min)
        #expect(try CBORReader.read([UInt8](hexadecimal: "3b8000000000000000")).integer == nil)
    }
}
