import HTTPCore
import HTTPTransport
import HTTPTypes
import Synchronization
import Testing

@Suite("A request body")
struct UploadTests {
    /// Answers with what it got: the head's length line and the body's size and sum.
    private static let echo: @Sendable (RawConnection) -> Void = { connection in
        while let head = connection.readHead() {
            let lines = head.split(separator: "\r\n").filter { $0.hasPrefix("Content-Length: ") || $0.hasPrefix("Transfer-Encoding") }
            let length = lines.first.flatMap { Int($0.dropFirst("Content-Length: ".count)) } ?? 0
            let body = connection.read(length)
            let sum = body.reduce(0) { ($0 &* 31) &+ UInt64($1) }
            let text = "\(head.prefix { $0 != " " }) \(lines.joined(separator: ",")) \(body.count) \(sum)"
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(text.utf8.count)\r\n\r\n\(text)")
        }
    }

    private static func text(_ method: String, _ bytes: [UInt8]) -> String {
        "\(method) Content-Length: \(bytes.count) \(bytes.count) \(bytes.reduce(0) { ($0 &* 31) &+ UInt64($1) })"
    }

    @Test("in memory arrives whole under every method", arguments: ["PUT", "POST", "PATCH", "DELETE"], [0, 1, 65_536, 300_000])
    func bytes(method: String, size: Int) async throws {
        let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        try await withServer(HTTPClient.Configuration(), Self.echo) { server, client in
            let answer = try await client.send(server.request(HTTPRequest.Method(method)!), body: .bytes(bytes)).body
            #expect(String(decoding: answer, as: UTF8.self) == Self.text(method, bytes))
        }
    }

    @Test(
        "that is absent is announced as empty where methods expect one",
        arguments: [("POST", true), ("PUT", true), ("GET", false), ("DELETE", false)])
    func absent(method: String, isAnnounced: Bool) async throws {
        try await withServer(HTTPClient.Configuration(), Self.echo) { server, client in
            let answer = String(decoding: try await client.send(server.request(HTTPRequest.Method(method)!)).body, as: UTF8.self)
            #expect(answer.contains("Content-Length: 0") == isAnnounced)
        }
    }

    @Test("may come in parts, slower than it is sent")
    func stream() async throws {
        let parts = (0..<40).map { index in [UInt8](repeating: UInt8(index), count: index % 3 == 0 ? 0 : index * 2_000) }
        let next = Mutex(0)
        try await withServer(HTTPClient.Configuration(), Self.echo) { server, client in
            let body = RequestBody.stream(length: parts.reduce(0) { $0 + $1.count }) {
                let index = next.withLock { next in
                    defer { next += 1 }
                    return next
                }
                if index % 8 == 0 { try await Task.sleep(for: .milliseconds(3)) }
                return index < parts.count ? parts[index] : nil
            }
            let answer = try await client.send(server.request(.put), body: body).body
            #expect(String(decoding: answer, as: UTF8.self) == Self.text("PUT", parts.flatMap { $0 }))
        }
    }

    @Test(
        "of another length than announced is an error that says so",
        arguments: [(5, "ended after 4 of the 5 bytes"), (3, "longer than the length")])
    func wrongLength(announced: Int, message: String) async throws {
        try await withServer(HTTPClient.Configuration(), Self.echo) { server, client in
            let isSent = Mutex(false)
            let body = RequestBody.stream(length: announced) {
                isSent.withLock { isSent in
                    defer { isSent = true }
                    return isSent ? nil : [1, 2, 3, 4]
                }
            }
            let error = await failure { _ = try await client.send(server.request(.put), body: body) }
            #expect(error?.code == .unsupported)
            #expect(error?.message.contains(message) == true)
        }
    }

    @Test("whose source fails ends the exchange with that error")
    func failingSource() async throws {
        struct Broken: Error {}
        let sawHead = Mutex(false)
        let sawClose = Mutex(false)
        try await withServer { connection in
            _ = connection.readHead()
            sawHead.withLock { $0 = true }
            let closed = connection.waitForClose()
            sawClose.withLock { $0 = closed }
        } _: { server, client in
            await #expect(throws: Broken.self) {
                try await client.send(
                    server.request(.put),
                    body: .stream(length: 10) {
                        try await eventually("the server has read the head") { sawHead.withLock { $0 } }
                        throw Broken()
                    })
            }
            try await eventually("the server sees the end") { sawClose.withLock { $0 } }
        }
    }

    @Test("is given up when the server answers before it is whole", .timeLimit(.minutes(5)))
    func earlyAnswer() async throws {
        try await withServer { connection in
            _ = connection.readHead()
            _ = connection.read(10)
            connection.send("HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig")
            _ = connection.waitForClose()
        } _: { server, client in
            let calls = Mutex(0)
            let body = RequestBody.stream(length: 1 << 40) {
                calls.withLock { $0 += 1 }
                return [UInt8](repeating: 0, count: 1 << 16)
            }
            let (head, answer) = try await client.send(server.request(.put), body: body)
            #expect(head.status.code == 413)
            #expect(answer == Array("big".utf8))
            #expect(calls.withLock { $0 } < 10_000)
        }
    }
}
