import Glibc
import KubeRuntime

/// Runs a program and waits for its end without holding a thread.
enum ChildProcess {
    enum Ending: Sendable, Hashable {
        case exited(Int32)
        case signalled(Int32)
        case timedOut(Duration)

        /// Nil when all is well.
        var complaint: String? {
            switch self {
            case .exited(0): nil
            case .exited(let code): "it ended with exit code \(code)"
            case .signalled(let number): "signal \(number) ended it"
            case .timedOut(let duration): "it had not ended after \(duration)"
            }
        }
    }

    struct Result: Sendable, Hashable {
        var ending: Ending
        /// The beginning of what it printed, on both outputs.
        var output: [UInt8]

        /// Nil when all is well.
        var complaint: String? { ending.complaint.map { output.isEmpty ? $0 : "\($0); it says: \(excerpt(output))" } }
    }

    /// The program gets `environment` and PATH, no open files but the standard ones (all others here are close-on-exec), and a process group of its own, which is
    /// killed when the time is over or the task cancelled. What it prints goes nowhere but into the result, so that no line of it looks like
    /// one of the agent's log.
    /// - Throws: `SlotFailure` of kind environment when it can't be started, `CancellationError`.
    static func run(
        _ arguments: [String], environment: [String: String], timeout: Duration, surroundings: Surroundings
    ) async throws -> Result {
        var output = try OutputPipe()
        let child = try start(arguments, environment, output: output.writing)
        output.closeWriting()
        let deadline = surroundings.now() + timeout
        var pause = Duration.milliseconds(2)
        while true {
            output.drain()
            var status: Int32 = 0
            let waited = waitpid(child, &status, WNOHANG)
            if waited == child {
                output.drain()
                return Result(ending: ending(status), output: output.bytes)
            }
            do {
                try Task.checkCancellation()
                guard surroundings.now() < deadline else {
                    end(child)
                    return Result(ending: .timedOut(timeout), output: output.bytes)
                }
                try await surroundings.sleep(pause)
            } catch {
                end(child)
                throw error
            }
            pause = min(pause * 2, .milliseconds(50))
        }
    }

    private static func end(_ child: pid_t) {
        kill(-child, SIGKILL)
        var status: Int32 = 0
        waitpid(child, &status, 0)
    }

    private static func ending(_ status: Int32) -> Ending {
        status & 0x7f == 0 ? .exited((status >> 8) & 0xff) : .signalled(status & 0x7f)
    }

    private static func start(_ arguments: [String], _ environment: [String: String], output: Int32) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        for descriptor: Int32 in [1, 2] { posix_spawn_file_actions_adddup2(&actions, output, descriptor) }
        posix_spawnattr_setpgroup(&attributes, 0)
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        var variables = environment
        variables["PATH"] = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
        var argumentPointers: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
        var variablePointers: [UnsafeMutablePointer<CChar>?] = variables.map { strdup("\($0)=\($1)") }
        defer { for pointer in argumentPointers + variablePointers { free(pointer) } }
        argumentPointers.append(nil)
        variablePointers.append(nil)
        var child: pid_t = 0
        let code = posix_spawnp(&child, arguments[0], &actions, &attributes, argumentPointers, variablePointers)
        guard code == 0 else {
            throw SlotFailure(
                .environment, "CommandUnavailable", "\(arguments[0]) can't be started: \(String(cString: strerror(code)))")
        }
        return child
    }
}
