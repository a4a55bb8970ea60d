import KubeCore
import KubeRuntime
import Randomness
import Testing

@Suite struct StoreTests {
    private func following(_ writer: StoreWriter<ConfigMap>) -> Recorder<String> {
        let changes = Recorder<String>()
        writer.store.subscribe { changes.add(words($0)) }
        return changes
    }

    @Test func `A list replaces everything, and tells what was missed`() {
        let writer = StoreWriter<ConfigMap>()
        let changes = following(writer)
        writer.replace([object("x", 1), object("y", 2), object("z", 3)], resourceVersion: "3")
        #expect(Set(changes.all) == ["added x 1 initially", "added y 2 initially", "added z 3 initially"])
        changes.clear()
        writer.replace([object("x", 1), object("y", 7), object("w", 8)], resourceVersion: "9")
        #expect(Set(changes.all) == ["deleted z 3", "modified y 7", "added w 8"])
        #expect(Set(writer.store.keys) == [key("x"), key("y"), key("w")])
        #expect(writer.store.resourceVersion == "9")
    }

    @Test("A list that names an object twice leaves its last state, found by that alone", arguments: [true, false])
    func twice(isTold: Bool) {
        let byValue = StoreIndex<ConfigMap>("value") { [$0.data["value"] ?? ""] }
        let writer = StoreWriter<ConfigMap>(indices: [byValue])
        let changes = isTold ? following(writer) : Recorder<String>()
        writer.replace([object("x", 1, "old"), object("y", 2, "same"), object("x", 3, "new")], resourceVersion: "3")
        #expect(writer.store.get(key("x"))?.data["value"] == "new")
        #expect(writer.store.count == 2)
        #expect(writer.store.objects(byValue, "old").isEmpty)
        #expect(writer.store.objects(byValue, "new").map(\.metadata.name) == ["x"])
        #expect(writer.store.objects(in: "a").count == 2)
        #expect(changes.all == (isTold ? ["added x 1 initially", "added y 2 initially", "modified x 3 initially"] : []))
    }

    @Test func `Objects that could not be read stay as they were`() {
        let writer = StoreWriter<ConfigMap>()
        writer.replace([object("x", 1, "old"), object("y", 2)], resourceVersion: "2")
        let changes = following(writer)
        changes.clear()
        writer.replace([], keeping: [key("x"), key("never-seen")], resourceVersion: "9")
        #expect(changes.all == ["deleted y 2"])
        #expect(writer.store.get(key("x"))?.data["value"] == "old")
        #expect(writer.store.count == 1)
    }

    @Test func `Events change the store, and none takes an object back in time`() {
        let writer = StoreWriter<ConfigMap>()
        writer.replace([object("x", 5, "five")], resourceVersion: "5")
        let changes = following(writer)
        changes.clear()
        writer.apply(.modified(object("x", 4, "four")))
        writer.apply(.modified(object("x", 5, "five")))
        writer.apply(.deleted(object("x", 3)))
        #expect(changes.all == [])
        #expect(writer.store.resourceVersion == "5")
        writer.apply(.modified(object("x", 10, "ten")))
        writer.apply(.added(object("y", 11)))
        writer.apply(.deleted(object("x", 12)))
        writer.apply(.deleted(object("x", 13)))
        writer.apply(.bookmark(resourceVersion: "20", initialEventsEnd: false))
        writer.apply(.bookmark(resourceVersion: "19", initialEventsEnd: false))
        #expect(changes.all == ["modified x 10", "added y 11", "deleted x 10"])
        #expect(writer.store.resourceVersion == "20")
        #expect(writer.store.keys == [key("y")])
    }

    @Test func `An echo of what was deleted since does not bring it back`() {
        let writer = StoreWriter<ConfigMap>()
        writer.replace([object("x", 5), object("y", 6)], resourceVersion: "6")
        let changes = following(writer)
        changes.clear()
        writer.apply(.deleted(object("x", 12)))
        writer.apply(.added(object("x", 5)))
        writer.apply(.modified(object("x", 11)))
        #expect(changes.all == ["deleted x 5"])
        // One transaction may end several objects, all at one version.
        writer.apply(.deleted(object("y", 12)))
        #expect(writer.store.count == 0)
    }

    @Test func `What can't be read stays as it was, until it is deleted`() {
        let writer = StoreWriter<ConfigMap>()
        writer.replace([object("x", 5, "old")], resourceVersion: "5")
        let changes = following(writer)
        changes.clear()
        writer.skip(UndecodableObject(key: key("x"), resourceVersion: "7", message: ""))
        #expect(writer.store.get(key("x"))?.data["value"] == "old")
        #expect(writer.store.resourceVersion == "7", "it has been seen, if not read")
        writer.skip(UndecodableObject(key: key("x"), resourceVersion: "6", message: "", isDeleted: true))
        #expect(writer.store.count == 1, "an echo")
        writer.skip(UndecodableObject(key: key("x"), resourceVersion: "9", message: "", isDeleted: true))
        #expect(changes.all == ["deleted x 5"])
        #expect(writer.store.resourceVersion == "9")
    }

