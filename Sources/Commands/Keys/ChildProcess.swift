import FoundationEssentials
import Glibc

/// Runs a program to its end: gives it some input, and collects what it prints. It inherits no other descriptor, and is killed with its process
/// group when the limit passes or the task is cancelled.
struct ChildProcess {
    /// A path, or a name that is looked for on PATH.
    var program: String
    var input: [UInt8]
    /// Bytes of output that are kept; what goes beyond is dropped.
    var outputLimit: Int

    struct Result {
        var status: Int32
        var output: [UInt8]
        var errorOutput: [UInt8]

        var isSuccess: Bool { status == 0 }
        /// `exit code 1`, `signal 9`.
        var ending: String { status & 0x7F == 0 ? "exit code \(status >> 8 & 0xFF)" : "signal \(status & 0x7F)" }
    }

    /// Why it could not be run, or did not end.
    struct Failure: Error, CustomStringConvertible {
        var description: String

        static func system(_ what: String, _ code: Int32) -> Failure {
            Failure(description: "\(what): \(String(cString: strerror(code)))")
        }
    }

    /// - Throws: `Failure`, `CancellationError`.
    func result(within limit: Duration) async throws -> Result {
        let input = try InputFile(self.input)
        var output = try OutputPipe(limit: outputLimit)
        var errorOutput = try OutputPipe(limit: 4 << 10)
        let child = try spawn(input.descriptor, output.writing, errorOutput.writing)
        output.closeWriting()
        errorOutput.closeWriting()
        var status: Int32 = 0
        do {
            let deadline = ContinuousClock.now + limit
            var pause = Duration.milliseconds(2)
            while true {
                output.drain()
                errorOutput.drain()
                let ended = waitpid(child, &status, WNOHANG)
                if ended == child { break }
                guard ended == 0 || errno == EINTR else { throw Failure.system("it can't be waited for", errno) }
                guard ContinuousClock.now < deadline else { throw Failure(description: "it has not answered within \(limit)") }
                try await Task.sleep(for: pause)
                pause = min(pause * 2, .milliseconds(50))
            }
        } catch {
            kill(-child, SIGKILL)
            while waitpid(child, &status, 0) < 0, errno == EINTR {}
            throw error
        }
        output.drain()
        errorOutput.drain()
        return Result(status: status, output: output.bytes, errorOutput: errorOutput.bytes)
    }

    private func spawn(_ input: Int32, _ output: Int32, _ errorOutput: Int32) throws(Failure) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_adddup2(&actions, errorOutput, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP))
        posix_spawnattr_setpgroup(&attributes, 0)
        // Threads of ours may block signals; a shell that inherits a blocked SIGCHLD waits for its children for ever.
        var unblocked = sigset_t()
        sigemptyset(&unblocked)
        posix_spawnattr_setsigmask(&attributes, &unblocked)
        var child: pid_t = 0
        var arguments = [strdup(program), nil]
        var variables = ProcessInfo.processInfo.environment.map { strdup("\($0)=\($1)") } + [nil]
        defer { for string in arguments + variables { free(string) } }
        let code = posix_spawnp(&child, program, &actions, &attributes, &arguments, &variables)
        guard code == 0 else { throw .system("it can't be run", code) }
        return child
    }
}
