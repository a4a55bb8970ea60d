import Glibc
import JSON
import Randomness
import Testing

@Suite("Hostile JSON")
struct JSONFuzzTests {
    @Test("what is written is read back as the same value", arguments: [.compact, .pretty] as [JSONStyle])
    func roundTrip(style: JSONStyle) throws {
        var generator = SeededRandom(seed: 1)
        for _ in 0..<3000 {
            let value = JSON.random(depth: 5, using: &generator)
            let bytes = value.bytes(style)
            let read = try JSON.parse(bytes)
            #expect(read == value)
            #expect(read.bytes(style) == bytes)
        }
    }

    @Test("mutated documents never crash the parser, and what it accepts is written and read back the same")
    func mutations() throws {
        var generator = SeededRandom(seed: 2)
        var accepted = 0
        for _ in 0..<6000 {
            let bytes = JSON.random(depth: 4, using: &generator).bytes().mutated(using: &generator)
            do throws(JSONSyntaxError) {
                let value = try JSON.parse(bytes)
                accepted += 1
                #expect((try? JSON.parse(value.bytes())) == value)
            } catch {
                #expect((0...bytes.count).contains(error.offset))
                #expect(error.line >= 1 && error.column >= 1)
            }
        }
        #expect(accepted > 500, "too few mutants are valid for the test to mean anything")
    }

    @Test("every prefix of a document but the whole is refused")
    func prefixes() throws {
        let bytes = JSON.object(["a": [1, -2.5e3, "\u{1}é😀", true, false, nil], "b": ["c": []]]).bytes()
        for length in bytes.indices { #expect(throws: JSONSyntaxError.self) { try JSON.parse(bytes[..<length]) } }
        _ = try JSON.parse(bytes)
    }

    @Test("a document as deep as the limit allows fits into a thread of 512 KiB")
    func smallStack() throws {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        #expect(pthread_attr_setstacksize(&attributes, 512 << 10) == 0)
        var thread = pthread_t()
        let started = pthread_create(
            &thread, &attributes,
            { _ in
                let half = JSONLimits().depth / 2
                let opening = String(repeating: "[{\"a\":", count: half)
                let text = opening + "1" + String(repeating: "}]", count: half)
                guard let value = try? JSON.parse(text), let again = try? JSON.parse(text) else { return nil }
                var patched = value
                patched = patched.mergePatched(with: ["a": again])
                let isSound =
                    value == again && value.text() == text && value.hashValue == again.hashValue && value.isEquivalent(to: again)
                    && value.text(.pretty).utf8.count > text.utf8.count && patched["a"] == again
                return isSound ? UnsafeMutableRawPointer(bitPattern: 1) : nil
            }, nil)
        try #require(started == 0)
        var result: UnsafeMutableRawPointer?
        pthread_join(thread, &result)
        #expect(result != nil)
    }
}