    @Test func `A snapshot stays as it is while the store goes on`() {
        let writer = StoreWriter<ConfigMap>(indices: [.owner])
        writer.replace([object("x", 5, "old", owners: ["o"]), object("y", 5)], resourceVersion: "5")
        let snapshot = writer.store.snapshot()
        writer.apply(.modified(object("x", 6, "new")))
        writer.apply(.deleted(object("y", 7)))
        #expect(snapshot.get(key("x"))?.data["value"] == "old")
        #expect(Set(snapshot.keys) == [key("x"), key("y")] && snapshot.count == 2 && snapshot.isSynced)
        #expect(snapshot.objects(.owner, "o").map(\.metadata.name) == ["x"])
        #expect(snapshot.objects(in: "a").count == 2 && snapshot.all().count == 2)
        #expect(snapshot.resourceVersion == "5")
        #expect(writer.store.resourceVersion == "7" && writer.store.objects(.owner, "o").isEmpty)
    }

    @Test func `Readers on other threads see one list or the next, never a mixture`() async throws {
        let byValue = StoreIndex<ConfigMap>("value") { Array($0.data.values) }
        let writer = StoreWriter<ConfigMap>(indices: [byValue])
        let store = writer.store
        let (mixtures, looks) = (Recorder<String>(), Recorder<Int>())
        func generation(_ number: Int) -> [ConfigMap] { (0..<40).map { object("x\($0)", number, "\(number)") } }
        writer.replace(generation(1), resourceVersion: "1")
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<3 {
                group.addTask {
                    while !Task.isCancelled {
                        let snapshot = store.snapshot()
                        for objects in [store.all(), snapshot.all()] where Set(objects.map { $0.data["value"] }).count != 1 {
                            mixtures.add("\(objects)")
                        }
                        let value = snapshot.all()[0].data["value"] ?? ""
                        if snapshot.objects(byValue, value).count != 40 { mixtures.add("the index of \(value)") }
                        looks.add(1)
                        await Task.yield()
                    }
                }
            }
            for number in 2..<150 {
                writer.replace(generation(number), resourceVersion: "\(number)")
                await Task.yield()
            }
            while looks.count < 10 { await Task.yield() }
            group.cancelAll()
        }
        #expect(mixtures.all == [])
    }

    @Test func `Whoever subscribes while another thread writes hears of each object in the order of its versions`() async throws {
        let writer = StoreWriter<ConfigMap>()
        writer.replace((0..<20).map { object("x\($0)", 1) }, resourceVersion: "1")
        let confused = Recorder<String>()
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                for version in 2..<1500 {
                    writer.apply(.modified(object("x\(version % 20)", version)))
                    if version % 10 == 0 { await Task.yield() }
                }
            }
            for _ in 0..<60 {
                group.addTask {
                    let last = Recorder<(ObjectKey, Int)>()
                    let subscription = writer.store.subscribe { change in
                        let version = Int(change.object.metadata.resourceVersion ?? "") ?? 0
                        if last.all.contains(where: { $0.0 == change.key && $0.1 >= version }) { confused.add(words(change)) }
                        last.add((change.key, version))
                    }
                    for _ in 0..<5 { await Task.yield() }
                    subscription.cancel()
                }
            }
        }
        #expect(confused.all == [])
    }

    @Test func `An object created anew under the same name is first deleted`() {
        let writer = StoreWriter<ConfigMap>()
        writer.replace([object("x", 1, uid: "one")], resourceVersion: "1")
        let changes = following(writer)
        changes.clear()
        writer.apply(.added(object("x", 4, uid: "two")))
        #expect(changes.all == ["deleted x 1", "added x 4"])
        writer.apply(.deleted(object("x", 2, uid: "one")))
        #expect(writer.store.get(key("x"))?.metadata.uid == "two", "a late word of the first does not harm the second")
        writer.replace([object("x", 9, uid: "three")], resourceVersion: "9")
        #expect(changes.all.suffix(2) == ["deleted x 4", "added x 9"])
    }

    @Test func `A list from a restored server is believed, though its versions are smaller`() {
        let writer = StoreWriter<ConfigMap>()
        writer.replace([object("x", 50, "new")], resourceVersion: "50")
        writer.replace([object("x", 7, "old")], resourceVersion: "8")
        #expect(writer.store.get(key("x"))?.data["value"] == "old")
        #expect(writer.store.resourceVersion == "8")
    }

    @Test func `Indices find objects, and follow them`() {
        let byValue = StoreIndex<ConfigMap>("value") { $0.data.values.filter { !$0.isEmpty } }
        let writer = StoreWriter<ConfigMap>(indices: [byValue, .owner])
        let store = writer.store
        writer.replace(
            [object("x", 1, "red", owners: ["o1", "o2"]), object("y", 1, "red"), object("z", 1, "", namespace: "b")], resourceVersion: "1")
        #expect(Set(store.objects(byValue, "red").map(\.key)) == [key("x"), key("y")])
        #expect(store.values(of: byValue, sharedByMoreThan: 1) == ["red"])
        #expect(store.values(of: byValue, sharedByMoreThan: 2).isEmpty)
        #expect(store.objects(.owner, "o2").map(\.key) == [key("x")])
        #expect(store.objects(in: "b").map(\.metadata.name) == ["z"])
        writer.apply(.modified(object("x", 2, "blue")))
        #expect(store.objects(byValue, "red").map(\.key) == [key("y")])
        #expect(store.objects(byValue, "blue").map(\.key) == [key("x")])
        #expect(store.objects(.owner, "o2").isEmpty)
        writer.apply(.deleted(object("y", 3)))
        #expect(store.objects(byValue, "red").isEmpty)
        #expect(store.objects(StoreIndex("unknown") { _ in ["x"] }, "x").isEmpty)
    }

    @Test func `Whoever subscribes late hears what is there, until he cancels`() {
        let writer = StoreWriter<ConfigMap>()
        writer.replace([object("x", 1)], resourceVersion: "1")
        let changes = Recorder<String>()
        let subscription = writer.store.subscribe { changes.add(words($0)) }
        writer.apply(.modified(object("x", 2)))
        subscription.cancel()
        writer.apply(.modified(object("x", 3)))
        #expect(changes.all == ["added x 1 initially", "modified x 2"])
    }

    @Test func `Waiting for the first list ends with it, or with cancellation`() async throws {
        let writer = StoreWriter<ConfigMap>()
        #expect(!writer.store.isSynced)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await writer.store.waitUntilSynced() }
            writer.replace([], resourceVersion: "1")
            try await group.waitForAll()
        }
        #expect(writer.store.isSynced)
        let never = StoreWriter<ConfigMap>().store
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await #expect(throws: CancellationError.self) { try await never.waitUntilSynced() } }
            group.cancelAll()
        }
    }

    @Test("After random events, subscribers know what the store holds", arguments: 0..<10)
    func properties(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        let byValue = StoreIndex<ConfigMap>("value", crowd: 2) { Array($0.data.values) }
        // Names each value twice, which is as good as once.
        let slowly = StoreIndex<ConfigMap>("slowly") { Array($0.data.values) + Array($0.data.values) }
        let writer = StoreWriter<ConfigMap>(indices: [byValue, slowly])
        let mirror = Recorder<Change<ConfigMap>>()
        writer.store.subscribe { mirror.add($0) }
        var version = 1
        for _ in 0..<300 {
            version += 1
            let name = ["a", "b", "c", "d"].randomElement(using: &random)!
            let other = object(
                name, max(1, version - Int.random(in: 0..<3, using: &random)), String(Int.random(in: 0..<3, using: &random)),
                uid: String(Int.random(in: 0..<2, using: &random)))
            switch Int.random(in: 0..<5, using: &random) {
            case 0: writer.apply(.deleted(other))
            case 1:
                writer.replace(
                    [other, object("e", version, "5")],
                    keeping: ["a", "b"].map { key($0) }.shuffled(using: &random).prefix(1).reduce(into: []) { $0.insert($1) },
                    resourceVersion: String(version))
            default: writer.apply(.modified(other))
            }
            for count in 0...3 {
                let shared = Dictionary(grouping: writer.store.all()) { $0.data["value"] ?? "" }.filter { $0.value.count > count }.keys
                #expect(Set(writer.store.values(of: byValue, sharedByMoreThan: count)) == Set(shared))
                #expect(writer.store.values(of: slowly, sharedByMoreThan: count).sorted() == shared.sorted())
            }
        }
        var known: [ObjectKey: ConfigMap] = [:]
        for change in mirror.all {
            #expect(known[change.key] == change.old, "a change starts from what the last one left")
            known[change.key] = change.new
        }
        #expect(known == Dictionary(uniqueKeysWithValues: writer.store.all().map { ($0.key, $0) }))
        for value in 0..<6 {
            let expected = Set(known.values.filter { $0.data["value"] == String(value) }.map(\.key))
            #expect(Set(writer.store.objects(byValue, String(value)).map(\.key)) == expected)
            #expect(writer.store.objects(slowly, String(value)).map(\.key).sorted() == expected.sorted())
            #expect(writer.store.count(byValue, String(value)) == expected.count)
        }
    }
}
