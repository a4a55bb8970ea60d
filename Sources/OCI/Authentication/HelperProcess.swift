internal import Glibc

/// A program that is told one thing and answers: no descriptors of ours, a process group of its own, dead when this is gone.
struct HelperProcess: ~Copyable {
    enum Ending: Equatable {
        case exited(Int32)
        case signalled(Int32)
        case timedOut
    }

    static let outputLimit = 64 << 10

    private let child: pid_t
    private let reading: Int32
    private var isOver = false
    /// What it has printed; one byte beyond the limit tells that there was more.
    private(set) var output: [UInt8] = []

    /// - Parameter input: shorter than what a socket holds, so that nobody waits for its reader.
    init(_ path: String, _ arguments: [String], input: String) throws(OCIError) {
        var toChild: [Int32] = [-1, -1]
        var fromChild: [Int32] = [-1, -1]
        // Pairs of sockets rather than pipes: closed in other children from the start, which would else hold an end open.
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &toChild) == 0 else { throw FileSystem.failure("can't make a pipe for it", path) }
        guard socketpair(AF_UNIX, kind, 0, &fromChild) == 0 else {
            for end in toChild { close(end) }
            throw FileSystem.failure("can't make a pipe for it", path)
        }
        _ = fcntl(fromChild[0], F_SETFL, O_NONBLOCK)
        let bytes = Array(input.utf8.prefix(4000))
        _ = write(toChild[1], bytes, bytes.count)
        close(toChild[1])
        let result = Self.spawn(path, arguments, input: toChild[0], output: fromChild[1])
        close(toChild[0])
        close(fromChild[1])
        guard case .success(let child) = result else {
            close(fromChild[0])
            guard case .failure(let failure) = result else { throw OCIError(.storage, path) }
            throw FileSystem.failure("can't be run", path, number: failure.number)
        }
        self.child = child
        reading = fromChild[0]
    }

    deinit {
        if !isOver {
            kill(-child, SIGKILL)
            var status: Int32 = 0
            while waitpid(child, &status, 0) < 0, errno == EINTR {}
        }
        close(reading)
    }

    /// Reads what it prints until it has ended, or the time is over.
    mutating func end(within limit: Duration) async throws -> Ending {
        let deadline = ContinuousClock.now + limit
        var pause = Duration.milliseconds(2)
        while true {
            drain()
            var status: Int32 = 0
            if waitpid(child, &status, WNOHANG) == child {
                isOver = true
                // What it has left behind goes with it.
                kill(-child, SIGKILL)
                drain()
                return status & 0x7F == 0 ? .exited(status >> 8 & 0xFF) : .signalled(status & 0x7F)
            }
            guard ContinuousClock.now < deadline, output.count <= Self.outputLimit else { return .timedOut }
            try await Task.sleep(for: pause)
            pause = min(pause * 2, .milliseconds(50))
        }
    }

    private mutating func drain() {
        var part = [UInt8](repeating: 0, count: 16 << 10)
        while output.count <= Self.outputLimit {
            let count = read(reading, &part, part.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            output += part.prefix(min(count, Self.outputLimit + 1 - output.count))
        }
    }

    private struct Failure: Error { let number: Int32 }

    private static func spawn(_ path: String, _ arguments: [String], input: Int32, output: Int32) -> Result<pid_t, Failure> {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_adddup2(&actions, input, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        posix_spawnattr_setpgroup(&attributes, 0)
        // Threads of ours block signals; a shell that can't be told of its child's end waits for ever.
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var words: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) }
        words.append(nil)
        defer { for word in words { free(word) } }
        var child: pid_t = 0
        // Helpers find their own settings (cloud credentials, the home directory) in the environment.
        let number = posix_spawn(&child, path, &actions, &attributes, words, environ)
        return number == 0 ? .success(child) : .failure(Failure(number: number))
    }
}
