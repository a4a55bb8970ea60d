internal import Glibc
internal import Synchronization

/// The loops whose threads run, so that a process which exits ends them first.
///
/// `exit` runs the handlers of libraries while other threads go on: OpenSSL's frees what a loop that is just closing a connection still
/// uses, and the process ends in a crash instead of its status. Handlers run in reverse order of their registration: ours, registered
/// after libcurl has prepared OpenSSL, comes before.
final class OpenLoops: Sendable {
    private struct State {
        var threads: [ObjectIdentifier: (loop: CurlLoop, thread: pthread_t)] = [:]
        var isEnding = false
    }

    private let state = Mutex(State())

    /// Those of this process. To be used first after `curl_global_init`.
    static let ofProcess: OpenLoops = {
        let loops = OpenLoops()
        atexit { OpenLoops.ofProcess.endAll() }
        return loops
    }()

    /// Starts a loop's thread.
    /// - Returns: false when the process is ending, or there can be no more threads.
    func start(_ loop: CurlLoop, thread run: @escaping @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer?) -> Bool {
        state.withLock { state in
            guard !state.isEnding else { return false }
            var thread = pthread_t()
            let context = Unmanaged.passRetained(loop)
            guard pthread_create(&thread, nil, run, context.toOpaque()) == 0 else {
                context.release()
                return false
            }
            state.threads[ObjectIdentifier(loop)] = (loop, thread)
            return true
        }
    }

    /// Called by a loop's own thread as the last it does.
    func ended(_ loop: CurlLoop) {
        state.withLock { state in
            // If it is gone from the list, somebody waits for this thread.
            if let thread = state.threads.removeValue(forKey: ObjectIdentifier(loop))?.thread { pthread_detach(thread) }
        }
    }

    /// Ends all transfers with `TransportError.closed`; returns when no thread uses libcurl any more. No loop starts afterwards.
    func endAll() {
        let threads = state.withLock { state in
            state.isEnding = true
            defer { state.threads = [:] }
            return Array(state.threads.values)
        }
        for (loop, _) in threads { loop.stop() }
        for (_, thread) in threads { pthread_join(thread, nil) }
    }
}
