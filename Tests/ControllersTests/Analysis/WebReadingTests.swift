import Analysis
import JSON
import Testing

@testable import Controllers

@Suite("A number in a JSON document")
struct WebReadingTests {
    private static let document =
        #"{"a": {"b": [1, 2.5, "3", "NaN", "+Inf", null, true, "four", {}, [], "1e3", "0x1", " 1"]}, "": 7, "x/y": -0.5}"#

    private func read(_ pointer: String, _ document: String = document, status: Int = 200) throws -> Reading {
        try WebSource.reading(status: status, body: Array(document.utf8), at: try JSONPointer(pointer))
    }

    @Test(
        "is a number, or a text that is one",
        arguments: [("/a/b/0", 1.0), ("/a/b/1", 2.5), ("/a/b/2", 3), ("/a/b/4", .infinity), ("/a/b/10", 1000), ("/", 7), ("/x~1y", -0.5)])
    func numbers(pointer: String, number: Double) throws { #expect(try read(pointer) == .number(number)) }

    @Test("is NaN where a text says so")
    func notANumber() throws {
        guard case .number(let number) = try read("/a/b/3") else { throw CheckRefusal("wanted a number") }
        #expect(number.isNaN)
    }

    @Test("is no data where there is null, or nothing", arguments: ["/a/b/5", "/nothing", "/a/b/99", "/a/b/-", "/a/b/0/c"])
    func nothing(pointer: String) throws { #expect(try read(pointer) == .noData) }

    @Test(
        "is an error where something else stands, which is not shown",
        arguments: [
            ("/a/b/6", "boolean"), ("/a/b/7", "text"), ("/a/b/8", "object"), ("/a/b/9", "array"), ("/a/b/11", "text"), ("/a/b/12", "text"),
            ("", "object"),
        ])
    func others(pointer: String, kind: String) {
        let error = #expect(throws: CheckRefusal.self) { _ = try read(pointer) }
        #expect(error?.description.contains("found \(kind == "text" ? "a text" : kind)") == true, "\(error as Any)")
        #expect(error?.description.contains("four") == false)
    }

    @Test(
        "is not looked for in what is no document, or no answer",
        arguments: [("{", 200), ("", 200), (#"{"a": 1, "a": 2}"#, 200), ("1", 404), ("1", 500), ("1", 204), ("1", 401)])
    func answers(document: String, status: Int) {
        #expect(throws: CheckRefusal.self) { _ = try read("", document, status: status) }
    }
}
