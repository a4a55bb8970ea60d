import JSON
import Testing

@testable import Trust

/// C2SP signed-note and tlog-checkpoint, by the known answers of the Go implementations and negatives beside them.
@Suite struct SignedNoteTests {
    static func vectors(_ kind: String) throws -> [JSON] { try JSON.parse(BundleFixtures.bytes("notes/vectors.json"))[kind]?.array ?? [] }

    @Test func `every note gets its verdict`() throws {
        let notes = try Self.vectors("notes")
        #expect(notes.count == 22)
        for example in notes {
            let verifier = try NoteVerifier(text: example["vkey"]?.string ?? "")
            let note = Array((example["note"]?.string ?? "").utf8)
            let valid = (try? SignedNote(note).verify([verifier])) != nil
            #expect(valid == (example["valid"] == true), "\(example["name"]?.string ?? "")")
        }
    }

    @Test func `every checkpoint body gets its verdict`() throws {
        let bodies = try Self.vectors("checkpointBodies")
        #expect(bodies.count == 19)
        for example in bodies {
            let valid = (try? Checkpoint(text: Array((example["text"]?.string ?? "").utf8))) != nil
            #expect(valid == (example["valid"] == true), "\(example["name"]?.string ?? "")")
        }
    }

    @Test func `every verifier key gets its verdict`() throws {
        let keys = try Self.vectors("verifierKeys")
        #expect(keys.count == 7)
        for example in keys {
            let valid = (try? NoteVerifier(text: example["vkey"]?.string ?? "")) != nil
            #expect(valid == (example["valid"] == true), "\(example["name"]?.string ?? "")")
        }
    }

    @Test(arguments: [
        ("valid.txt", true), ("valid_multi_sig.txt", true), ("error_header_body_separator.txt", false), ("error_header_count.txt", false),
        ("error_no_newline_after_signature.txt", false), ("error_no_signatures.txt", false), ("error_not_a_number.txt", false),
        ("error_signature_format_invalid.txt", false), ("error_signature_length_insufficient.txt", false),
    ])
    func `sigstore-java's checkpoints are read, or refused`(file: String, valid: Bool) throws {
        let bytes = try BundleFixtures.bytes("checkpoints/\(file)")
        let read = (try? SignedNote(bytes)).flatMap { try? Checkpoint(text: $0.text) }
        #expect((read != nil) == valid)
    }

    static let key = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"

    @Test(arguments: [
        ("", "no line feed"), ("a\n\n\u{2014} b AAAAAAA=", "no line feed"), ("a\n", "no blank line"),
        ("a\r\n\n\u{2014} b AAAAAAA=\n", "control"),
        ("a\n\n\u{2014} b AAAAAAA=\n\n", "unsigned"), ("a\n\n\u{2014} b\n", "a name and base64"),
        ("a\n\n\u{2014} b+c AAAAAAA=\n", "name"),
        ("a\n\n\u{2014}  AAAAAAA=\n", "name"), ("a\n\n\u{2014} b AAAAAAB=\n", "base64"), ("a\n\n\u{2014} b AAAAAA==\n", "4 bytes"),
        ("a\n\n- b AAAAAAA=\n", "em dash"), ("a\n\n\u{2014} b AAAAAAA= \n", "a name and base64"),
    ])
    func `what is no note is refused, with the reason`(text: String, reason: String) {
        let error = #expect(throws: NoteError.self) { try SignedNote(Array(text.utf8)) }
        #expect("\(error.map { "\($0)" } ?? "")".contains(reason))
    }

    @Test func `the text ends at the last blank line`() throws {
        let note = try SignedNote(Array("a\n\nb\n\n\u{2014} k AAAAAAA=\n".utf8))
        #expect(note.text == Array("a\n\nb\n".utf8))
        #expect(throws: NoteError.malformed("an empty line")) {
            try Checkpoint(text: Array("o\n1\n\(Base64.encode([UInt8](repeating: 0, count: 32)))\n\n".utf8))
        }
    }

    @Test func `sixteen signatures and a hundred are read, one more is not`() throws {
        let line = "\u{2014} k AAAAAAA=\n"
        for count in [1, 16, 100] {
            #expect(try SignedNote(Array(("a\n\n" + String(repeating: line, count: count)).utf8)).signatures.count == count)
        }
        #expect(throws: NoteError.malformed("more than 100 signatures")) {
            try SignedNote(Array(("a\n\n" + String(repeating: line, count: 101)).utf8))
        }
    }

    @Test func `a note beyond the limit, invalid UTF-8 and overlong text cost nothing`() {
        #expect(throws: NoteError.malformed("longer than 1048576 bytes")) { try SignedNote([UInt8](repeating: 0x61, count: (1 << 20) + 1)) }
        #expect(throws: NoteError.malformed("not UTF-8")) { try SignedNote([0x61, 0xff, 0x0a, 0x0a]) }
        #expect(throws: NoteError.self) { try SignedNote([UInt8](repeating: 0x0a, count: 1 << 20)) }
    }

    @Test func `mutations of a note and a checkpoint crash nothing, and no other text verifies`() throws {
        let example = try #require(try Self.vectors("notes").first { $0["name"] == "sum.golang.org" })
        let verifier = try NoteVerifier(text: example["vkey"]?.string ?? "")
        let original = Array((example["note"]?.string ?? "").utf8)
        let signed = try SignedNote(original).text
        var generator = SeededGenerator(seed: 21)
        for round in 0..<4_000 {
            let mutated = original.mutated(by: &generator)
            guard let note = try? SignedNote(mutated) else { continue }
            _ = try? Checkpoint(text: note.text)
            if (try? note.verify([verifier])) != nil { #expect(note.text == signed, "round \(round)") }
        }
    }

    @Test(arguments: [("0", Int64(0)), ("1", 1), ("9223372036854775807", .max)])
    func `a decimal number is read`(text: String, value: Int64) { #expect(DecimalDigits.read(Array(text.utf8)) == value) }

    @Test(arguments: ["", "00", "034", "+34", "-1", " 1", "1 ", "0x1", "1e3", "٣", "9223372036854775808", "18446744073709551616", "1_0"])
    func `every other spelling is none`(text: String) { #expect(DecimalDigits.read(Array(text.utf8)) == nil) }
}
