import CoreMetrics
import HTTPCore
import HTTPTypes
import JSON
import KubeCore
import Testing
import Tracing

@testable import KubeClient
@testable import Telemetry

@Suite("Requests to API servers, counted and traced") struct RequestTests {
    private let registry = MetricsRegistry()
    private let queue = SpanQueue()
    private var tracer: RecordingTracer { RecordingTracer(sampler: Sampler(ratio: 1), queue: queue) }

    private func client(_ transport: any Transport) throws -> Client {
        try withMetricsFactory(registry) { try Client(transport: transport, server: "https://api.test:6443") }
    }

    private func exposed() throws -> Exposition { try Exposition(registry.snapshot().exposition(.text)) }

    @Test("Each answer counts by code, method and host, and has a time")
    func answers() async throws {
        let codes = [200, 404, 429]
        for code in codes {
            let client = try client(FixedTransport { (code, "{}") })
            _ = try? await client.send(APIRequest(path: "/api/v1/pods"))
        }
        _ = try? await client(FixedTransport { (201, "{}") }).send(APIRequest(method: .post, path: "/api/v1/pods"))
        let exposed = try exposed()
        for code in codes {
            #expect(exposed.value("rest_client_requests_total", ["code": "\(code)", "method": "GET", "host": "api.test:6443"]) == 1)
        }
        #expect(exposed.value("rest_client_requests_total", ["code": "201", "method": "POST", "host": "api.test:6443"]) == 1)
        #expect(exposed.value("rest_client_request_duration_seconds_count", ["verb": "GET", "host": "api.test:6443"]) == 3)
        let bounds = exposed["rest_client_request_duration_seconds"]?.samples.compactMap { $0.labels["le"] } ?? []
        #expect(bounds.prefix(13) == ["0.005", "0.025", "0.1", "0.25", "0.5", "1", "2", "4", "8", "15", "30", "60", "+Inf"])
    }

    @Test("No answer is an error, a cancelled request is none")
    func failures() async throws {
        _ = try? await client(FixedTransport { throw TransportError(.refused, "nobody listens") }).send(APIRequest(path: "/healthz"))
        _ = try? await client(FixedTransport { throw CancellationError() }).send(APIRequest(path: "/healthz"))
        let samples = try #require(try exposed()["rest_client_requests_total"]).samples
        #expect(samples.map(\.labels["code"]) == ["<error>"])
        #expect(samples.map(\.value) == [1])
    }

    @Test("Without anyone who collects metrics nothing is kept")
    func nobody() throws { #expect(RequestMetrics(host: "x") == nil) }

    @Test("A request below a span is a child span, and tells the server so")
    func spans() async throws {
        let spy = SpyTransport(FixedTransport { (200, "{}") })
        let client = try client(spy)
        try await withTracer(tracer) {
            try await withSpan("reconcile") { _ in
                _ = try await client.send(APIRequest(method: .patch, path: "/apis/apps/v1/namespaces/a/deployments/b/status"))
            }
        }
        let spans = queue.take(10)
        let (child, parent) = try (#require(spans.first), #require(spans.last))
        #expect(child.name == "PATCH /apis/apps/v1/namespaces/{namespace}/deployments/{name}/status")
        #expect(child.kind == .client)
        #expect(child.parent == parent.context.parent.span)
        #expect(child.attributes.get("http.response.status_code") == .int64(200))
        #expect(spy.requests.first?.headerFields[HTTPField.Name("traceparent")!] == child.context.parent.text)
    }

    @Test("A request of nobody's has no span")
    func orphans() async throws {
        let spy = SpyTransport(FixedTransport { (200, "{}") })
        let client = try client(spy)
        try await withTracer(tracer) { _ = try await client.send(APIRequest(path: "/version")) }
        #expect(queue.count == 0)
        #expect(spy.requests.first?.headerFields[HTTPField.Name("traceparent")!] == nil)
    }

    @Test("A span says what became of its request", arguments: [404, 0, -1])
    func outcomes(status: Int) async throws {
        let client = try client(
            FixedTransport {
                if status == 0 { throw TransportError(.refused, "nobody listens") }
                if status < 0 { throw CancellationError() }
                return (status, "{}")
            })
        await withTracer(tracer) { await withSpan("reconcile") { _ in _ = try? await client.send(APIRequest(path: "/version")) } }
        let span = try #require(queue.take(1).first)
        #expect(span.status?.code == (status < 0 ? nil : .error))
        #expect(span.attributes.get("cancelled") == (status < 0 ? .bool(true) : nil))
        #expect(span.events.map(\.name) == (status == 0 ? ["exception"] : []))
    }

    @Test(
        "Names of spans do not grow with the number of objects",
        arguments: [
            ("/api/v1/pods", "/api/v1/pods"), ("/api/v1/namespaces", "/api/v1/namespaces"),
            ("/api/v1/namespaces/a", "/api/v1/namespaces/{name}"), ("/api/v1/namespaces/a/status", "/api/v1/namespaces/{name}/status"),
            ("/api/v1/namespaces/a/pods/b", "/api/v1/namespaces/{namespace}/pods/{name}"),
            ("/api/v1/nodes/b/status", "/api/v1/nodes/{name}/status"),
            ("/apis/graft.dev/v1alpha1/moduleplans", "/apis/graft.dev/v1alpha1/moduleplans"),
            ("/apis/apps/v1/namespaces/a/deployments/b/scale", "/apis/apps/v1/namespaces/{namespace}/deployments/{name}/scale"),
            ("/healthz", "/healthz"), ("/", "/"), ("/apis", "/apis"), ("/apis/apps/v1", "/apis/apps/v1"),
        ])
    func templates(path: String, template: String) { #expect(APIRequest(path: path).template == template) }
}
