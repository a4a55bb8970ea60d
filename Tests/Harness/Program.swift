import Glibc
import Synchronization

/// A program that runs beside the test, its output in files.
///
/// Nothing here blocks a thread: the program is polled, since the server it talks to may need the thread.
package struct Program: Sendable {
    package let name: String
    private let pid: pid_t
    private let life = Life()
    private let outputPath: String
    private let errorPath: String

    /// Its end, asked for once: afterwards the number may be another process's.
    private final class Life: Sendable {
        private let end = Mutex<Int32?>(nil)

        /// The exit status, or 128 and the signal; nil while it runs.
        func status(of pid: pid_t, options: Int32) -> Int32? {
            end.withLock { end in
                var status: Int32 = 0
                if end == nil, waitpid(pid, &status, options) == pid {
                    end = status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + (status & 0x7F)
                }
                return end
            }
        }

        /// Whether all its threads have been stopped since this was asked last. It may end instead, which is kept.
        func hasStopped(_ pid: pid_t) -> Bool {
            end.withLock { end in
                var status: Int32 = 0
                guard end == nil, waitpid(pid, &status, WNOHANG | WUNTRACED) == pid else { return false }
                if status & 0xFF == 0x7F { return true }
                end = status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + (status & 0x7F)
                return false
            }
        }

        func send(_ signal: Int32, to pid: pid_t) { end.withLock { if $0 == nil { kill(pid, signal) } } }
    }

    /// What came of a program that has ended.
    package struct Outcome: Sendable, CustomStringConvertible {
        /// The exit status, or 128 and the signal.
        package var status: Int32
        package var output: String
        package var errors: String
        package var description: String { "exit \(status)\n\(output)\(errors)" }
    }

    /// Starts a program; its input is empty unless a file is given.
    /// - Parameter directory: where its output is written.
    package init(
        _ path: String, _ arguments: [String], environment: [String: String] = [:], input: String = "/dev/null", in directory: String
    ) throws {
        name = ([path] + arguments).joined(separator: " ")
        let id = UInt64.random(in: .min ... .max)
        outputPath = "\(directory)/\(id).out"
        errorPath = "\(directory)/\(id).err"
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, outputPath, O_WRONLY | O_CREAT, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, errorPath, O_WRONLY | O_CREAT, 0o600)
        var pid: pid_t = 0
        let words = ([path] + arguments).map { strdup($0) } + [nil]
        let variables = environment.map { strdup("\($0)=\($1)") } + [nil]
        defer { for word in words + variables { free(word) } }
        let error = posix_spawn(&pid, path, &actions, nil, words, variables)
        guard error == 0 else {
            errno = error
            throw FileError("start", path)
        }
        self.pid = pid
    }

    /// What it has written so far.
    package var output: String { ((try? read(outputPath)) ?? []).text }
    package var errors: String { ((try? read(errorPath)) ?? []).text }

    package var hasEnded: Bool { life.status(of: pid, options: WNOHANG) != nil }

    package func send(_ signal: Int32) { life.send(signal, to: pid) }

    /// Stops it until `SIGCONT`, and returns when none of its threads runs any more.
    package func stop() async throws {
        send(SIGSTOP)
        try await eventually("\(name) stands still") { life.hasStopped(pid) }
    }

    /// Waits for its end.
    /// - Throws: `NeverHappened` after the limit, having killed it; `CancellationError`.
    package func wait(within limit: Duration = .seconds(60)) async throws -> Outcome {
        do {
            let status = try await eventually("\(name) ends; so far it wrote \(output)\(errors)", within: limit) {
                life.status(of: pid, options: WNOHANG)
            }
            return Outcome(status: status, output: output, errors: errors)
        } catch {
            end()
            throw error
        }
    }

    /// Kills it, if it still runs.
    package func end() {
        life.send(SIGKILL, to: pid)
        _ = life.status(of: pid, options: 0)
    }
}

extension [UInt8] {
    fileprivate var text: String { String(decoding: self, as: UTF8.self) }
}
