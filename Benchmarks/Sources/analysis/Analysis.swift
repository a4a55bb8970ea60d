// How often a comparison with hosts beside it errs, how many requests it needs, and what it costs. Ends with status 1 when an aim is missed.
import Analysis
import AnalysisSimulation
import Glibc

func _exp(_ x: Double) -> Double { exp(x) }

@main
enum Program {
    static func main() async {
        let rollouts = CommandLine.arguments.dropFirst().first.flatMap(Int.init) ?? 10_000
        let regressed = max(800, rollouts / 10)
        print("\(rollouts) rollouts a line of canaries that are no worse (seed 1), \(regressed) of canaries that are worse (seed 2)")
        print(
            "false rollbacks stated: \(percent(Simulations.falseRollbackRate, 0)); looked at after each of up to 60 windows, also after Same\n"
        )
        var figures: [Figure] = []
        figures += await falseRollbacks(rollouts)
        figures += await regressions(regressed)
        figures += await latencies(rollouts, regressed)
        figures += Costs.evaluations() + Costs.sketches()
        var table = Table(Figure.header)
        for figure in figures { table.add(figure.row) }
        // As hack/bench finds it.
        print("| figure | aim | measured | measured / aim | |\n| --- | ---: | ---: | ---: | --- |")
        for row in table.rows.dropFirst() { print("| \(row.joined(separator: " | ")) |") }
        exit(figures.contains(where: \.isMissed) ? 1 : 0)
    }

    private static func falseRollbacks(_ runs: Int) async -> [Figure] {
        var table = Table(["canary no worse", "Worse", "Same", "Better", "NotEnoughData", "canary requests until the first verdict"])
        var worst = 0.0
        for fleet in Simulations.independent + Simulations.dependent {
            let tallies = await Simulations.run(runs, seed: 1) { fleet.rollouts($0, lift: 0, seed: $1, stopping: false) }
            worst = max(worst, tallies.share(tallies.worse))
            table.add(
                [fleet.name] + [tallies.worse, tallies.same, tallies.better, tallies.undecided].map { percent(tallies.share($0)) }
                    + [number(tallies.meanRequests, 0)])
        }
        table.show()
        let rate = Simulations.falseRollbackRate
        return [
            Figure(
                name: "false rollbacks of \(runs) rollouts, the worst of \(table.rows.count - 1) fleets", aim: "≤ \(percent(rate, 0))",
                measured: percent(worst),
                ratio: worst / rate)
        ]
    }

    private static func regressions(_ runs: Int) async -> [Figure] {
        var table = Table([
            "canary worse by what is to be caught", "Worse", "Same", "NotEnoughData", "canary requests", "fixed test", "ratio",
        ])
        var worst = 0.0
        for fleet in Simulations.independent {
            let tallies = await Simulations.run(runs, seed: 2) { fleet.rollouts($0, lift: fleet.regression, seed: $1, stopping: true) }
            let power = min(tallies.share(tallies.worse), 1 - 0.5 / Double(runs))
            let fixed = FixedHorizon.requests(
                share: fleet.share, regression: fleet.regression, ratio: Double(fleet.controlHosts) / Double(fleet.canaryHosts),
                falseAlarms: Simulations.falseRollbackRate, power: power)
            worst = max(worst, tallies.meanRequests / fixed)
            table.add(
                [fleet.name] + [tallies.worse, tallies.same, tallies.undecided].map { percent(tallies.share($0)) }
                    + [number(tallies.meanRequests, 0), number(fixed, 0), number(tallies.meanRequests / fixed)])
        }
        table.show()
        return [
            Figure(
                name:
                    "requests to find a regression, of what a fixed test of the same power needs, the worst of \(table.rows.count - 1) fleets",
                aim: "≤ 1",
                measured: number(worst), ratio: worst)
        ]
    }

    private static func latencies(_ runs: Int, _ regressed: Int) async -> [Figure] {
        var table = Table([
            "latency, 10 of 40, catch 5 % slower at the median", "Worse", "Same", "Better", "NotEnoughData", "canary requests",
        ])
        func add(_ name: String, _ tallies: SimulatedFleet.Tallies) {
            table.add(
                [name] + [tallies.worse, tallies.same, tallies.better, tallies.undecided].map { percent(tallies.share($0)) }
                    + [number(tallies.meanRequests, 0)])
        }
        let (alike, unequal) = (Simulations.latencies(hostSpread: 0, windows: 15), Simulations.latencies(hostSpread: 0.03, windows: 15))
        let longer = Simulations.latencies(hostSpread: 0, windows: 60)
        let good = await Simulations.run(runs, seed: 3) { alike.rollouts($0, lift: 0, seed: $1, stopping: false) }
        add("no slower, hosts alike", good)
        let differing = await Simulations.run(runs, seed: 4) { unequal.rollouts($0, lift: 0, seed: $1, stopping: false) }
        add("no slower, hosts differ by 3 %", differing)
        let slow = await Simulations.run(regressed, seed: 5) { longer.rollouts($0, lift: 0.05, seed: $1, stopping: true) }
        add("5 % slower, hosts alike", slow)
        table.show()
        let power = min(slow.share(slow.worse), 1 - 0.5 / Double(regressed))
        let ratio = Double(alike.controlHosts) / Double(alike.canaryHosts)
        let rates = (alarms: Simulations.falseRollbackRate, power: power)
        // What 5 % slower adds to the half beyond the median: Φ(log 1.05 / spread) - 1/2.
        let more = 0.5 * erf(log(1.05) / alike.spread / 2.0.squareRoot())
        let fixed = FixedHorizon.requests(share: 0.5, regression: more, ratio: ratio, falseAlarms: rates.alarms, power: rates.power)
        let means = FixedHorizon.requests(
            difference: log(1.05), deviation: alike.spread, ratio: ratio, falseAlarms: rates.alarms, power: rates.power)
        let worst = max(good.share(good.worse), differing.share(differing.worse))
        let rate = Simulations.falseRollbackRate
        return [
            Figure(
                name: "the same of latencies, worst of 2 fleets", aim: "≤ \(percent(rate, 0))", measured: percent(worst),
                ratio: worst / rate),
            Figure(
                name: "requests to find 5 % slower, of what a fixed test of the same shares and power needs", aim: "≤ 1",
                measured: number(slow.meanRequests / fixed), ratio: slow.meanRequests / fixed,
                note: "\(number(slow.meanRequests / means)) of what one of mean logarithms needs that knows how they are distributed"),
        ]
    }
}
