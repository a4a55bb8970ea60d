import Harness
import JSON
import KubeClient
import KubeCore
import KubeServer
import ServiceLifecycle
import Synchronization
import Testing

@testable import KubeRuntime

/// Members as services, against the embedded server.
@Suite struct ShardMemberTests {
    /// Short, but long for a slow machine: no member of these tests is meant to die by the clock.
    private static let timing = LeaderElection.Timing(
        leaseDuration: .seconds(60), renewDeadline: .seconds(40), retryPeriod: .milliseconds(200))
    private static let slots = ShardSlots(count: 8)

    /// Who works on what at the moment, and whether two ever did at once.
    private final class Ledger: Sendable {
        private let state = Mutex((busy: [ObjectKey: String](), crowded: [String](), done: [ObjectKey: [String]]()))
        func begin(_ key: ObjectKey, _ name: String) {
            state.withLock {
                if let other = $0.busy[key] { $0.crowded.append("\(key) by \(other) and \(name)") }
                $0.busy[key] = name
            }
        }
        func end(_ key: ObjectKey, _ name: String) {
            state.withLock {
                $0.busy[key] = nil
                $0.done[key, default: []].append(name)
            }
        }
        var crowded: [String] { state.withLock { $0.crowded } }
        func lastOwner(_ key: ObjectKey) -> String? { state.withLock { $0.done[key]?.last } }
        var keys: Set<ObjectKey> { state.withLock { Set($0.done.keys) } }
        func clear() { state.withLock { $0.done = [:] } }
    }

    /// A process of the fleet: a member, a reflector and a controller of all objects of which it takes its part.
    private struct Process: Sendable {
        let member: ShardMember
        let group: ServiceGroup

        init(_ name: String, _ client: Client, _ ledger: Ledger) {
            let reflector = Reflector<ConfigMap>(
                Api(client), labels: LabelSelector(matchLabels: ["fleet": "yes"]), logger: silent)
            member = ShardMember(
                client: client, namespace: "default", group: "fleet", name: name, slots: ShardMemberTests.slots,
                timing: ShardMemberTests.timing, logger: silent
            ) { member in
                let controller = Controller<ObjectKey>(
                    name, triggers: [.changes(of: reflector.store)], shard: Shard(member), logger: silent
                ) { key in
                    ledger.begin(key, name)
                    defer { ledger.end(key, name) }
                    try await Task.sleep(for: .milliseconds(2))
                    return .awaitChange
                }
                try await controller.run()
            }
            group = ServiceGroup(services: [reflector, member], logger: silent)
        }
    }

    private func key(_ number: Int) -> ObjectKey { ObjectKey(namespace: "default", name: "x\(number)") }

