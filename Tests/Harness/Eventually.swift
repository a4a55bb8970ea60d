/// What was waited for in vain.
package struct NeverHappened: Error, CustomStringConvertible {
    package var description: String

    package init(description: String) { self.description = description }
}

/// Waits until a condition holds: looks, and looks again every few milliseconds.
///
/// - Parameters:
///   - what: what is waited for, for the error.
///   - limit: when to give up; generous, since a machine under load is no reason to fail.
///   - pause: between two looks; longer where looking costs.
/// - Throws: `NeverHappened`, or what `condition` throws.
package func eventually(
    _ what: @autoclosure () -> String, within limit: Duration = .seconds(60), every pause: Duration = .milliseconds(5),
    _ condition: () async throws -> Bool
) async throws {
    _ = try await eventually(what(), within: limit, every: pause) { () async throws -> Void? in try await condition() ? () : nil }
}

/// Waits until there is a value.
package func eventually<Value>(
    _ what: @autoclosure () -> String, within limit: Duration = .seconds(60), every pause: Duration = .milliseconds(5),
    _ value: () async throws -> Value?
) async throws -> Value {
    let deadline = ContinuousClock.now + limit
    while true {
        if let value = try await value() { return value }
        guard ContinuousClock.now < deadline else { throw NeverHappened(description: "within \(limit): \(what())") }
        try await Task.sleep(for: pause)
    }
}
