import CoreMetrics
import Glibc
import HTTPCore
import HTTPTransport
import HTTPTypes
import Harness
import Logging
import ServiceLifecycle
import Testing

@testable import Telemetry

@Suite("A probe's endpoint, over sockets")
struct ProbeEndpointTests {
    /// A client's side of a connection, which sends what it likes.
    private final class RawClient: Sendable {
        private let descriptor: Int32

        init(_ port: Int) throws {
            descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = UInt16(port).bigEndian
            address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
            let code = withUnsafeBytes(of: &address) {
                connect(descriptor, $0.assumingMemoryBound(to: sockaddr.self).baseAddress, socklen_t($0.count))
            }
            try #require(code == 0)
            _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        }

        deinit { close(descriptor) }

        /// - Returns: false when the other side is gone.
        @discardableResult
        func send(_ text: String) -> Bool { Glibc.send(descriptor, text, text.utf8.count, Int32(MSG_NOSIGNAL)) >= 0 || errno == EAGAIN }

        /// All that comes until the other side closes.
        func rest() async throws -> String {
            var bytes: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 1 << 16)
            try await eventually("the end of the answer") {
                while true {
                    let count = recv(descriptor, &buffer, buffer.count, 0)
                    if count == 0 { return true }
                    guard count > 0 else { return errno != EAGAIN }
                    bytes += buffer[..<count]
                }
            }
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    private func serving<Result>(
        limits: ProbeConnection.Limits = .init(), series: Int = 3, padding: Int = 0, _ body: (Int) async throws -> Result
    ) async throws -> Result {
        let registry = MetricsRegistry()
        for index in 0..<series {
            registry.makeMeter(label: "things", dimensions: [("n", "\(index)"), ("padding", String(repeating: "x", count: padding))]).set(
                1.0)
        }
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let endpoint = try ProbeEndpoint(ListeningAddress("127.0.0.1:0"), limits: limits, metrics: registry, logger: logger)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await endpoint.run() }
            defer { group.cancelAll() }
            return try await body(endpoint.port)
        }
    }

    @Test("Collectors get both formats, the kubelet its ok, and others hear what there is")
    func paths() async throws {
        try await serving { port in
            let client = HTTPClient(.init(proxy: .none))
            func get(_ path: String, _ method: HTTPRequest.Method = .get, accept: String? = nil) async throws -> (HTTPResponse, String) {
                var request = HTTPRequest(method: method, scheme: "http", authority: "127.0.0.1:\(port)", path: path)
                request.headerFields[.accept] = accept
                let (head, body) = try await client.send(request)
                return (head, String(decoding: body, as: UTF8.self))
            }
            let (head, text) = try await get("/metrics")
            #expect(head.headerFields[.contentType] == PrometheusFormat.text.contentType)
            #expect(text == "# TYPE things gauge\nthings{n=\"0\"} 1\nthings{n=\"1\"} 1\nthings{n=\"2\"} 1\n")
            let (_, open) = try await get("/metrics", accept: "application/openmetrics-text;version=1.0.0,*/*;q=0.1")
            #expect(open.hasSuffix("# EOF\n"))
            let (length, nothing) = try await get("/metrics", .head)
            #expect(length.headerFields[.contentLength] == "\(text.utf8.count)" && nothing.isEmpty)
            for path in ["/healthz", "/readyz?verbose"] { #expect(try await get(path).1 == "ok\n") }
            let (missing, said) = try await get("/")
            #expect(missing.status == .notFound && said == "there are /healthz, /readyz, /metrics\n")
            #expect(try await get("/metrics", .delete).0.status == .methodNotAllowed)
            await client.shutdown()
        }
    }

    @Test(
        "Broken and huge requests hear what is wrong with them, though they go on sending",
        arguments: [
            ("hello\r\n\r\n", "400"), ("GET /metrics HTTP/1.1\r\n\r\n", "400"), ("GET / HTTP/9.9\r\nHost: a\r\n\r\n", "505"),
            ("POST /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n" + String(repeating: "x", count: 100_000), "413"),
            ("GET /" + String(repeating: "x", count: 200_000), "431"),
        ])
    func broken(request: String, status: String) async throws {
        try await serving { port in
            let client = try RawClient(port)
            client.send(request)
            client.send("and more")
            #expect(try await client.rest().hasPrefix("HTTP/1.1 \(status) "))
        }
    }

    @Test("Whoever holds connections and sends nothing, or a byte now and then, keeps no one else out")
    func holding() async throws {
        try await serving { port in
            var holders: [RawClient] = []
            for index in 0..<100 {
                let holder = try RawClient(port)
                if index % 2 == 0 { holder.send("GET /metrics HT") }
                holders.append(holder)
                guard index % 10 == 0 else { continue }
                let client = try RawClient(port)
                client.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(try await client.rest().hasSuffix("\r\n\r\nok\n"))
            }
            #expect(holders.count == 100)
        }
    }

    @Test("A head that comes too slowly is given up, with a reason, and a reader that is too slow as well")
    func slow() async throws {
        let limits = ProbeConnection.Limits(reading: .milliseconds(300), writing: .milliseconds(300), lingering: .milliseconds(100))
        // More than sockets hold.
        try await serving(limits: limits, series: 10_000, padding: 1000) { port in
            let (silent, slow, reader) = (try RawClient(port), try RawClient(port), try RawClient(port))
            slow.send("GET /metrics")
            reader.send("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await slow.rest().hasPrefix("HTTP/1.1 408 "))
            #expect(try await silent.rest().isEmpty)
            try await eventually("the slow reader is cut off") { !reader.send("x") }
        }
    }

    @Test("A large answer comes whole")
    func large() async throws {
        try await serving(series: 20_000) { port in
            let client = try RawClient(port)
            client.send("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n")
            let text = try await client.rest()
            #expect(text.split(separator: "\n").count { $0.hasPrefix("things{") } == 20_000)
        }
    }

    @Test("A graceful shutdown ends it at once, whoever holds a connection; then its port is free", .timeLimit(.minutes(1)))
    func shutdown() async throws {
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        var port = 0
        for _ in 0..<3 {
            let endpoint = try ProbeEndpoint(ListeningAddress("127.0.0.1:\(port)"), metrics: MetricsRegistry(), logger: logger)
            port = endpoint.port
            let group = ServiceGroup(configuration: .init(services: [endpoint], logger: logger))
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await group.run() }
                let holder = try RawClient(port)
                let client = try RawClient(port)
                client.send("GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(try await client.rest().hasSuffix("ok\n"))
                await group.triggerGracefulShutdown()
                try await tasks.waitForAll()
                #expect(try await holder.rest().isEmpty)
            }
        }
    }

    @Test("One that is cancelled before it runs, or that never runs, leaves nothing behind")
    func cancelled() async throws {
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let port = try ProbeEndpoint(ListeningAddress("127.0.0.1:0"), metrics: MetricsRegistry(), logger: logger).port
        let endpoint = try ProbeEndpoint(ListeningAddress("127.0.0.1:\(port)"), metrics: MetricsRegistry(), logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                while !Task.isCancelled { await Task.yield() }
                try await endpoint.run()
            }
            group.cancelAll()
            try await group.waitForAll()
        }
    }
}
