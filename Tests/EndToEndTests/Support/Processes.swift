import Glibc
import Harness
import Synchronization

/// The processes of one test. All are ended when it ends, whichever way.
final class Processes: Sendable {
    /// Where what they print goes: `<name>.log`.
    let logs: String
    private let started = Mutex<[RunningProcess]>([])
    private let runs = Mutex(0)

    init(logs: String) { self.logs = logs }

    /// Starts one that goes on; what it prints is added to its log.
    func start(_ name: String, _ command: [String], environment: [String: String] = [:]) throws -> RunningProcess {
        let log = "\(logs)/\(name).log"
        let process = try RunningProcess(name, command, environment: environment, output: log, errorOutput: log)
        started.withLock { $0.append(process) }
        return process
    }

    /// Runs one to its end.
    func run(_ command: [String], environment: [String: String] = [:], within limit: Duration = .seconds(60)) async throws -> Finished {
        let number = runs.withLock { number in
            number += 1
            return number
        }
        let stem = "\(logs)/run-\(number)"
        let process = try RunningProcess(
            command[0], command, environment: environment, output: stem + ".out", errorOutput: stem + ".err")
        started.withLock { $0.append(process) }
        let end = try await process.waitForEnd(within: limit)
        return Finished(
            command: command, end: end, output: (try? File.text(process.output)) ?? "",
            errorOutput: (try? File.text(process.errorOutput)) ?? "")
    }

    func endAll() {
        for process in started.withLock({ $0 }).reversed() {
            process.killNow()
            Reaper.shared.ended(process.id)
        }
    }

    /// The ends of all logs, for a test that failed.
    var report: String {
        started.withLock { processes in
            let logs = processes.filter { $0.output.hasSuffix(".log") }.map(\.output)
            return Set(logs).sorted().map { "--- the end of \($0)\n\(File.tail($0))" }.joined(separator: "\n")
        }
    }
}

/// A command that has ended, and what it printed.
struct Finished: Sendable, CustomStringConvertible {
    var command: [String]
    var end: ProcessEnd
    var output: String
    var errorOutput: String

    var isSuccess: Bool { end == .status(0) }
    var description: String { "\(command.joined(separator: " "))\nended with \(end)\n\(output)\(errorOutput)" }

    /// - Returns: itself when it succeeded.
    @discardableResult
    func orThrow() throws -> Finished {
        guard isSuccess else { throw CommandFailed(description: description) }
        return self
    }

    struct CommandFailed: Error, CustomStringConvertible { var description: String }
}

extension RunningProcess {
    func waitForEnd(within limit: Duration) async throws -> ProcessEnd {
        try await eventually("the end of \(name) (process \(id)); it said: \(File.tail(errorOutput))", within: limit) { end }
    }
}

/// Runs `body` with processes that are ended after it, and a directory for their files.
func withProcesses<Result>(_ body: (Processes, _ directory: String) async throws -> Result) async throws -> Result {
    try await withTemporaryDirectory { directory in
        let processes = Processes(logs: directory)
        defer { processes.endAll() }
        do {
            return try await body(processes, directory)
        } catch {
            print("\(error)\n\(processes.report)")
            throw error
        }
    }
}
