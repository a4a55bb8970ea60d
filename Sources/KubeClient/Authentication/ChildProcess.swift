import Glibc

/// Runs a command to its end and collects what it prints. It reads from /dev/null, inherits no other descriptor, and is killed with
/// its process group when the limit passes or the task is cancelled.
struct ChildProcess {
    var command: String
    var arguments: [String]
    var environment: [String: String]
    /// Reads from our standard input and writes errors to ours, in our process group, as a terminal wants it; then only the command itself is
    /// killed, and its errors are not collected.
    var usesTerminal = false

    struct Result {
        /// `exit code 1`, `signal 9`.
        var exit: String
        var isSuccess: Bool
        var output: [UInt8]
        var errorOutput: [UInt8]
    }

    func run(limit: Duration) async throws -> Result {
        var output = try OutputPipe()
        var errorOutput = try OutputPipe()
        let child = try spawn(output: output.writing, errorOutput: errorOutput.writing)
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
                guard ended == 0 || errno == EINTR else { throw failure("can't be waited for") }
                guard ContinuousClock.now < deadline else {
                    throw ClientConfigurationError("the command \(command) has not ended within \(limit)")
                }
                try await Task.sleep(for: pause)
                pause = min(pause * 2, .milliseconds(50))
            }
        } catch {
            if !usesTerminal { kill(-child, SIGKILL) }
            kill(child, SIGKILL)
            while waitpid(child, &status, 0) < 0, errno == EINTR {}
            throw error
        }
        output.drain()
        errorOutput.drain()
        let signal = status & 0x7F
        let code = status >> 8 & 0xFF
        return Result(
            exit: signal == 0 ? "exit code \(code)" : "signal \(signal)", isSuccess: signal == 0 && code == 0,
            output: output.bytes, errorOutput: errorOutput.bytes)
    }

    private func spawn(output: Int32, errorOutput: Int32) throws(ClientConfigurationError) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if !usesTerminal {
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
            posix_spawn_file_actions_adddup2(&actions, errorOutput, 2)
        }
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        // Libraries may hold sockets without close-on-exec. Closing what has gone meanwhile is no error.
        for descriptor in openDescriptors() where descriptor > 2 { posix_spawn_file_actions_addclose(&actions, descriptor) }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | (usesTerminal ? 0 : POSIX_SPAWN_SETPGROUP)))
        posix_spawnattr_setpgroup(&attributes, 0)
        // Threads of ours may block signals; a shell that inherits a blocked SIGCHLD waits for its children for ever.
        var unblocked = sigset_t()
        sigemptyset(&unblocked)
        posix_spawnattr_setsigmask(&attributes, &unblocked)
        var child: pid_t = 0
        let variables = environment.keys.sorted().map { "\($0)=\(environment[$0] ?? "")" }
        let code = withCStrings([command] + arguments) { argv in
            withCStrings(variables) { envp in posix_spawnp(&child, command, &actions, &attributes, argv, envp) }
        }
        guard code == 0 else {
            throw ClientConfigurationError("the command \(command) can't be run: \(String(cString: strerror(code)))")
        }
        return child
    }

    private func failure(_ what: String) -> ClientConfigurationError {
        ClientConfigurationError("the command \(command) \(what): \(String(cString: strerror(errno)))")
    }
}

/// A null-terminated array of C strings, for the time of `body`.
private func withCStrings<Result>(
    _ strings: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
    var pointers: [UnsafeMutablePointer<CChar>?] = strings.map { strdup($0) }
    pointers.append(nil)
    defer { for pointer in pointers { free(pointer) } }
    return pointers.withUnsafeMutableBufferPointer { body($0.baseAddress!) }
}
