// What a decision of the rollout engine costs in a large fleet, nothing cached and after one report: `hack/bench engine`.
import CMalloc
import Glibc

let hosts = CommandLine.arguments.count > 1 ? Int(CommandLine.arguments[1]) ?? 100_000 : 100_000

/// Only a part of them, to be looked at with a profiler.
let part = CommandLine.arguments.count > 2 ? CommandLine.arguments[2] : nil

var rows: [String] = []
var isMissed = false

@MainActor func judge(_ what: String, _ measured: Double, atMost aim: Double, _ unit: String) {
    let missed = measured > aim
    isMissed = isMissed || missed
    rows.append(
        "| engine: \(what) | ≤ \(text(aim)) \(unit) | \(text(measured)) \(unit) | \(text(measured / aim)) | \(missed ? "**missed**" : "") |"
    )
}

for scene in Scene.allCases where part ?? "decisions" == "decisions" {
    let milliseconds = scene.milliseconds(hosts: hosts, rounds: 9)
    print("\(scene.rawValue): \(text(milliseconds)) ms, \(text(milliseconds * 1_000_000 / Double(hosts))) ns a host")
    judge("one decision, \(hosts) hosts, \(scene.rawValue)", milliseconds, atMost: 50, "ms")
}
for scene in Scene.allCases where part ?? "facts" == "facts" {
    for ownTexts in [false, true] {
        let (all, takingIn) = scene.millisecondsFromFacts(hosts: hosts, rounds: 9, ownTexts: ownTexts)
        let texts = ownTexts ? ", each host's texts its own" : ""
        print("\(scene.rawValue), hosts taken in\(texts): \(text(all)) ms, \(text(takingIn)) ms of it to take them in")
        judge("\(hosts) hosts taken in and one decision, \(scene.rawValue)\(texts)", all, atMost: 50, "ms")
    }
}
for scene in [Scene.atRest, .moving] where part ?? "reports" == "reports" {
    let milliseconds = scene.millisecondsAfterAReport(hosts: hosts, rounds: part == nil ? 2_000 : 20_000)
    print("\(scene.rawValue), one host reported: \(text(milliseconds)) ms")
    judge("one of \(hosts) hosts reported, \(scene.rawValue)", milliseconds, atMost: 0.1, "ms")
}
if part ?? "memory" == "memory" {
    judge("memory of a host, its name included", Double(Scene.bytesHeld(hosts: hosts)), atMost: 200, "B")
}
if part ?? "simulation" == "simulation" {
    let (decisions, seconds) = SimulatedUpgrade.run(hosts: hosts)
    print("a simulated upgrade: \(decisions) decisions, \(text(seconds)) s, \(text(seconds * 1000 / Double(decisions))) ms each")
}
print("\n| figure | aim | measured | measured / aim | |\n| --- | ---: | ---: | ---: | --- |")
rows.forEach { print($0) }
exit(isMissed ? 1 : 0)

/// Three digits are enough.
func text(_ value: Double) -> String {
    let scale = value >= 100 ? 1.0 : value >= 1 ? 10 : 1000
    let rounded = (value * scale).rounded() / scale
    return rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
}
