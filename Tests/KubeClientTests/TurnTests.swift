import Synchronization
import Testing

@testable import KubeClient

@Suite struct TurnTests {
    /// How many are inside at once.
    private final class Room: Sendable {
        private let state = Mutex((now: 0, most: 0, entered: 0))
        func visit() async {
            state.withLock {
                $0.now += 1
                $0.most = max($0.most, $0.now)
                $0.entered += 1
            }
            await Task.yield()
            state.withLock { $0.now -= 1 }
        }
        var most: Int { state.withLock { $0.most } }
        var entered: Int { state.withLock { $0.entered } }
    }

    @Test func `One at a time, and whoever is cancelled while waiting leaves`() async throws {
        let (turn, room) = (Turn(), Room())
        await withTaskGroup(of: Void.self) { group in
            for index in 0..<40 {
                group.addTask {
                    if index % 4 == 3 { withUnsafeCurrentTask { $0?.cancel() } }
                    try? await turn.take { await room.visit() }
                }
            }
        }
        #expect(room.most == 1)
        #expect(room.entered >= 30)
        #expect(try await turn.take { true }, "it is free again")
    }
}
