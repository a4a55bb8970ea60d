import Testing

@testable import Telemetry

@Suite("A connection to a probe's endpoint")
struct ProbeConnectionTests {
    private let limits = ProbeConnection.Limits()

    /// Bytes that came after so many seconds.
    private func receive(_ text: String, _ connection: inout ProbeConnection, at seconds: Int = 0) {
        connection.received(Array(text.utf8)[...], now: { .seconds(seconds) }, seconds: 784_111_777) { _ in
            ProbeAnswer(body: Array("ok\n".utf8))
        }
    }

    @Test("A request gets its answer, whole, and then the connection ends")
    func whole() {
        var connection = ProbeConnection(now: .zero)
        receive("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\nGET /more", &connection)
        let answer =
            "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Type: text/plain; charset=utf-8\r\n"
            + "Content-Length: 3\r\nConnection: close\r\n\r\nok\n"
        #expect(String(decoding: connection.pending, as: UTF8.self) == answer)
        connection.sent(answer.utf8.count - 1, now: .zero)
        #expect(connection.state == .writing)
        connection.sent(1, now: .zero)
        #expect(connection.state == .lingering)
        receive(String(repeating: "x", count: 100_000), &connection)
        #expect(connection.state == .lingering)
        connection.ended()
        #expect(connection.state == .over)
    }

    @Test("HEAD gets the length, and no body")
    func head() {
        var connection = ProbeConnection(now: .zero)
        receive("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", &connection)
        let text = String(decoding: connection.pending, as: UTF8.self)
        #expect(text.contains("Content-Length: 3\r\n") && text.hasSuffix("\r\n\r\n"))
    }

    @Test("A client that sends a byte a second is cut off when one that sends nothing is, but hears why")
    func slow() {
        var (silent, slow) = (ProbeConnection(now: .zero), ProbeConnection(now: .zero))
        for second in 0..<10 {
            receive("G", &slow, at: second)
            for moment in [second, second] {
                slow.passed(now: .seconds(moment), seconds: 0)
                silent.passed(now: .seconds(moment), seconds: 0)
            }
            #expect(slow.state == .reading && silent.state == .reading)
        }
        silent.passed(now: .seconds(10), seconds: 0)
        slow.passed(now: .seconds(10), seconds: 0)
        #expect(silent.state == .over)
        #expect(String(decoding: slow.pending, as: UTF8.self).hasPrefix("HTTP/1.1 408 "))
    }

    @Test("A client that reads a byte a second is cut off")
    func slowReader() {
        var connection = ProbeConnection(now: .zero)
        receive("GET / HTTP/1.1\r\nHost: a\r\n\r\n", &connection, at: 5)
        for second in 5..<35 {
            connection.sent(1, now: .seconds(second))
            connection.passed(now: .seconds(second), seconds: 0)
            #expect(connection.state == .writing)
        }
        connection.passed(now: .seconds(35), seconds: 0)
        #expect(connection.state == .over)
    }

    @Test("A head without an end is refused as soon as it is too long")
    func huge() {
        var connection = ProbeConnection(now: .zero)
        receive("GET /\(String(repeating: "x", count: limits.head - 5))", &connection)
        #expect(connection.state == .reading)
        receive("x", &connection)
        #expect(String(decoding: connection.pending, as: UTF8.self).hasPrefix("HTTP/1.1 431 "))
    }

    @Test("Other methods are told which there are")
    func method() {
        var connection = ProbeConnection(now: .zero)
        receive("DELETE /metrics HTTP/1.1\r\nHost: a\r\n\r\n", &connection)
        let text = String(decoding: connection.pending, as: UTF8.self)
        #expect(text.hasPrefix("HTTP/1.1 405 ") && text.contains("\r\nAllow: GET, HEAD\r\n"))
    }

    @Test("Lingering ends by itself")
    func lingering() {
        var connection = ProbeConnection(now: .zero)
        receive("GET / HTTP/1.1\r\nHost: a\r\n\r\n", &connection)
        connection.sent(connection.pending.count, now: .seconds(1))
        connection.passed(now: .seconds(2), seconds: 0)
        #expect(connection.state == .lingering)
        connection.passed(now: .seconds(3), seconds: 0)
        #expect(connection.state == .over)
    }
}
