import HTTPTypes
import KubeCore
import Synchronization
import Tracing

/// One request as metrics and traces see it.
final class RequestObservation: Sendable {
    private let method: String
    private let metrics: RequestMetrics?
    private let span: (any Span)?
    private let start = ContinuousClock.now
    private let code = Mutex<Int?>(nil)

    init(_ request: APIRequest, metrics: RequestMetrics?, span: (any Span)?) {
        method = request.method.rawValue
        self.metrics = metrics
        self.span = span
    }

    /// The head of the answer has come. What follows, a watch's events for one, is no part of the request's time.
    func answered(_ status: Int) {
        code.withLock { $0 = status }
        metrics?.count(method, code: "\(status)")
        metrics?.record(method, ContinuousClock.now - start)
        span?.attributes["http.response.status_code"] = status
        if status >= 400 { span?.setStatus(SpanStatus(code: .error)) }
    }

    /// Without an answer it counts as an error; one that was cancelled is none.
    func failed(_ error: any Error) {
        if error is CancellationError || Task.isCancelled {
            span?.attributes["cancelled"] = true
            return
        }
        span?.recordError(error)
        span?.setStatus(SpanStatus(code: .error))
        guard code.withLock({ $0 }) == nil else { return }
        metrics?.count(method, code: "<error>")
        metrics?.record(method, ContinuousClock.now - start)
    }

    func end() { span?.end() }
}

extension Client {
    /// Runs one exchange under observation: it counts in the metrics, has a span when the caller has one, and tells the server which.
    ///
    /// Requests of nobody's span, watches and renewed leases for instance, have none: they would be traces of one span each, without end.
    func observed<Result>(
        _ request: APIRequest, _ head: HTTPRequest, _ body: (HTTPRequest, RequestObservation) async throws -> Result
    ) async throws -> Result {
        guard let context = ServiceContext.current, !context.isEmpty else {
            let observation = RequestObservation(request, metrics: metrics, span: nil)
            do { return try await body(head, observation) } catch {
                observation.failed(error)
                throw error
            }
        }
        let span = startSpan("\(request.method.rawValue) \(request.template)", context: context, ofKind: .client)
        let observation = RequestObservation(request, metrics: metrics, span: span)
        defer { observation.end() }
        span.updateAttributes { attributes in
            attributes["http.request.method"] = request.method.rawValue
            attributes["url.template"] = request.template
            attributes["url.full"] = "\(server.scheme)://\(server.authority)\(server.prefix)\(request.target)"
            attributes["server.address"] = server.authority
        }
        var head = head
        InstrumentationSystem.instrument.inject(span.context, into: &head.headerFields, using: HeaderInjector())
        do { return try await ServiceContext.withValue(span.context) { try await body(head, observation) } } catch {
            observation.failed(error)
            throw error
        }
    }
}

private struct HeaderInjector: Injector {
    func inject(_ value: String, forKey key: String, into carrier: inout HTTPFields) {
        if let name = HTTPField.Name(key) { carrier[name] = value }
    }
}
