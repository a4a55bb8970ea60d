import JSON
import Testing

@Suite struct JSONSharingTests {
    /// Where the elements lie.
    private func place<Element>(_ array: [Element]) -> UnsafeRawPointer? { array.withUnsafeBytes { $0.baseAddress } }

    private func read<Value: JSONDecodable>(_ text: String) throws -> Value { try Value(parsing: Array(text.utf8)) }

    /// Others read at the same time with memory of their own: a few attempts find the one that was used before.
    private func isShared<Value: JSONDecodable>(_ text: String, _ place: ([Value]) -> UnsafeRawPointer?) throws -> Bool {
        for _ in 0..<50 {
            let values: [[Value]] = try [read(text), read(text)]
            if place(values[0]) == place(values[1]) { return true }
        }
        return false
    }

    @Test func `Equal arrays of strings are one in memory`() throws {
        #expect(try isShared(#"["shared among documents","and so is this"]"#) { (array: [String]) in place(array) })
    }

    @Test func `Values that don't ask for it are not shared`() throws {
        #expect(try !isShared("[1,2,3,4,5,6]") { (array: [Int]) in place(array) })
    }

    @Test func `What was written alike is read as the type that is wanted`() throws {
        for _ in 0..<3 {
            #expect(try read(#"["7","8"]"#) as [String] == ["7", "8"])
            #expect(try read(#"["7","8"]"#) as [JSON] == [.string("7"), .string("8")])
            #expect(try read(#"{"a":"b"}"#) as [String: String] == ["a": "b"])
            #expect(try read(#"{"a":["b"]}"#) as [String: [String]] == ["a": ["b"]])
        }
    }

    @Test func `What can't be read is an error each time`() {
        for _ in 0..<3 {
            #expect(throws: JSONDecodingError.self) { try read(#"["a",1,"b"]"#) as [String] }
            #expect(throws: JSONDecodingError.self) { try read(#"{"a":"b","c":1}"#) as [String: String] }
        }
    }

    @Test func `A shared value that one holder changes stays as it was for the others`() throws {
        var first: [String: String] = try read(#"{"zone":"a zone with a long name"}"#)
        let second: [String: String] = try read(#"{"zone":"a zone with a long name"}"#)
        first["zone"] = "another"
        #expect(second == ["zone": "a zone with a long name"])
        #expect(try read(#"{"zone":"a zone with a long name"}"#) as [String: String] == second)
    }

    @Test func `Among many different documents each is read as it was written`() throws {
        for number in 0..<3_000 {
            let dictionary: [String: String] = try read(#"{"number":"\#(number % 700)"}"#)
            #expect(dictionary == ["number": "\(number % 700)"])
        }
    }
}
