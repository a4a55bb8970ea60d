import KubeCore
import Randomness
import Testing

@testable import KubeRuntime

@Suite struct ShardSlotsTests {
    @Test func `Keys spread evenly over the slots`() {
        let slots = ShardSlots(count: 64)
        var counts = [Int](repeating: 0, count: 64)
        for number in 0..<64_000 { counts[slots.slot(of: ObjectKey(namespace: "ns-\(number % 50)", name: "object-\(number)"))] += 1 }
        #expect(counts.allSatisfy { 850...1150 ~= $0 }, "\(counts)")
    }

    /// The numbers are in tables that members of another release read: they never change.
    @Test("A key's slot is the same for ever", arguments: [("payments/edge", 60), ("a/x", 39), ("node-1", 49), ("", 18)])
    func stable(key: String, slot: Int) { #expect(ShardSlots(count: 64).slot(of: key) == slot) }

    @Test func `A label names the slot, and a selector those that are ours`() {
        let label = ShardLabel("example.com/slot", slots: ShardSlots(count: 64))
        let key = ObjectKey(namespace: "payments", name: "edge")
        #expect(label.value(for: key) == "\(label.slots.slot(of: key))")
        let selector = label.selector(for: [label.slots.slot(of: key), 7])
        #expect(selector.matches(["example.com/slot": label.value(for: key)]))
        #expect(selector.matches(["example.com/slot": "7"]) && !selector.matches(["example.com/slot": "70"]) && !selector.matches([:]))
    }
}

@Suite struct ShardTableTests {
    @Test func `A table is written as text and read again`() {
        var table = ShardTable(owners: ["a", nil, "b-1", "a"])
        table.number = 7
        #expect(table.text == "7: a - b-1 a")
        #expect(ShardTable(table.text) == table)
    }

    @Test("What is no table is not taken for one", arguments: ["", "7:", "a b", "x: a", "7: a  b", " 7: a", "7 a b"])
    func malformed(text: String) { #expect(ShardTable(text) == nil) }

    @Test func `Random bytes are never taken for a table that says something else`() {
        var random = SeededRandom(seed: 5)
        let alphabet = Array("0123456789: ab-")
        for _ in 0..<5000 {
            let text = String((0..<Int.random(in: 0..<12, using: &random)).map { _ in alphabet.randomElement(using: &random)! })
            guard let table = ShardTable(text) else { continue }
            #expect(ShardTable(table.text) == table)
        }
    }

    @Test("However members come and go, slots are shared evenly and no more change hands than must", arguments: 0..<20)
    func sharing(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        let count = Int.random(in: 1...70, using: &random)
        var table = ShardTable(slots: count)
        var members: Set<String> = []
        for _ in 0..<40 {
            let name = "m\(Int.random(in: 0..<9, using: &random))"
            if members.remove(name) == nil { members.insert(name) }
            let shared = table.shared(among: members)
            guard !members.isEmpty else {
                #expect(shared.owners.allSatisfy { $0 == nil })
                continue
            }
            let loads = members.map { shared.slots(of: $0).count }
            #expect(loads.reduce(0, +) == count, "each slot has an owner who lives")
            #expect(loads.max()! - loads.min()! <= 1)
            let kept = table.owners.indices.count { shared.owners[$0] == table.owners[$0] }
            let (share, extra) = (count / members.count, count % members.count)
            let held = members.map { table.slots(of: $0).count }.sorted(by: >)
            let keepable = held.enumerated().map { min($1, share + ($0 < extra ? 1 : 0)) }.reduce(0, +)
            #expect(kept == keepable, "nobody gives away what he may keep")
            #expect(shared.shared(among: members) == shared, "and then it rests")
            table = shared
        }
    }
}
