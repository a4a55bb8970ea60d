import FoundationEssentials
import Glibc
import Synchronization

/// How a process ended.
enum ProcessEnd: Sendable, Hashable {
    case status(Int32)
    case signal(Int32)

    init(waitStatus: Int32) { self = waitStatus & 0x7F == 0 ? .status(waitStatus >> 8 & 0xFF) : .signal(waitStatus & 0x7F) }
}

/// A process that a test started, in a process group of its own. What it prints goes to files.
final class RunningProcess: Sendable {
    let id: pid_t
    let name: String
    let output: String
    let errorOutput: String
    private let ended = Mutex<ProcessEnd?>(nil)

    /// - Parameters:
    ///   - output: the file it prints to; `errorOutput` may be the same.
    ///   - environment: added to this process's own.
    init(_ name: String, _ command: [String], environment: [String: String], output: String, errorOutput: String) throws {
        self.name = name
        self.output = output
        self.errorOutput = errorOutput
        id = try Spawn(command: command, environment: environment, output: output, errorOutput: errorOutput).start()
        Reaper.shared.started(id)
    }

    /// Nil as long as it runs.
    var end: ProcessEnd? {
        ended.withLock { ended in
            if let ended { return ended }
            var status: Int32 = 0
            guard waitpid(id, &status, WNOHANG) == id else { return nil }
            ended = ProcessEnd(waitStatus: status)
            return ended
        }
    }

    /// To the process alone; nothing when it has ended.
    func signal(_ number: Int32) {
        guard end == nil else { return }
        kill(id, number)
    }

    /// As a terminal does it on Ctrl-C: to all of its group.
    func interrupt() {
        guard end == nil else { return }
        kill(-id, SIGINT)
    }

    /// Whether anything is left of its process group.
    var leavesProcesses: Bool { kill(-id, 0) == 0 }

    /// `kill -9`, with all of its group, and waits for it to be gone.
    @discardableResult
    func killNow() -> ProcessEnd {
        ended.withLock { ended in
            kill(-id, SIGKILL)
            if let ended { return ended }
            var status: Int32 = 0
            while waitpid(id, &status, 0) < 0, errno == EINTR {}
            let end = ProcessEnd(waitStatus: status)
            ended = end
            return end
        }
    }
}

/// posix_spawn: no descriptor is inherited but the three standard ones, no signal stays ignored or blocked.
private struct Spawn {
    var command: [String]
    var environment: [String: String]
    var output: String
    var errorOutput: String

    func start() throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        let writing = O_WRONLY | O_CREAT | O_APPEND
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, writing, 0o644)
        posix_spawn_file_actions_addopen(&actions, 2, errorOutput, writing, 0o644)
        closeInherited(&actions)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        for signal in [SIGINT, SIGTERM, SIGHUP, SIGPIPE] { sigaddset(&signals, signal) }
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
        var child: pid_t = 0
        let code = withCStrings(command) { arguments in
            withCStrings(variables) { posix_spawnp(&child, command[0], &actions, &attributes, arguments, $0) }
        }
        guard code == 0 else { throw SystemFailure("starting \(command[0])", code: code) }
        return child
    }

    private var variables: [String] {
        var all: [String] = []
        var next = environ
        while let entry = next.pointee {
            let text = String(cString: entry)
            if environment[String(text.prefix { $0 != "=" })] == nil { all.append(text) }
            next += 1
        }
        return all + environment.map { "\($0.key)=\($0.value)" }
    }
}

/// Nothing but the standard descriptors goes on to a child: libraries may hold some without close-on-exec. Closing what is not open is no error.
func closeInherited(_ actions: inout posix_spawn_file_actions_t) {
    let open = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap { Int32($0) }) ?? []
    for descriptor in Set(3..<256).union(open) where descriptor > 2 { posix_spawn_file_actions_addclose(&actions, descriptor) }
}

/// A null-terminated array of C strings, for the time of `body`.
func withCStrings<Result>(_ strings: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result) -> Result {
    var pointers: [UnsafeMutablePointer<CChar>?] = strings.map { strdup($0) }
    pointers.append(nil)
    defer { pointers.forEach { free($0) } }
    return pointers.withUnsafeMutableBufferPointer { body($0.baseAddress!) }
}
