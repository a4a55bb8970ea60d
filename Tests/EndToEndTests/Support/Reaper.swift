import Glibc

/// A shell that outlives this process by a moment, and ends what it left running: a test run that is killed leaves nothing behind.
final class Reaper: Sendable {
    static let shared = Reaper()

    private let pipe: Int32

    /// Reads ids until its input ends, which it does with this process, however that ends. A group that is gone is no error; ids of groups that ended
    /// long ago are taken back by `ended`, since numbers are used again.
    private static let script = """
        trap '' INT TERM HUP
        left=' '
        while read -r what id; do
            case $what in
                started) left="$left$id " ;;
                ended) left="${left%% "$id" *} ${left#* "$id" }" ;;
            esac
        done
        for id in $left; do kill -s KILL -- "-$id" 2>/dev/null; done
        """

    private init() {
        var ends: [Int32] = [-1, -1]
        _ = Glibc.pipe(&ends)
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[0], 0)
        for descriptor in [Int32(1), 2] { posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_WRONLY, 0) }
        closeInherited(&actions)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        var child: pid_t = 0
        _ = withCStrings(["/bin/sh", "-c", Self.script]) { posix_spawn(&child, "/bin/sh", &actions, &attributes, $0, environ) }
        close(ends[0])
        pipe = ends[1]
    }

    func started(_ group: pid_t) { tell("started \(group)\n") }
    func ended(_ group: pid_t) { tell("ended \(group)\n") }

    private func tell(_ line: String) {
        let bytes = Array(line.utf8)
        _ = bytes.withUnsafeBytes { write(pipe, $0.baseAddress, $0.count) }
    }
}
