import KubeCore
import Testing

@testable import KubeRuntime

@Suite struct ShardStateMachineTests {
    private func group(_ members: Int, seed: Int, slots: Int = 16) throws -> ShardSimulation {
        var simulation = ShardSimulation(slots: slots, seed: seed)
        for _ in 0..<members { simulation.join() }
        _ = try #require(simulation.run(.seconds(60)) { $0.isShared }, "they share: \(simulation.loads)")
        return simulation
    }

    @Test("Members that start together share all slots evenly", arguments: [1, 2, 3, 5, 20])
    func starting(members: Int) throws {
        let simulation = try group(members, seed: members)
        #expect(simulation.violations.isEmpty && simulation.losses.isEmpty)
    }

    @Test("A member that comes gets its share within seconds", arguments: 0..<10)
    func coming(seed: Int) throws {
        var simulation = try group(2, seed: seed)
        simulation.join()
        // What is in hand takes four seconds at most.
        let took = try #require(simulation.run(.seconds(60)) { $0.isShared && $0.loads.count == 3 })
        #expect(took <= .seconds(15))
        #expect(simulation.violations.isEmpty && simulation.losses.isEmpty)
    }

    @Test("A member that ends gives away what it has, and its Lease is gone", arguments: 0..<10)
    func going(seed: Int) throws {
        var simulation = try group(3, seed: seed)
        simulation.members[0].machine.stop()
        let took = try #require(simulation.run(.seconds(60)) { !$0.members[0].isRunning && $0.isShared })
        #expect(took <= .seconds(12))
        #expect(Set(simulation.leases.keys) == ["g", "g-m2", "g-m3"])
        #expect(simulation.violations.isEmpty && simulation.losses.isEmpty)
    }

    @Test("The slots of a member that vanished are taken when its Lease has run out, and the Lease is cleared away", arguments: 0..<10)
    func vanishing(seed: Int) throws {
        var simulation = try group(3, seed: seed)
        simulation.members[0].isRunning = false
        let took = try #require(simulation.run(.seconds(60)) { $0.isShared })
        #expect(took >= .seconds(13) && took <= .seconds(20))
        _ = simulation.run(.seconds(10))
        #expect(Set(simulation.leases.keys) == ["g", "g-m2", "g-m3"])
        #expect(simulation.violations.isEmpty && simulation.losses.isEmpty)
    }

