import Harness
import JSON
import KubeClient
import Stations

/// Runs the reader against a server that has the objects, and compares what it says with the aims.
struct Measurements {
    let options: Options
    let server: String
    /// Whether it is Kubernetes' own: for the time until synced the aim was set for that.
    let isKubernetes: Bool
    let kubeconfig: String
    /// For files of ours.
    let directory: String

    init(_ options: Options, server: String, isKubernetes: Bool, kubeconfig: String, directory: String) {
        (self.options, self.server, self.isKubernetes, self.kubeconfig, self.directory) = (
            options, server, isKubernetes, kubeconfig, directory
        )
    }

    /// False when a figure misses its aim.
    func run() async throws -> Bool {
        var rows: [Row] = []
        var forms = ["pages", "cache", "stream"]
        for form in forms {
            let times = try await reader(["time", kubeconfig, form, "\(options.rounds)"])
            if times["refused"]?.bool ?? false {
                print("\(server) refuses \(Self.name(form))")
                forms.removeAll { $0 == form }
                continue
            }
            report(times, form)
            rows.append(row(times, form))
        }
        for form in forms {
            // Of several fresh processes the worst: what is waiting at a moment depends on who was faster just before.
            var found: [JSON] = []
            for _ in 0..<options.rounds { found.append(try await reader(["memory", kubeconfig, form])) }
            found.sort { $0.number("peak") < $1.number("peak") }
            let objects = Int(found[0].number("objects"))
            rows.append(peak(found, aim: objects <= 20_000 ? 80 : 300, objects, Self.name(form)))
            guard form == "pages" else { continue }
            rows.append(
                Row(
                    figure: "memory held, typed", aim: 1200, measured: found.map { $0.number("held") }.median, unit: "bytes an object",
                    note: "\((found.map { $0.number("after") }.median / 1e6).short) MB in all"))
        }
        let many = 100_000
        rows.append(
            peak([try await withReplay(objects: many) { try await reader(["memory", $0, "pages"]) }], aim: 300, many, Self.name("pages")))
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
            figure: "time until synced, \(Self.name(form))", aim: 1.25, measured: zip(syncs, downloads).map { $0 / $1 }.median,
            unit: "× the download", note: "\(syncs.median.short) s; least : least \(least.short)",
            exemption: isKubernetes ? nil : "a server that sends faster than this machine reads")
    }

    private static func name(_ form: String) -> String {
        switch form {
        case "cache": "at once from the server's cache"
        case "stream": "as a streaming list"
        default: "in pages"
        }
    }

    /// - Parameter found: the least first.
    private func peak(_ found: [JSON], aim: Double, _ objects: Int, _ form: String) -> Row {
        let peaks = found.map { $0.number("peak") / 1e6 }
        return Row(
            figure: "peak memory while syncing \(objects) \(form), typed", aim: aim, measured: peaks.last ?? .nan, unit: "MB",
            note: "least of \(peaks.count) \((peaks.first ?? .nan).short) MB; \((found[0].number("before") / 1e6).short) MB before")
    }

    private func latency() async throws -> Row {
        let found = try await withReplay(objects: 4_000) { kubeconfig in
            var found: [JSON] = []
            for _ in 0..<options.rounds { found.append(try await reader(["latency", kubeconfig, "\(options.events)"])) }
            return found
        }
        func medians(_ key: String) -> Double { found.map { $0.number(key) }.median }
        print("\(options.events) watch events, ms until their reconcile starts, medians of \(found.count) runs:", terminator: "")
        for key in ["p50", "p90", "p99", "worst", "waking p50", "waking p99"] { print(" \(key) \(medians(key).short)", terminator: "") }
        print("\n  p99 of each: \(found.map { $0.number("p99").short }.joined(separator: ", "))")
        return Row(
            figure: "watch event → reconcile starts, \(options.rate) events/s, p99", aim: 5, measured: medians("p99"), unit: "ms",
            note: "p50 \(medians("p50").short) ms; the machine wakes a sleeping thread within \(medians("waking p99").short) ms (p99)")
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
