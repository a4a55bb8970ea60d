import Randomness
import Testing

@testable import Telemetry

@Suite("Heads of requests to a probe's endpoint")
struct ProbeRequestTests {
    private static let good: [(head: String, request: ProbeRequest)] = [
        ("GET /metrics HTTP/1.1\r\nHost: a\r\n", ProbeRequest(method: "GET", path: "/metrics")),
        ("GET /metrics HTTP/1.0\r\n", ProbeRequest(method: "GET", path: "/metrics")),
        ("HEAD /healthz?verbose HTTP/1.1\r\nhOsT:\ta \r\n", ProbeRequest(method: "HEAD", path: "/healthz")),
        ("GET http://a:1/readyz?x=/y HTTP/1.1\r\nHost: a\r\n", ProbeRequest(method: "GET", path: "/readyz")),
        ("GET http://a HTTP/1.1\r\nHost: a\r\n", ProbeRequest(method: "GET", path: "/")),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n", ProbeRequest(method: "POST", path: "/")),
        (
            "GET /metrics HTTP/1.1\r\nHost: a\r\nAccept: text/plain;q=0.5\r\nX: \u{E9}\r\nACCEPT: */*\r\n",
            ProbeRequest(method: "GET", path: "/metrics", accept: "text/plain;q=0.5,*/*")
        ),
    ]

    @Test("What is well-formed is read", arguments: good.indices)
    func reading(index: Int) throws {
        let (head, request) = Self.good[index]
        #expect(try ProbeRequest(head: Array(head.utf8)) == request)
    }

    private static let bad: [(head: String, status: Int)] = [
        ("", 400), ("\r\n", 400), ("GET\r\n", 400), ("GET /\r\n", 400), ("GET  / HTTP/1.1\r\nHost: a\r\n", 400),
        ("GET / HTTP/1.1 \r\nHost: a\r\n", 400), (" GET / HTTP/1.1\r\nHost: a\r\n", 400), ("G(T / HTTP/1.1\r\nHost: a\r\n", 400),
        ("GET / HTTP/1.1\nHost: a\n", 400), ("GET / HTTP/1.1\r\nHost: a\n", 400), ("GET / HTTP/1.1\rHost: a\r\n", 400),
        ("GET metrics HTTP/1.1\r\nHost: a\r\n", 400), ("GET * HTTP/1.1\r\nHost: a\r\n", 400), ("GET /\u{1}x HTTP/1.1\r\nHost: a\r\n", 400),
        ("GET / HTTP/1.1\r\n", 400), ("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n", 400), ("GET / HTTP/1.1\r\nHost : a\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\n folded\r\n", 400), ("GET / HTTP/1.1\r\nHost: a\r\n: x\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\nX: \u{0}\r\n", 400), ("GET / HTTP/1.1\r\nHost: a\r\nnothing\r\n", 400),
        ("\u{16}\u{3}\u{1}\u{2} / x", 400), ("PRI * HTTP/2.0\r\n", 505), ("GET / HTTP/2\r\nHost: a\r\n", 505), ("GET / SPDY\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n", 413), ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -0\r\n", 413),
        ("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n", 413),
    ]

    @Test("What is not is refused with a status", arguments: bad.indices)
    func refusing(index: Int) {
        let (head, status) = Self.bad[index]
        let error = #expect(throws: RefusedRequest.self) { try ProbeRequest(head: Array(head.utf8)) }
        #expect(error?.status == status, "\(head.debugDescription)")
        #expect(error?.reason.isEmpty == false)
    }

    @Test("Whatever comes is read or refused, and in pieces as in one")
    func fuzz() {
        var random = SeededRandom(seed: 7)
        let pieces = Self.good.map(\.head) + Self.bad.map(\.head)
        for _ in 0..<4000 {
            var bytes = Array(pieces.randomElement(using: &random)!.utf8)
            for _ in 0..<Int.random(in: 0...4, using: &random) where !bytes.isEmpty {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[index] = UInt8.random(in: .min ... .max, using: &random)
                case 1: bytes.remove(at: index)
                default: bytes.insert([0x0D, 0x0A, 0x20, 0x3A].randomElement(using: &random)!, at: index)
                }
            }
            bytes += [0x0D, 0x0A]
            var (whole, parts) = (ProbeConnection(now: .zero), ProbeConnection(now: .zero))
            whole.received(bytes[...], now: { .zero }, seconds: 0) { ProbeAnswer(body: Array("\($0)".utf8)) }
            var rest = bytes[...]
            while !rest.isEmpty {
                let piece = rest.prefix(Int.random(in: 1...9, using: &random))
                parts.received(piece, now: { .zero }, seconds: 0) { ProbeAnswer(body: Array("\($0)".utf8)) }
                rest = rest.dropFirst(piece.count)
            }
            #expect(whole.state == parts.state && Array(whole.pending) == Array(parts.pending), "\(bytes)")
        }
    }
}
