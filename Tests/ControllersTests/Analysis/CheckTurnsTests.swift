import KubeCore
import Randomness
import Testing

@testable import Controllers

@Suite("Turns of checks")
struct CheckTurnsTests {
    private func bearer(_ namespace: String, _ deployment: String = "d", _ metric: Int, suspect: Bool = false) -> CheckTurns.Bearer {
        let key = ObjectKey(namespace: namespace, name: deployment)
        return .init(task: CheckTask(deployment: key, check: "c", metric: "m\(metric)"), isSuspect: suspect)
    }

    @Test("are shared out: a quarter to a namespace, a sixteenth to a deployment")
    func shares() {
        var turns = CheckTurns(limit: 32)
        let first = (0..<40).filter { turns.begin(bearer("a", "one", $0)) }
        #expect(first.count == 2)
        let others = (0..<40).filter { turns.begin(bearer("a", "d\($0)", 0)) }
        #expect(others.count == 6)
        let other = turns.begin(bearer("b", "one", 0))
        #expect(other)
    }

    @Test("of those whose last call came to nothing are half at most, however many tenants they are of")
    func suspects() {
        var turns = CheckTurns(limit: 32)
        let hanging = (0..<1000).filter { turns.begin(bearer("tenant-\($0)", "d", 0, suspect: true)) }
        #expect(hanging.count == 16)
        let healthy = (0..<100).filter { turns.begin(bearer("other-\($0)", "d", 0)) }
        #expect(healthy.count == 16)
    }

    @Test("that are given back go to those who waited longest and may have them")
    func calling() {
        var turns = CheckTurns(limit: 16)
        let begun = (0..<3).map { turns.begin(bearer("a", "x", $0)) }
        #expect(begun == [true, false, false])
        let called = turns.end(bearer("a", "x", 0).task)
        #expect(called == [bearer("a", "x", 1).task])
        turns.forget(bearer("a", "x", 1).task)
        let next = turns.begin(bearer("a", "x", 2))
        #expect(next)
    }

    @Test("never exceed their limits, and nobody waits while there is room, in any order of things")
    func properties() {
        var random = SeededRandom(seed: 9)
        for _ in 0..<200 {
            var turns = CheckTurns(limit: 8)
            var running: [CheckTurns.Bearer] = []
            var called: [CheckTask] = []
            var waiting: [CheckTask: CheckTurns.Bearer] = [:]
            for _ in 0..<60 {
                if Bool.random(using: &random), let index = running.indices.randomElement(using: &random) {
                    called += turns.end(running.remove(at: index).task)
                } else {
                    let task = bearer(
                        "n\(Int.random(in: 0..<5, using: &random))", "d\(Int.random(in: 0..<3, using: &random))",
                        Int.random(in: 0..<4, using: &random),
                        suspect: Bool.random(using: &random))
                    guard !running.contains(where: { $0.task == task.task }), waiting[task.task] == nil else { continue }
                    if turns.begin(task) { running.append(task) } else { waiting[task.task] = task }
                }
                // Those who are called ask again, and get their turn unless somebody was quicker.
                for task in called {
                    guard let bearer = waiting[task] else { continue }
                    if turns.begin(bearer) {
                        waiting[task] = nil
                        running.append(bearer)
                    }
                }
                called = []
                #expect(running.count <= 8 && running.count { $0.isSuspect } <= 4)
                for namespace in Set(running.map(\.task.deployment.namespace)) {
                    #expect(running.count { $0.task.deployment.namespace == namespace } <= 2)
                }
            }
            while let last = running.popLast() {
                for task in turns.end(last.task) {
                    guard let bearer = waiting[task], turns.begin(bearer) else { continue }
                    waiting[task] = nil
                    running.append(bearer)
                }
            }
            #expect(waiting.isEmpty, "nobody is forgotten")
            #expect(turns.isEmpty)
        }
    }
}
