import KubeRuntime
import ServiceLifecycle
import Synchronization
import Testing

@Suite struct ConcurrentlyTests {
    private struct Failure: Error {}

    private struct Failing: Service {
        func run() async throws { throw Failure() }
    }

    /// Runs until it is cancelled.
    private final class Lasting: Service {
        let wasCancelled = Mutex(false)

        func run() async throws {
            do { try await Task.sleep(for: .seconds(3600)) } catch {
                wasCancelled.withLock { $0 = true }
                throw error
            }
        }
    }

    @Test(.timeLimit(.minutes(1))) func `When one service fails the others are cancelled, and its error is the one that is thrown`() async {
        let lasting = Lasting()
        await #expect(throws: Failure.self) { try await Concurrently([lasting, Failing(), lasting]).run() }
        #expect(lasting.wasCancelled.withLock { $0 })
    }
}