    @Test("A member that stood still for too long is none any more, one that did not is", arguments: [3, 9, 12, 16, 40], 0..<2)
    func standing(seconds: Int, seed: Int) throws {
        var simulation = try group(3, seed: seed)
        simulation.members[0].stoppedUntil = simulation.now + .seconds(seconds)
        _ = simulation.run(.seconds(70))
        #expect(simulation.violations.isEmpty)
        if seconds >= 12 { #expect(!simulation.members[0].isRunning && simulation.losses.count == 1) }
        if seconds <= 3 { #expect(simulation.members[0].isRunning) }
        #expect(simulation.isShared)
    }

    @Test func `A table of another number of slots ends whoever does not know it`() throws {
        var simulation = try group(2, seed: 1)
        simulation.members.append(
            .init(machine: ShardStateMachine(identity: "other", slots: 32, timing: .standard)))
        _ = simulation.run(.seconds(10))
        #expect(simulation.losses.count == 1)
        #expect(simulation.losses.first?.contains("give all members the same number") == true)
    }

    @Test("A slot never has two owners, whatever is lost and late and whoever comes and goes", arguments: 0..<8)
    func anything(seed: Int) {
        var simulation = ShardSimulation(slots: 12, seed: seed)
        var mostShared = 0
        for round in 0..<90 {
            simulation.trouble = [0, 30, 200].randomElement(using: &simulation.random)!
            let running = simulation.members.indices.filter { simulation.members[$0].isRunning }
            let victim = running.randomElement(using: &simulation.random)
            switch Int.random(in: 0..<8, using: &simulation.random) {
            case 0: if let victim { simulation.members[victim].isCutOff = true }
            case 1: for index in running { simulation.members[index].isCutOff = false }
            case 2: if let victim { simulation.members[victim].machine.stop() }
            case 3: if let victim { simulation.members[victim].isRunning = false }
            case 4:
                if let victim {
                    let pause = Duration.milliseconds(Int.random(in: 0...30_000, using: &simulation.random))
                    simulation.members[victim].stoppedUntil = simulation.now + pause
                }
            default: if running.count < 5 { simulation.join() }
            }
            _ = simulation.run(.milliseconds(Int.random(in: 0...6000, using: &simulation.random)))
            if round % 10 == 9 { simulation.members.removeAll { !$0.isRunning } }
            mostShared = max(mostShared, simulation.loads.reduce(0, +))
        }
        #expect(simulation.violations.isEmpty, "\(simulation.violations.prefix(3))")
        #expect(mostShared >= 6, "they did share")
        // And when all is calm, all is shared.
        simulation.trouble = 0
        for index in simulation.members.indices { simulation.members[index].isCutOff = false }
        simulation.join()
        #expect(simulation.run(.seconds(120)) { $0.isShared } != nil, "\(simulation.loads) \(simulation.leases)")
    }

    private func lease(_ name: String, version: Int, table: ShardTable? = nil) -> Lease {
        Lease(
            metadata: ObjectMeta(
                name: name, namespace: "a", uid: "uid-\(name)", resourceVersion: String(version),
                annotations: table.map { [ShardMember.tableAnnotation: $0.text] } ?? [:]),
            spec: .init(holderIdentity: name, leaseDurationSeconds: 15))
    }

    private func next(_ machine: inout ShardStateMachine, _ seconds: Int, inHand: Set<Int> = []) -> ShardStateMachine.Action {
        machine.next(now: .seconds(seconds), wallTime: Timestamp(seconds: 0), random: 0.5, isInHand: inHand.contains)
    }

    /// One who owns both of two slots, and sees another come.
    private func owner() -> (ShardStateMachine, ShardTable) {
        var machine = ShardStateMachine(identity: "a", slots: 2, timing: .standard)
        machine.renewed(lease("g-a", version: 1), sentAt: .zero, random: 0.5)
        let table = ShardTable(owners: ["a", "a"])
        machine.read([lease("g", version: 2, table: table), lease("g-a", version: 1), lease("g-b", version: 3)], group: "g", now: .zero)
        return (machine, table)
    }

    @Test func `Nothing is begun in a slot that is to go, and it goes when nothing is in hand for it`() {
        var (machine, table) = owner()
        guard case .pause = next(&machine, 0, inHand: [0, 1]) else { return #expect(Bool(false), "wanted a pause") }
        #expect(machine.owned == [0, 1] && machine.usable == [0])
        table.owners = ["a", "b"]
        table.number = 1
        #expect(next(&machine, 0, inHand: [0]) == .write(table, Preconditions(uid: "uid-g", resourceVersion: "2")))
        machine.wrote(lease("g", version: 4, table: table))
        #expect(machine.owned == [0] && machine.usable == [0])
    }

    @Test func `A slot that a lost write gave away is not used before the table has changed, for the write may still arrive`() {
        var (machine, table) = owner()
        guard case .write = next(&machine, 0) else { return #expect(Bool(false), "wanted a write") }
        machine.failed(random: 0.5, took: .seconds(5))
        // The one who was to have it is gone, and all could be ours again.
        #expect(next(&machine, 1) == .read)
        machine.read([lease("g", version: 2, table: table), lease("g-a", version: 1)], group: "g", now: .seconds(1))
        table.number = 1
        #expect(next(&machine, 1) == .write(table, Preconditions(uid: "uid-g", resourceVersion: "2")), "so that the lost one can't arrive")
        #expect(machine.usable == [0])
        machine.wrote(lease("g", version: 5, table: table))
        _ = next(&machine, 1)
        #expect(machine.usable == [0, 1])
    }

    @Test func `Who is named in the table and has no Lease is dead only after the whole duration`() {
        var machine = ShardStateMachine(identity: "a", slots: 2, timing: .standard)
        let table = ShardTable(owners: ["a", "b"])
        func read(_ seconds: Int) {
            machine.renewed(lease("g-a", version: seconds), sentAt: .seconds(seconds), random: 0.5)
            machine.read([lease("g", version: 2, table: table), lease("g-a", version: seconds)], group: "g", now: .seconds(seconds))
        }
        for second in 0...14 {
            read(second)
            guard case .pause = next(&machine, second) else { return #expect(Bool(false), "wanted a pause at \(second)") }
        }
        read(15)
        guard case .write(let taken, _) = next(&machine, 15) else { return #expect(Bool(false), "wanted a write") }
        #expect(taken.owners == ["a", "a"])
    }

    @Test func `Who finds a slot of his taken is no member any more`() {
        var (machine, _) = owner()
        let taken = ShardTable(owners: ["a", "c"])
        machine.read([lease("g", version: 9, table: taken), lease("g-a", version: 1)], group: "g", now: .seconds(1))
        #expect(next(&machine, 1) == .lost("slot 1 was taken by c"))
        #expect(machine.usable.isEmpty && !machine.isAlive(at: .seconds(1)))
    }
}
