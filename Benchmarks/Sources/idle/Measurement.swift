import GraftAPI
import Harness
import KubeServer

/// Looks at one controller that finds all at rest.
struct Measurement {
    /// As whom controllers ask the API server.
    static let controllerUser = "controller"
    /// Timers that a controller may hold at rest, however many deployments there are: its clocks, and what looks after its Lease.
    private static let timers = 16

    let scene: Scene
    let log: AccessLog
    let seconds: Int

    /// What came of it.
    struct Result {
        /// No figure misses its aim, and nothing was written that need not be.
        var isHeld: Bool
        var resident: Double
        /// Milliseconds, sorted.
        var latency: [Double]
        /// Processor of the controller for one change, in milliseconds.
        var effort: Double
    }

    /// - Parameters:
    ///   - name: of a controller that is not this build's.
    ///   - earlier: what another controller came to at the same cluster, whose figures stand beside.
    func run(_ controller: Program, name: String? = nil, beside earlier: Result? = nil) async throws -> Result {
        defer { controller.end() }
        let name = name.map { ", \($0)" } ?? ""
        let clock = Stopwatch()
        try await waitUntilQuiet(controller)
        let before = Usage(controller.output)
        say("another controller\(name) has found them at rest in \(clock.lap()): \(before)")
        let version = try await scene.newestVersion()
        log.reset()
        try await Task.sleep(for: .seconds(seconds))
        let after = Usage(controller.output)
        let isQuiet = tellRequests(after, since: before)
        let written = try await scene.written(since: version)
        say("objects written meanwhile: \(written.isEmpty ? "Leases alone" : written.joined(separator: ", "))")
        let asked = Usage(controller.output)
        let latency = try await scene.answerTimes(of: 200)
        // What it says of itself is up to a second old.
        try await Task.sleep(for: .seconds(2))
        let answered = Usage(controller.output)
        let share = (after.processor - before.processor) / (after.time - before.time)
        let effort = (answered.processor - asked.processor - share * (answered.time - asked.time)) * 1000 / Double(latency.count)
        var rows = Rows()
        rows.judge("\(scene.count) deployments, idle: memory of the controller\(name)", "MB", Double(after.resident) / 1e6, aim: 200)
        rows.judge("\(scene.count) deployments, idle: its share of a core\(name)", "%", share * 100, aim: 2)
        if let timers = after.timers {
            rows.judge("timers it holds at rest\(name)", "", Double(timers.count), aim: Double(Self.timers))
            rows.judge("deployments it will look at by itself\(name)", "", Double(after.delayed ?? 0), aim: 0)
        }
        rows.tell("the most it took, from its start on\(name)", "MB", Double(before.peak) / 1e6)
        rows.tell("processor time of its start\(name)", "s", before.processor)
        rows.tell("write of a spec → status, p50 of \(latency.count)\(name)", "ms", latency[latency.count / 2])
        rows.tell("write of a spec → status, p99 of \(latency.count)\(name)", "ms", latency[latency.count * 99 / 100])
        rows.tell("its processor for one such change\(name)", "ms", effort)
        if let earlier {
            rows.tell("memory, of the other's", "×", Double(after.resident) / 1e6 / earlier.resident)
            rows.tell("write of a spec → status, p50, of the other's", "×", latency[latency.count / 2] / earlier.latency[latency.count / 2])
            rows.tell(
                "write of a spec → status, p99, of the other's", "×",
                latency[latency.count * 99 / 100] / earlier.latency[latency.count * 99 / 100])
            rows.tell("processor for one such change, of the other's", "×", effort / earlier.effort)
        }
        if answered.port > 0 { try await scrape(controller, port: answered.port, name, into: &rows) }
        rows.print()
        return Result(
            isHeld: rows.areHeld && isQuiet && written.isEmpty, resident: Double(after.resident) / 1e6, latency: latency, effort: effort)
    }

    /// With all metrics read every 15 seconds.
    private func scrape(_ controller: Program, port: Int, _ name: String, into rows: inout Rows) async throws {
        let began = Usage(controller.output)
        var bytes = 0
        for _ in 0..<4 {
            bytes = try await Scrape.bytes(port: port)
            try await Task.sleep(for: .seconds(15))
        }
        let ended = Usage(controller.output)
        let share = (ended.processor - began.processor) / (ended.time - began.time) * 100
        rows.tell("scraped every 15 s, \(bytes / 1_000_000) MB each: memory\(name)", "MB", Double(ended.resident) / 1e6)
        rows.tell("scraped every 15 s: share of a core\(name)", "%", share)
        rows.tell("scraped every 15 s: the most it took\(name)", "MB", Double(ended.peak) / 1e6)
    }

    /// Says what was asked of the API server, and what the controller holds.
    /// - Returns: whether nobody wrote anything but Leases.
    private func tellRequests(_ after: Usage, since before: Usage) -> Bool {
        say("requests of agents to the API server meanwhile: \(requests { $0.user != Self.controllerUser })")
        say(
            "those of the controller: \(requests { $0.user == Self.controllerUser }); as it counts them itself: \(after.requests(since: before))"
        )
        if let timers = after.timers {
            let rung = after.rung - before.rung
            say("timers it holds, in seconds: \(timers.joined(separator: ", ")); \(rung) ran out meanwhile")
        }
        return log.count { $0.resource != "leases" && !["get", "list", "watch"].contains($0.verb) } == 0
    }

    /// Verbs and resources, and how often.
    private func requests(where isMeant: (AccessLog.Entry) -> Bool) -> String {
        let kinds = Set(log.entries.filter(isMeant).map { [$0.verb, $0.resource, $0.subresource] }).sorted {
            $0.lexicographicallyPrecedes($1)
        }
        let texts = kinds.map { kind in
            let count = log.count { isMeant($0) && [$0.verb, $0.resource, $0.subresource] == kind }
            return "\(count) \(kind[0]) \(kind[1])\(kind[2].isEmpty ? "" : "/" + kind[2])"
        }
        return texts.isEmpty ? "none" : texts.joined(separator: ", ")
    }

    /// Once it leads and has taken over every plan: a twentieth of a core at most for five seconds.
    private func waitUntilQuiet(_ controller: Program) async throws {
        let epoch = scene.newestEpoch
        for _ in 0..<360 {
            let before = Usage(controller.output)
            try await Task.sleep(for: .seconds(5))
            guard !controller.hasEnded else { throw Complaint("the controller has ended: \(controller.errors)") }
            let after = Usage(controller.output)
            if before.time > 0, after.processor - before.processor < 0.25, scene.areAllNewer(than: epoch) { return }
        }
        throw Complaint("the controller is not quiet after half an hour: \(controller.errors)")
    }
}
