import Harness
import JSON
import KubeClient

/// Runs the reader against a server that has the objects, and compares what it says with the aims.
struct Measurements {
    let options: Options
    let server: String
    let kubeconfig: String
    /// For files of ours.
    let directory: String

    init(_ options: Options, server: String, kubeconfig: String, directory: String) {
        (self.options, self.server, self.kubeconfig, self.directory) = (options, server, kubeconfig, directory)
    }

    /// False when a figure misses its aim.
    func run() async throws -> Bool {
        var rows: [Row] = []
        for form in ["pages", "cache"] {
            let times = try await reader(["time", kubeconfig, form, "\(options.rounds)"])
            report(times, form)
            rows.append(row(times, form))
        }
        let memory = try await reader(["memory", kubeconfig, "pages"])
        let objects = Int(memory.number("objects"))
        rows.append(peak(memory, aim: objects <= 20_000 ? 80 : 300, objects))
        rows.append(
            Row(
                figure: "memory held, typed", aim: 1200, measured: memory.number("held"), unit: "bytes an object",
                note: "\((memory.number("after") / 1e6).short) MB in all"))
        let many = 100_000
        rows.append(peak(try await withReplay(objects: many) { try await reader(["memory", $0, "pages"]) }, aim: 300, many))
        rows.append(try await latency())
        print("\n" + Row.header)
        for row in rows { print(row.text) }
        return rows.allSatisfy(\.holds)
    }

    private func report(_ times: JSON, _ form: String) {
        let objects = times.number("objects")
        print(
            "\(Int(objects)) objects of \((times.number("bytes") / objects).short) bytes in \(server), \(form), \(options.rounds) rounds:")
        for key in ["download", "sync"] {
            let (seconds, processor) = (times.numbers(key, "seconds"), times.numbers(key, "processor"))
            let range = "\((seconds.min() ?? 0).short) to \((seconds.max() ?? 0).short)"
            print("  \(key): median \(seconds.median.short) s (\(range)), \(processor.median.short) s of processor")
        }
    }

    private func row(_ times: JSON, _ form: String) -> Row {
        let (syncs, downloads) = (times.numbers("sync", "seconds"), times.numbers("download", "seconds"))
        let least = (syncs.min() ?? .nan) / (downloads.min() ?? .nan)
        return Row(
            figure: "time until synced, \(form == "cache" ? "at once from the server's cache" : "in pages")", aim: 1.25,
            measured: zip(syncs, downloads).map { $0 / $1 }.median, unit: "× the download",
            note: "\(syncs.median.short) s; least : least \(least.short)")
    }

    private func peak(_ memory: JSON, aim: Double, _ objects: Int) -> Row {
        Row(
            figure: "peak memory while syncing \(objects), typed", aim: aim, measured: memory.number("peak") / 1e6, unit: "MB",
            note: "\((memory.number("before") / 1e6).short) MB before")
    }

    private func latency() async throws -> Row {
        let found = try await withReplay(objects: 4_000) { kubeconfig in
            var found: [JSON] = []
            for _ in 0..<min(3, options.rounds) { found.append(try await reader(["latency", kubeconfig, "\(options.events)"])) }
            return found
        }
        func medians(_ key: String) -> Double { found.map { $0.number(key) }.median }
        print("\(options.events) watch events, ms until their reconcile starts, medians of \(found.count) runs:", terminator: "")
        for key in ["p50", "p90", "p99", "worst"] { print(" \(key) \(medians(key).short)", terminator: "") }
        print()
        return Row(
            figure: "watch event → reconcile starts, \(options.rate) events/s, p99", aim: 5, measured: medians("p99"), unit: "ms",
            note: "p50 \(medians("p50").short) ms")
    }

    /// Runs the replay in a process of its own, and a body with its kubeconfig.
    private func withReplay<Result>(objects: Int, _ body: (String) async throws -> Result) async throws -> Result {
        let replay = try Program(
            Self.program("runtime"), ["--replay", "--rate", "\(options.rate)", "--objects", "\(objects)"], in: directory)
        defer { replay.end() }
        let address = try await eventually("the replay listens: \(replay.errors)") {
            let lines = replay.output.split(separator: "\n", omittingEmptySubsequences: false)
            return lines.count > 1 ? String(lines[0]) : nil
        }
        let path = "\(directory)/replay-\(objects)"
        try write(KubeConfig.text(name: "replay", server: address), to: path)
        return try await body(path)
    }

    /// What a run of the reader has found.
    private func reader(_ arguments: [String]) async throws -> JSON {
        let program = try Program(Self.program("reader"), arguments, in: directory)
        let outcome = try await program.wait(within: .seconds(1800))
        guard outcome.status == 0 else { throw Failure("reader \(arguments): \(outcome)") }
        return try JSON.parse(outcome.output)
    }

    /// A program that was built beside this one.
    private static func program(_ name: String) -> String {
        let own = CommandLine.arguments[0]
        return own.lastIndex(of: "/").map { own[...$0] + name } ?? name
    }
}

extension JSON {
    fileprivate func number(_ key: String) -> Double { self[key]?.double ?? .nan }

    /// A number of each element of an array.
    fileprivate func numbers(_ key: String, _ inner: String) -> [Double] { (self[key]?.array ?? []).map { $0.number(inner) } }
}
