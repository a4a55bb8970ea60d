// What a decision of the rollout engine costs in a large fleet, nothing cached: `hack/bench engine`.
import CMalloc
import Glibc

let hosts = CommandLine.arguments.count > 1 ? Int(CommandLine.arguments[1]) ?? 100_000 : 100_000
let aim = 50.0

var rows: [String] = []
var isMissed = false
for scene in Scene.allCases {
    let milliseconds = scene.milliseconds(hosts: hosts, rounds: 9)
    print("\(scene.rawValue): \(tenths(milliseconds)) ms, \(tenths(milliseconds * 1_000_000 / Double(hosts))) ns a host")
    let missed = milliseconds > aim
    isMissed = isMissed || missed
    rows.append(
        "| engine: one decision, \(hosts) hosts, \(scene.rawValue) | ≤ \(Int(aim)) ms | \(tenths(milliseconds)) ms "
            + "| \(hundredths(milliseconds / aim)) | \(missed ? "**missed**" : "") |")
}
let held = Scene.bytesHeld(hosts: hosts)
print("what is observed of a host: \(held.observed) bytes; what a decision adds while it lasts, at its most: \(held.deciding) bytes")
print("\n| figure | aim | measured | measured / aim | |\n| --- | ---: | ---: | ---: | --- |")
rows.forEach { print($0) }
exit(isMissed ? 1 : 0)

func tenths(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }
func hundredths(_ value: Double) -> String { "\((value * 100).rounded() / 100)" }
