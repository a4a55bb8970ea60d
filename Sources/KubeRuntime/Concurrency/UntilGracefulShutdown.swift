import ServiceLifecycle

/// Runs a body that has no end of its own: at a graceful shutdown it is cancelled, and its cancellation counts as its end.
/// - Returns: nil when it was shut down.
/// - Throws: `CancellationError` when the task itself was cancelled.
package func untilGracefulShutdown<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws -> Value? {
    do {
        return try await cancelWhenGracefulShutdown { try await body() }
    } catch is CancellationError {
        try Task.checkCancellation()
        return nil
    }
}
