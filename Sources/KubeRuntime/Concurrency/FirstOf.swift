/// Runs all at once, returns what the first gives (or throws what it throws), and cancels the others and waits for them.
@discardableResult
func firstOf<Value: Sendable>(_ bodies: (@Sendable () async throws -> Value)...) async throws -> Value {
    try await withThrowingTaskGroup(of: Value.self) { group in
        for body in bodies { group.addTask { try await body() } }
        defer { group.cancelAll() }
        guard let first = try await group.next() else { throw CancellationError() }
        return first
    }
}
