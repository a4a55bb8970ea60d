import Glibc

/// Threads for what blocks: tasks share few, which must not be held.
enum BlockingThread {
    private final class Work: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    /// Runs `body` on a thread of its own, and waits for its end.
    /// - Throws: `FileError` when no thread can be had.
    static func run(_ body: @escaping @Sendable () -> Void) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            let work = Unmanaged.passRetained(
                Work {
                    body()
                    continuation.resume()
                })
            var thread = pthread_t()
            let code = pthread_create(
                &thread, nil,
                { context in
                    // Signals are for the threads that wait for them.
                    var all = sigset_t()
                    sigfillset(&all)
                    pthread_sigmask(SIG_BLOCK, &all, nil)
                    if let context { Unmanaged<Work>.fromOpaque(context).takeRetainedValue().body() }
                    return nil
                }, work.toOpaque())
            guard code == 0 else {
                work.release()
                return continuation.resume(throwing: FileError("a thread", "starting", code: code))
            }
            pthread_detach(thread)
        }
    }
}