    @Test func `Each key is worked on by one process at a time, by another after processes have come and gone`() async throws {
        try await withEmbeddedCluster { cluster in
            let api = Api<ConfigMap>(cluster.client, namespace: "default")
            let ledger = Ledger()
            let count = 40
            for number in 0..<count { try await api.create(ConfigMap(metadata: ObjectMeta(name: "x\(number)", labels: ["fleet": "yes"]))) }
            func touchAll(_ round: String) async throws {
                ledger.clear()
                for number in 0..<count { try await api.mergePatch("x\(number)", ["data": ["round": .string(round)]] as JSON) }
                try await eventually("all of round \(round)") { ledger.keys.count == count }
            }
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                // Given one process, it has everything
                let one = Process("one", cluster.client, ledger)
                tasks.addTask { try await one.group.run() }
                try await eventually("one has all") { one.member.owned.count == 8 }
                try await touchAll("1")
                // When another comes, while objects change all the time
                let two = Process("two", cluster.client, ledger)
                tasks.addTask { try await two.group.run() }
                try await eventually("they share") {
                    try await api.mergePatch(
                        "x\(Int.random(in: 0..<count))", ["data": ["r": .string("\(UInt64.random(in: 0 ... .max))")]] as JSON)
                    return one.member.owned.count == 4 && two.member.owned.count == 4
                }
                // Then each has its part, and nothing is left out
                try await touchAll("2")
                for number in 0..<count {
                    #expect(ledger.lastOwner(key(number)) == (one.member.owns(key(number)) ? "one" : "two"))
                    #expect(one.member.owns(key(number)) != two.member.owns(key(number)))
                }
                // And when the first ends, the second has everything, and hears of all there is
                ledger.clear()
                await one.group.triggerGracefulShutdown()
                try await eventually("two has all") { two.member.owned.count == 8 }
                let gained = (0..<count).filter { !["two"].contains(ledger.lastOwner(key($0))) }
                #expect(one.member.owned.isEmpty)
                try await eventually("what the first had is looked at: \(gained)") { ledger.keys.count >= 16 }
                try await touchAll("3")
                try await eventually("the Lease of the one that ended is gone") {
                    let leases = try await Api<Lease>(cluster.client, namespace: "default").list().items.map(\.metadata.name)
                    return Set(leases) == ["fleet", "fleet-\(two.member.identity)"]
                }
                await two.group.triggerGracefulShutdown()
                try await tasks.waitForAll()
            }
            #expect(ledger.crowded.isEmpty)
            let table = try await Api<Lease>(cluster.client, namespace: "default").get("fleet")
            #expect(table.metadata.annotations["shard-slots"]?.hasSuffix(": - - - - - - - -") == true)
        }
    }

    @Test func `A slot is not given away while a reconcile of one of its keys runs`() async throws {
        try await withEmbeddedCluster { cluster in
            let (started, goOn) = (Signal(), Signal())
            let members = ["one", "two"].map {
                ShardMember(
                    client: cluster.client, namespace: "default", group: "fleet", name: $0, slots: Self.slots, timing: Self.timing,
                    logger: silent
                ) { _ in try await gracefulShutdown() }
            }
            let (first, second) = (members[0], members[1])
            try await running([{ try await first.run() }]) {
                try await eventually("one has all") { first.owned.count == 8 }
                // Given something in hand for each slot
                let busy = Controller<Int>("test", triggers: [], workers: 8, shard: Shard(first) { "\($0)" }, logger: silent) { _ in
                    started.fire()
                    try await goOn.wait()
                    return .awaitChange
                }
                try await running([{ try await busy.run() }, { try await second.run() }]) {
                    var taken: Set<Int> = []
                    for number in 0..<200 where taken.insert(Self.slots.slot(of: number)).inserted { busy.enqueue(number) }
                    #expect(taken.count == 8)
                    try await eventually("all are at work, and four slots are to go") {
                        busy.queue.runningCount == 8 && first.state.withLock { $0.machine.leaving.count } == 4
                    }
                    // When another waits for its share, it gets none
                    let patience = ContinuousClock.now + .seconds(1)
                    while ContinuousClock.now < patience {
                        #expect(second.owned.isEmpty)
                        try await Task.sleep(for: .milliseconds(20))
                    }
                    // Until the work is done
                    goOn.fire()
                    try await eventually("two has its share") { second.owned.count == 4 }
                    #expect(first.owned.isDisjoint(with: second.owned))
                }
            }
        }
    }

    @Test func `A member that is cut off stops before its slots are taken, and its writes are refused`() async throws {
        try await withEmbeddedCluster { cluster in
            let (time, line) = (ManualTime(), RestartingServer())
            line.use(cluster.server)
            let isOver = Recorder<String>()
            let member = ShardMember(
                client: try line.client(), namespace: "default", group: "fleet", name: "one", logger: silent,
                surroundings: time.surroundings
            ) { _ in
                do { try await gracefulShutdown() } catch {
                    isOver.add("cancelled")
                    throw error
                }
            }
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { await #expect(throws: MembershipLost.self) { try await member.run() } }
                try await eventually("it has all") { member.owned.count == 64 }
                #expect(member.fence.isOpen)
                line.use(nil)
                let cut = time.now
                try await eventually("it stops") {
                    time.advanceToNextSleeper(within: .seconds(3), asleep: 1)
                    return isOver.count == 1
                }
                #expect(member.owned.isEmpty && !member.owns("a") && !member.fence.isOpen)
                #expect(time.now - cut <= .seconds(10))
                try await tasks.waitForAll()
            }
        }
    }

    @Test func `Each process watches just its own slots, by a label`() async throws {
        try await withEmbeddedCluster { cluster in
            let label = ShardLabel("example.com/slot", slots: Self.slots)
            let api = Api<ConfigMap>(cluster.client, namespace: "default")
            let seen = Recorder<String>()
            func process(_ name: String) -> ShardMember {
                ShardMember(
                    client: cluster.client, namespace: "default", group: "fleet", name: name, slots: Self.slots, timing: Self.timing,
                    logger: silent
                ) { member in
                    try await member.whileOwning { slots in
                        let reflector = Reflector<ConfigMap>(Api(cluster.client), labels: label.selector(for: slots), logger: silent)
                        let controller = Controller<ObjectKey>(name, triggers: [.changes(of: reflector.store)], logger: silent) { key in
                            #expect(slots.contains(Self.slots.slot(of: key)))
                            seen.add("\(key.name) by \(name) of \(reflector.store.count)")
                            return .awaitChange
                        }
                        return [reflector, controller]
                    }
                }
            }
            for number in 0..<24 {
                let key = key(number)
                try await api.create(ConfigMap(metadata: ObjectMeta(name: key.name, labels: [label.name: label.value(for: key)])))
            }
            let (one, two) = (process("one"), process("two"))
            let groups = [one, two].map { ServiceGroup(services: [$0], logger: silent) }
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for group in groups { tasks.addTask { try await group.run() } }
                try await eventually("they share") { one.owned.count == 4 && two.owned.count == 4 }
                // Every object is with who owns its slot, and each has no more than its own.
                let mine = (0..<24).count { one.owns(key($0)) }
                try await eventually("all is seen by its owner") {
                    (0..<24).allSatisfy { number in
                        let (name, count) = one.owns(key(number)) ? ("one", mine) : ("two", 24 - mine)
                        return seen.all.contains("x\(number) by \(name) of \(count)")
                    }
                }
                seen.clear()
                await groups[0].triggerGracefulShutdown()
                try await eventually("the other has all") { (0..<24).allSatisfy { seen.all.contains("x\($0) by two of 24") } }
                await groups[1].triggerGracefulShutdown()
                try await tasks.waitForAll()
            }
        }
    }
}
