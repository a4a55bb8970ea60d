import HTTPTypes
import Testing

@testable import HTTPTransport

@Suite("The head of a response")
struct ResponseHeadParserTests {
    private static func parse(_ lines: [[UInt8]]) -> ResponseHeadParser.Step {
        var parser = ResponseHeadParser()
        for line in lines {
            let step = line.withUnsafeBufferPointer { parser.take($0) }
            if step != .more { return step }
        }
        return .more
    }

    private static func parse(_ lines: String...) -> ResponseHeadParser.Step { parse(lines.map { Array($0.utf8) }) }

    @Test(
        "is read in all versions, with and without a reason",
        arguments: ["HTTP/1.1 404 Not Found\r\n", "HTTP/1.0 404\r\n", "HTTP/2 404 \r\n", "HTTP/1.1 404 x\n"])
    func versions(line: String) {
        guard case .head(let head) = Self.parse(line, "a: b\r\n", "\r\n") else {
            Issue.record("no head")
            return
        }
        #expect(head.status.code == 404)
        #expect(head.headerFields[.init("A")!] == "b")
    }

    @Test(
        "is refused when its first line is none",
        arguments: [
            "\r\n", "HTTP/1.1\r\n", "HTTP/1.1 20\r\n", "HTTP/1.1 2000\r\n", "GET / HTTP/1.1\r\n", "HTTP/1.1 -20 x\r\n",
            "HTTP/1.1 099 x\r\n",
        ])
    func malformed(line: String) { #expect(Self.parse(line) == .malformed) }

    @Test("skips a line that is no field and a name that is no token")
    func lenient() {
        guard
            case .head(let head) = Self.parse(
                "HTTP/1.1 200 OK\r\n", " folded onto nothing\r\n", "nonsense\r\n", "b d: x\r\n", "ok: y\r\n", "\r\n")
        else {
            Issue.record("no head")
            return
        }
        #expect(head.headerFields.count == 1)
    }

    @Test("of any bytes neither traps nor grows without bound", arguments: 0..<8)
    func fuzz(seed: Int) {
        var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1
        func random(_ below: Int) -> Int {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return Int(state % UInt64(below))
        }
        let seeds = ["HTTP/1.1 200 OK\r\n", "X-A: b\r\n", " fold\r\n", "\r\n", "HTTP/1.1 100 Continue\r\n"].map { Array($0.utf8) }
        var heads = 0
        for _ in 0..<1000 {
            var lines = (0..<random(8)).map { _ in seeds[random(seeds.count)] }
            lines.insert(seeds[0], at: 0)
            for _ in 0..<random(4) {
                let line = random(lines.count)
                guard !lines[line].isEmpty else { continue }
                lines[line][random(lines[line].count)] = UInt8(random(256))
            }
            if case .head(let head) = Self.parse(lines) {
                heads += 1
                #expect((200...999).contains(head.status.code) || head.status.code == 101)
            }
        }
        #expect(heads > 0)
    }
}
