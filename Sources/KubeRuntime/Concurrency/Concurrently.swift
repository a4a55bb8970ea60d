public import ServiceLifecycle

/// Several services as one. When one of them throws, the others are cancelled; it ends when all have ended.
public struct Concurrently: Service {
    private let services: [any Service]

    /// All of them start at once.
    public init(_ services: [any Service]) { self.services = services }

    public func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for service in services { group.addTask { try await service.run() } }
            while try await group.next() != nil {}  // `waitForAll` would not cancel the others when one fails
        }
    }
}
