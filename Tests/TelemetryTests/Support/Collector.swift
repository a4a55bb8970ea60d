import HTTPServing
import HTTPTransport
import HTTPTypes
import Hummingbird
import JSON
import Logging
import NIOCore
import Synchronization

/// A collector on loopback: a real HTTP server that keeps what it gets and answers as it is told.
final class Collector: Sendable {
    struct Received: Sendable {
        var path: String
        var headers: HTTPFields
        var body: JSON
    }

    struct Answer: Sendable {
        var status: HTTPResponse.Status = .ok
        var headers: [String: String] = [:]
        var body = "{}"
        /// Nothing is answered until the client goes away.
        var hangs = false
        var delay = Duration.zero
    }

    private let state = Mutex((received: [Received](), answers: [Answer](), port: 0))

    var received: [Received] { state.withLock { $0.received } }
    func received(_ path: String) -> [JSON] { received.filter { $0.path == path }.map(\.body) }
    /// Spans of all requests but the first few, each once: what the program's end cut off is sent again.
    func spans(after requests: Int = 0) -> [JSON] {
        let all = received("/v1/traces").dropFirst(requests).flatMap(\.spans)
        return Array(Dictionary(all.map { ($0["spanId"]?.string ?? "", $0) }, uniquingKeysWith: { $1 }).values)
    }
    var url: String { "http://127.0.0.1:\(state.withLock { $0.port })" }
    var port: Int {
        get { state.withLock { $0.port } }
        set { state.withLock { $0.port = newValue } }
    }

    /// What to answer, one after another; then all is well.
    func answer(_ answers: Answer...) { state.withLock { $0.answers += answers } }

    fileprivate func take(_ received: Received) -> Answer {
        state.withLock { state in
            state.received.append(received)
            return state.answers.isEmpty ? Answer() : state.answers.removeFirst()
        }
    }
}

/// Runs the body with a collector and a client; both end after it.
func withCollector(_ body: @escaping @Sendable (Collector, HTTPClient) async throws -> Void) async throws {
    let collector = Collector()
    let router = Router()
    for path in ["/v1/metrics", "/v1/traces"] {
        router.post(RouterPath(path)) { request, _ in
            let buffer = try await request.body.collect(upTo: 32 << 20)
            let answer = collector.take(
                Collector.Received(
                    path: path, headers: request.headers, body: (try? JSON.parse(Array(buffer.readableBytesView))) ?? "no JSON"))
            try await Task.sleep(for: answer.hangs ? .seconds(3600) : answer.delay)
            var headers = HTTPFields()
            headers[.contentType] = "application/json"
            for (name, value) in answer.headers { headers[HTTPField.Name(name)!] = value }
            return EditedResponse(status: answer.status, headers: headers, response: answer.body)
        }
    }
    let application = Application(
        router: router, server: .abandonable, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
        onServerRunning: { channel in collector.port = channel.localAddress?.port ?? 0 },
        logger: Logger(label: "collector") { _ in SwiftLogNoOpLogHandler() })
    try await withThrowingTaskGroup(of: Bool.self) { group in
        group.addTask {
            try await application.run()
            return false
        }
        group.addTask {
            while collector.port == 0 { try await Task.sleep(for: .milliseconds(2)) }
            let client = HTTPClient()
            do { try await body(collector, client) } catch {
                await client.shutdown()
                throw error
            }
            await client.shutdown()
            return true
        }
        defer { group.cancelAll() }
        while let isBody = try await group.next(), !isBody {}
    }
}
