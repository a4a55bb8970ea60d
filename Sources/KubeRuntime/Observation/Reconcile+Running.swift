import KubeCore
import Tracing

extension Reconcile {
    init(controller: String, key: some Hashable) {
        id = Self.newID()
        self.controller = controller
        if let key = key as? ObjectKey { (namespace, name) = (key.namespace, key.name) } else { (namespace, name) = (nil, "\(key)") }
    }

    private static func newID() -> String {
        [UInt64.random(in: .min ... .max), .random(in: .min ... .max)].map { half in
            let digits = String(half, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }

    /// Runs one reconcile within its own context and span. Errors go on as they are; cancellation is none.
    func run<Result>(_ body: () async throws -> Result) async throws -> Result {
        var context = ServiceContext.current ?? .topLevel
        context.reconcile = self
        let span = startSpan("reconcile \(controller)", context: context, ofKind: .internal)
        defer { span.end() }
        span.updateAttributes { attributes in
            attributes["controller"] = controller
            attributes["reconcile.id"] = id
            attributes["k8s.object.name"] = name
            if let namespace { attributes["k8s.namespace.name"] = namespace }
        }
        do { return try await ServiceContext.withValue(span.context) { try await body() } } catch {
            if error is CancellationError || Task.isCancelled {
                span.attributes["cancelled"] = true
            } else {
                span.recordError(error)
                span.setStatus(SpanStatus(code: .error))
            }
            throw error
        }
    }
}
