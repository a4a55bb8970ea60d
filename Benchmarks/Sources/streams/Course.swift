import Glibc
import Harness
import KubeRuntime
import Stations

/// The course of the measurement: a rollout to a tenth of the hosts, and what happens to them and to the controller meanwhile.
struct Course {
    let hosts: Int
    let seconds: Int
    let directory: String
    let scene: Scene

    func measure() async throws -> [Row] {
        let controller = try start(port: 0)
        defer { controller.end() }
        do { return try await measure(controller) } catch {
            say(String(controller.errors.suffix(4000)))
            throw error
        }
    }

    private func start(port: Int) throws -> Program {
        try Program(CommandLine.arguments[0], ["--controller", directory, "\(port)"], in: directory)
    }

    private func measure(_ controller: Program) async throws -> [Row] {
        try await scene.deliver("1.0.0")
        say("\(hosts) hosts run 1.0.0; \(Usage(controller.output)) of the controller")
        try await scene.beginRollout("1.1.0")
        // At rest but for the rollout: nobody tells anything.
        try await Task.sleep(for: .seconds(5))
        let quiet = try await share(of: controller, over: 20)
        say("10 % run 1.1.0, and nothing is told: \(quiet.share.short) % of a core, \(quiet.megabytes.short) MB")
        let port = try await eventually("the controller listens", within: .seconds(60)) { Usage.port(controller.output) }
        let fleet = StreamingFleet(scene: scene, port: port)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await fleet.run() }
            defer { group.cancelAll() }
            var rows: [Row] = []
            rows += try await steady(fleet, controller, quiet)
            rows += try await cut(fleet, controller)
            rows += try await unreadable(fleet, controller)
            rows += try await restart(fleet, controller, port)
            return rows
        }
    }

    /// All tell, and nothing happens.
    private func steady(
        _ fleet: StreamingFleet, _ controller: Program, _ quiet: (share: Double, megabytes: Double)
    ) async throws -> [Row] {
        let joined = try await untilHeard(fleet, hosts, within: 300)
        say("all were heard \(joined.short) s after the first began")
        // Each has looked twice, and a window was judged.
        try await Task.sleep(for: .seconds(40))
        fleet.forget()
        let began = Usage(controller.output)
        try await Task.sleep(for: .seconds(seconds))
        let ended = Usage(controller.output)
        let counts = fleet.counts
        let rate = Double(counts.answered) / Double(seconds)
        let share = Usage.share(began, ended)
        let lags = Usage.all(controller.output).filter { $0.time > began.time && $0.time <= ended.time }.compactMap(\.lag).sorted()
        say(
            "\(rate.short) batches a second; others were answered \(counts.others); broken \(counts.broken); late changes \(ended.late.short)"
        )
        for line in try await scene.measured() { say(line) }
        return [
            Row(
                figure: "\(hosts) hosts tell every 10 s: controller's share of a core", aim: 50, measured: share, unit: "%",
                note: "\(quiet.share.short) % when nothing is told"),
            Row(
                figure: "processor time of a host's report", aim: 1000, measured: (share - quiet.share) / 100 / rate * 1e6, unit: "µs",
                note: "two metrics, one a histogram; TLS, HTTP, token and all"),
            Row(
                figure: "memory of a host that tells", aim: 100,
                measured: (ended.resident / 1e6 - quiet.megabytes) / Double(hosts) * 1e3, unit: "kB",
                note: "\((ended.resident / 1e6).short) MB in all, \(quiet.megabytes.short) MB when nothing is told"),
            Row(figure: "a batch's way to its answer, median", aim: 50, measured: counts.quantile(0.5), unit: "ms"),
            Row(figure: "the same, 99 of 100", aim: 1000, measured: counts.quantile(0.99), unit: "ms"),
            Row(
                figure: "from a report to the verdict of its window, at most", aim: 25, measured: (lags.last ?? .nan) + 11, unit: "s",
                note:
                    "the last host's word is \((lags.isEmpty ? .nan : lags[lags.count / 2]).short) s old at the median, \((lags.last ?? .nan).short) s at most; "
                    + "windows of 10 s, judged every second"),
        ]
    }

    /// A zone reaches nobody for a while, and then tells what it has counted meanwhile.
    private func cut(_ fleet: StreamingFleet, _ controller: Program) async throws -> [Row] {
        let clock = Surroundings.system.now
        fleet.change { $0.isZoneCut = true }
        let before = Usage(controller.output)
        let began = clock()
        try await Task.sleep(for: .seconds(30))
        try await eventually("windows go on without the zone", within: .seconds(300), every: .milliseconds(250)) {
            (Usage(controller.output).lag ?? 0) < 25
        }
        let held = (clock() - began) / .seconds(1)
        fleet.forget()
        try await Task.sleep(for: .seconds(10))
        let (after, counts) = (Usage(controller.output), fleet.counts)
        say(
            "a zone of \(fleet.cut) hosts was cut: \(Usage.share(before, after).short) % of a core meanwhile; then a batch took \(counts.quantile(0.99).short) ms at most of 99 of 100"
        )
        let late = after.late
        fleet.forget()
        let isBack = clock()
        fleet.change { $0.isZoneCut = false }
        let heard = try await untilHeard(fleet, hosts, within: 120)
        try await eventually("windows go on with the zone", within: .seconds(120), every: .milliseconds(250)) {
            let usage = Usage(controller.output)
            return (usage.lag ?? 100) < 25 && usage.hosts == Double(hosts)
        }
        let whole = (clock() - isBack) / .seconds(1)
        let again = Usage(controller.output)
        say(
            "it is back: all were heard after \(heard.short) s; \((again.late - late).short) changes were too late; \(Usage.share(after, again).short) % of a core"
        )
        return [
            Row(
                figure: "a third of the hosts vanishes: windows stand still for", aim: 90, measured: held, unit: "s",
                note: "by their silence, 60 s, and a look; Leases that run out say it after 40 s"),
            Row(figure: "it is back, each with what it counted: until windows have all hosts", aim: 45, measured: whole, unit: "s"),
        ]
    }

    /// Hosts whose metrics can't be read hold nobody up for ever.
    private func unreadable(_ fleet: StreamingFleet, _ controller: Program) async throws -> [Row] {
        let clock = Surroundings.system.now
        fleet.change { [hosts] in $0.unreadable = Set((0..<10).map { $0 * hosts / 10 }) }
        let began = clock()
        try await Task.sleep(for: .seconds(40))
        try await eventually("windows go on without those hosts", within: .seconds(300), every: .milliseconds(250)) {
            (Usage(controller.output).lag ?? 0) < 25
        }
        let held = (clock() - began) / .seconds(1)
        fleet.change { $0.unreadable = [] }
        return [Row(figure: "ten hosts tell nothing new: windows stand still for", aim: 90, measured: held, unit: "s")]
    }

    /// The controller is killed, another one begins at once, and all come to it; then the canary fails.
    private func restart(_ fleet: StreamingFleet, _ controller: Program, _ port: Int) async throws -> [Row] {
        let clock = Surroundings.system.now
        controller.end()
        fleet.forget()
        let began = clock()
        let other = try start(port: port)
        defer { other.end() }
        let heard = try await untilHeard(fleet, hosts, within: 300)
        let (usage, counts) = (Usage(other.output), fleet.counts)
        let firsts = counts.first.values.sorted()
        let sentences = Usage.all(other.output)
        let busiest = zip(sentences.dropFirst(4), sentences).map { Usage.share($1, $0) }.max() ?? .nan
        say(
            "the other controller: \(usage); \(counts.opened) connections, \(counts.broken) could not be had; answered otherwise: \(counts.others); "
                + "busiest over two seconds: \(busiest.short) % of a core")
        let leads = (firsts.first ?? .nan) - began / .seconds(1)
        // It counts anew what it compares: nothing speaks for the canary yet.
        fleet.change { $0.canaryFails = true }
        let failed = clock()
        try await scene.waitUntilRolledBack()
        let verdict = (clock() - failed) / .seconds(1)
        say("the verdict: \(try await scene.message())")
        return [
            Row(
                figure: "the controller is killed: until another has heard all hosts", aim: 60, measured: heard, unit: "s",
                note: "\(leads.short) s until it heard the first, most of which is the other's Lease"),
            Row(
                figure: "connections a host needed for that", aim: 12, measured: Double(counts.opened + counts.broken) / Double(hosts),
                unit: "",
                note: "while nobody leads, agents look for another replica"),
            Row(figure: "processor time that took", aim: 60, measured: usage.processor, unit: "s"),
            Row(
                figure: "from the first failure to the rollback", aim: 60, measured: verdict, unit: "s",
                note: "nothing spoke for it yet; hosts send every 10 s, windows of 10 s, measured every 5 s"),
        ]
    }

    /// - Returns: seconds until so many hosts were answered.
    private func untilHeard(_ fleet: StreamingFleet, _ count: Int, within limit: Int) async throws -> Double {
        let clock = Surroundings.system.now
        let began = clock()
        try await eventually(
            "\(count) hosts are heard; \(fleet.counts.first.count) are", within: .seconds(limit), every: .milliseconds(100)
        ) {
            fleet.counts.first.count >= count
        }
        return (clock() - began) / .seconds(1)
    }

    private func share(of controller: Program, over seconds: Int) async throws -> (share: Double, megabytes: Double) {
        let before = Usage(controller.output)
        try await Task.sleep(for: .seconds(seconds))
        let after = Usage(controller.output)
        return (Usage.share(before, after), after.resident / 1e6)
    }
}
