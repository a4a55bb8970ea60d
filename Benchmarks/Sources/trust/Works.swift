import Stations
import Trust

/// Something that is done over and over.
struct Work {
    var name: String
    /// How often in one round.
    var repetitions: Int
    var run: () throws -> Void
    /// Microseconds once, of each round.
    var rounds: [Double] = []

    init(_ name: String, repetitions: Int = 10, run: @escaping () throws -> Void) {
        self.name = name
        self.repetitions = repetitions
        self.run = run
    }

    var median: Double { rounds.median }
}

/// Everything that is measured by turns, so that what else goes on meets all alike.
struct Works {
    private(set) var all: [Work] = []
    var cached: [Double] = []
    private let keyless: [Keyless]
    private let fleet: Fleet

    init() throws {
        keyless = [try .logged(), try .stamped(), try .classic()]
        for one in keyless {
            all.append(Work(one.name, run: one.verify))
            all.append(Work(one.name + ": primitives", run: one.doPrimitives))
        }
        let key = try KeySignatures()
        all.append(Work(Self.classicKey, repetitions: 40, run: key.verifyClassic))
        all.append(Work(Self.bundledKey, repetitions: 40, run: key.verifyBundle))
        fleet = try Fleet(policies: 4, signatures: 8)
        all.append(Work(Self.judging, repetitions: 1, run: fleet.judge))
        all.append(Work(Self.judging + ": primitives", repetitions: 1, run: fleet.doPrimitives))
    }

    private static let classicKey = "key, classic"
    private static let bundledKey = "key, bundle"
    private static let judging = "policies"

    mutating func measure(counts: Bool) throws {
        for index in all.indices {
            let work = all[index]
            let start = ThreadClock.now
            for _ in 0..<work.repetitions { try work.run() }
            let microseconds = Double(ThreadClock.now - start) / 1000 / Double(work.repetitions)
            if counts { all[index].rounds.append(microseconds) }
        }
    }

    private func work(_ name: String) -> Work { all.first { $0.name == name } ?? Work(name) {} }

    /// The median of each round's ratio.
    private func ratio(_ name: String) -> Double {
        zip(work(name).rounds, work(name + ": primitives").rounds).map { $0 / $1 }.median
    }

    func rows(rounds: Int) -> [Row] {
        print("one thread, medians of \(rounds) rounds by turns; µs of processor time")
        for work in all {
            print("  \(work.name): \(work.median.short) (\((work.rounds.min() ?? .nan).short) to \((work.rounds.max() ?? .nan).short))")
        }
        print("  \(CachedVerdict.name): \(cached.median.short) (\((cached.min() ?? .nan).short) to \((cached.max() ?? .nan).short))")
        for one in keyless { print("  \(one.name): \(one.primitives.map(\.name).joined(separator: ", "))") }
        var rows = keyless.map { one in
            Row(
                figure: "keyless, \(one.name)", aim: 1.25, measured: ratio(one.name), unit: "× its primitives",
                note: "\(work(one.name).median.short) µs; primitives \(work(one.name + ": primitives").median.short) µs")
        }
        for name in [Self.classicKey, Self.bundledKey] {
            rows.append(Row(figure: "signature by a \(name)", aim: 300, measured: work(name).median, unit: "µs"))
        }
        rows.append(Row(figure: "a verdict that was made before", aim: 5, measured: cached.median, unit: "µs"))
        rows.append(
            Row(
                figure: "\(fleet.description)", aim: 1.5, measured: ratio(Self.judging), unit: "× the primitives of all signatures once",
                note: "\((work(Self.judging).median / 1000).short) ms"))
        return rows
    }
}

/// Keeps the optimizer from dropping what nobody looks at.
@inline(never) func keep<Value>(_ value: Value) { withExtendedLifetime(value) {} }
