import Glibc

/// A program that runs for as long as this process wants it to: when this process goes, however it goes, so does the program.
///
/// A shell stands between. It waits for the end of its standard input, a pipe that we hold open, and then kills the program by its id:
/// nothing that it holds is of use to anybody, and a graceful end of an API server takes up to a minute.
struct ServerProgram: Sendable {
    private let shell: pid_t
    private let lifeline: Int32

    private static let script = #"log=$1; shift; "$@" </dev/null >"$log" 2>&1 & child=$!; read -r _; kill -9 "$child"; wait "$child""#

    /// - Parameter log: the file that gets what the program prints.
    init(_ command: [String], log: String) throws {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw SetUpFailure("no pipe can be had: \(String(cString: strerror(errno)))") }
        // No other program may hold the writing end open.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { close(ends[0]) }
        lifeline = ends[1]
        do {
            shell = try Self.spawn(["/bin/sh", "-c", Self.script, "sh", log] + command, input: ends[0])
        } catch {
            close(ends[1])
            throw error
        }
    }

    /// Ends the program, and returns when it is gone; kills it when it takes longer than 30 seconds.
    func end() async {
        close(lifeline)
        var status: Int32 = 0
        for _ in 0..<600 {
            if waitpid(shell, &status, WNOHANG) != 0 { return }
            do { try await Task.sleep(for: .milliseconds(50)) } catch { break }
        }
        kill(-shell, SIGKILL)
        while waitpid(shell, &status, 0) < 0, errno == EINTR {}
    }

    /// Runs a command that ends by itself soon.
    static func run(_ command: [String], log: String) throws {
        let script = #"log=$1; shift; "$@" </dev/null >>"$log" 2>&1"#
        let child = try spawn(["/bin/sh", "-c", script, "sh", log] + command, input: nil)
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        guard status == 0 else { throw SetUpFailure("'\(command.joined(separator: " "))' failed:\n\(TextFile.end(of: log))") }
    }

    /// In a process group of its own, so that an interrupt from the terminal reaches us first.
    private static func spawn(_ command: [String], input: Int32?) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if let input { posix_spawn_file_actions_adddup2(&actions, input, 0) }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK))
        posix_spawnattr_setpgroup(&attributes, 0)
        // A shell that inherits a blocked SIGCHLD waits for ever.
        var unblocked = sigset_t()
        sigemptyset(&unblocked)
        posix_spawnattr_setsigmask(&attributes, &unblocked)
        var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var child: pid_t = 0
        let code = posix_spawn(&child, command[0], &actions, &attributes, &arguments, environ)
        guard code == 0 else { throw SetUpFailure("\(command[0]) can't be run: \(String(cString: strerror(code)))") }
        return child
    }
}
