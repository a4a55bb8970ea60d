// Increments of a counter by all processors at once, against one atomic and a lock. Ends with status 1 when the threshold is missed.
//
// The threshold is the bare loop over one atomic that nobody else touches, for an increment of the counter itself and for one by
// way of swift-metrics, as a program makes it: that costs a call through a protocol.
import CoreMetrics
import Glibc
import Synchronization
import Telemetry

/// All processors incrementing, against one uncontended atomic increment of the same run.
let threshold = 1.3
let increments = 2_000_000
let rounds = 15

final class OneAtomic: Sendable { let value = Atomic<Int64>(0) }
/// What a registry would have that does not shard.
final class OneAtomicHandler: CounterHandler {
    let value = Atomic<Int64>(0)
    func increment(by amount: Int64) { value.wrappingAdd(amount, ordering: .relaxed) }
    func reset() { value.store(0, ordering: .relaxed) }
}
final class OneLock: Sendable { let value = Mutex<Int64>(0) }

struct Subject {
    var name: String
    var body: @Sendable () -> Void
    /// Nanoseconds of processor time an increment, of each round; of several threads the slowest one's.
    var aloneRounds: [Double] = []
    var togetherRounds: [Double] = []
    /// By the wall.
    var wallRounds: [Double] = []
    var allocations: UInt64 = 0

    init(name: String, body: @escaping @Sendable () -> Void) {
        self.name = name
        self.body = body
    }

    var alone: Double { median(aloneRounds) }
    var together: Double { median(togetherRounds) }
    var wall: Double { median(wallRounds) }

    private func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
}

let atomic = OneAtomic()
let lock = OneLock()
let plain = Counter(label: "plain", dimensions: [], handler: OneAtomicHandler())
let registry = MetricsRegistry(descriptions: [])
let counter = Counter(label: "increments_total", factory: registry)
guard let handle = registry.makeCounter(label: "direct_total", dimensions: []) as? CounterSeries else { exit(2) }

var subjects = [
    Subject(name: "one atomic, bare") { for _ in 0..<increments { atomic.value.wrappingAdd(1, ordering: .relaxed) } },
    Subject(name: "one lock (Mutex), bare") { for _ in 0..<increments { lock.value.withLock { $0 &+= 1 } } },
    Subject(name: "Counter of swift-metrics, atomic") { for _ in 0..<increments { plain.increment() } },
    Subject(name: "sharded, direct") { for _ in 0..<increments { handle.increment(by: 1) } },
    Subject(name: "Counter of swift-metrics, sharded") { for _ in 0..<increments { counter.increment() } },
]

let processors = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
// In turns, so that what else the machine does meets all alike.
for round in 0...rounds {
    for index in subjects.indices {
        let alone = Run.measure(threads: 1, subjects[index].body)
        let together = Run.measure(threads: processors, subjects[index].body)
        if round == 0 { continue }  // everything is touched for the first time
        func each(_ time: UInt64) -> Double { Double(time) / Double(increments) }
        subjects[index].aloneRounds.append(each(alone[0].processor))
        subjects[index].togetherRounds.append(together.map { each($0.processor) }.max() ?? 0)
        subjects[index].wallRounds.append(together.map { each($0.wall) }.max() ?? 0)
        subjects[index].allocations += (alone + together).reduce(0) { $0 + $1.allocations }
    }
}

func cell(_ text: String, _ width: Int) -> String { String(repeating: " ", count: max(0, width - text.count)) + text }
func number(_ value: Double) -> String {
    let tenths = Int((value * 100).rounded())
    let fraction = String(tenths % 100)
    return "\(tenths / 100).\(fraction.count < 2 ? "0" : "")\(fraction)"
}

let (bare, base) = (subjects[0].alone, subjects[2].alone)
print("\(processors) processors, \(increments) increments a thread, median of \(rounds) rounds; ns of processor time an increment")
print("| counter                           |   alone | together |    wall | : atomic counter alone | : bare atomic alone | allocations |")
print("| --------------------------------- | ------: | -------: | ------: | ---------------------: | ------------------: | ----------: |")
for subject in subjects {
    let name = subject.name + String(repeating: " ", count: max(0, 33 - subject.name.count))
    let times = [cell(number(subject.alone), 7), cell(number(subject.together), 8), cell(number(subject.wall), 7)]
    let ratios = [cell(number(subject.together / base), 22), cell(number(subject.together / bare), 19)]
    print("| " + ([name] + times + ratios + [cell("\(subject.allocations)", 11)]).joined(separator: " | ") + " |")
}

let expected = UInt64(increments * (rounds + 1) * (processors + 1))
let sums = registry.snapshot().families.flatMap(\.points).map(\.value)
guard sums == [.integer(expected), .integer(expected)] else {
    print("counters: FAILED: increments were lost")
    exit(1)
}
guard subjects[3...].allSatisfy({ $0.allocations == 0 }) else {
    print("counters: FAILED: an increment allocates")
    exit(1)
}
print()
print("| figure | aim | measured | measured / aim | |")
print("| --- | ---: | ---: | ---: | --- |")
var isMissed = false
for subject in subjects[3...] {
    let ratio = subject.together / bare
    if ratio > threshold { isMissed = true }
    print(
        "| increment by all processors, \(subject.name) | ≤ \(number(threshold)) × one atomic alone | \(number(ratio)) × | \(number(ratio / threshold)) "
            + "| \(ratio > threshold ? "**missed** " : "")\(number(subject.together)) ns; one atomic by all: \(number(subjects[0].together)) ns |"
    )
}
exit(isMissed ? 1 : 0)
