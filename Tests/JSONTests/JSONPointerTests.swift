import JSON
import Testing

@Suite("JSON pointers")
struct JSONPointerTests {
    /// The document of RFC 6901, section 5.
    let document: JSON = [
        "foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4, "i\\j": 5, "k\"l": 6, " ": 7, "m~n": 8,
    ]

    @Test(
        "the examples of the specification",
        arguments: [
            ("/foo", ["bar", "baz"]), ("/foo/0", "bar"), ("/", 0), ("/a~1b", 1), ("/c%d", 2), ("/e^f", 3), ("/g|h", 4),
            ("/i\\j", 5), ("/k\"l", 6), ("/ ", 7), ("/m~0n", 8),
        ] as [(String, JSON)])
    func examples(text: String, value: JSON) throws {
        let pointer = try JSONPointer(text)
        #expect(document[pointer] == value)
        #expect(pointer.description == text)
    }

    @Test("the empty pointer names the document") func whole() throws { #expect(document[try JSONPointer("")] == document) }

    @Test("~01 is ~1, not a slash") func order() throws { #expect(try JSONPointer("/~01").tokens == ["~1"]) }

    @Test("what is not there is nil", arguments: ["/nothing", "/foo/2", "/foo/-", "/foo/01", "/foo/+1", "/foo/0/x", "/foo/a", "//x"])
    func absent(text: String) throws { #expect(document[try JSONPointer(text)] == nil) }

    @Test("malformed text is refused", arguments: ["foo", "/a~", "/a~2", "~0", "#/foo"])
    func malformed(text: String) { #expect(throws: JSONPointerError.self) { try JSONPointer(text) } }

    @Test("a pointer is a proper prefix of those below it alone")
    func prefix() throws {
        let pointer = try JSONPointer("/a/b")
        #expect(pointer.isProperPrefix(of: try JSONPointer("/a/b/c")))
        #expect(!pointer.isProperPrefix(of: pointer))
        #expect(!pointer.isProperPrefix(of: try JSONPointer("/a/bc/d")))
        #expect(JSONPointer().isProperPrefix(of: pointer))
    }
}
