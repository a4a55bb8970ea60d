import GraftAPI
import KubeCore
import KubeRuntime
import Randomness
import Testing

@testable import Controllers

@Suite("What we wrote, until the watch has brought it back")
struct WrittenTests {
    private func plan(_ name: String, _ version: Int) -> ModulePlan {
        ModulePlan(metadata: ObjectMeta(name: name, namespace: "a", uid: name, resourceVersion: "\(version)"), spec: ModulePlanSpec())
    }

    private func key(_ name: String) -> ObjectKey { ObjectKey(namespace: "a", name: name) }

    @Test func `is kept until then, and counts as what is there`() {
        let writer = StoreWriter<ModulePlan>()
        writer.replace([plan("x", 1)], resourceVersion: "4")
        let written = Written(writer.store)
        let subscription = written.follow()
        defer { subscription.cancel() }
        written.remember(plan("x", 5))
        #expect(written.newest(key("x"))?.metadata.resourceVersion == "5" && written.count == 1)
        writer.apply(.modified(plan("x", 5)))
        #expect(written.newest(key("x"))?.metadata.resourceVersion == "5" && written.count == 0)
    }

    @Test func `is not kept when the watch was quicker than the answer`() {
        let writer = StoreWriter<ModulePlan>()
        writer.replace([plan("x", 1)], resourceVersion: "4")
        let written = Written(writer.store)
        let subscription = written.follow()
        defer { subscription.cancel() }
        writer.apply(.modified(plan("x", 5)))
        written.remember(plan("x", 5))
        #expect(written.count == 0)
        // Nor when it is gone again.
        writer.apply(.deleted(plan("x", 7)))
        written.remember(plan("x", 6))
        #expect(written.count == 0 && written.newest(key("x")) == nil)
    }

    @Test("Whichever comes first, nothing is left when all has been seen, and no write is ever missing", arguments: 1...20)
    func interleaved(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let writer = StoreWriter<ModulePlan>()
        writer.replace([], resourceVersion: "1")
        let written = Written(writer.store)
        let subscription = written.follow()
        defer { subscription.cancel() }
        var version = 1
        var (answers, events): ([ModulePlan], [ModulePlan]) = ([], [])
        var newest: [ObjectKey: Int] = [:]
        for step in 0..<300 {
            let isOver = step >= 200
            switch isOver ? Int.random(in: 1..<3, using: &random) : Int.random(in: 0..<3, using: &random) {
            case 0:
                version += 1
                let new = plan(["x", "y", "z"].randomElement(using: &random)!, version)
                // One write of an object at a time: the answer to the one before has come.
                for answer in answers where answer.key == new.key { written.remember(answer) }
                answers.removeAll { $0.key == new.key }
                answers.append(new)
                events.append(new)
            case 1:
                guard let answer = answers.indices.randomElement(using: &random).map({ answers.remove(at: $0) }) else { break }
                written.remember(answer)
                newest[answer.key] = Int(answer.metadata.resourceVersion ?? "")
            default: if !events.isEmpty { writer.apply(.modified(events.removeFirst())) }
            }
            for (key, version) in newest {
                #expect(Int(written.newest(key)?.metadata.resourceVersion ?? "") ?? 0 >= version, "seed \(seed), step \(step)")
            }
        }
        while !events.isEmpty { writer.apply(.modified(events.removeFirst())) }
        for answer in answers { written.remember(answer) }
        #expect(written.count == 0, "seed \(seed)")
    }
}
