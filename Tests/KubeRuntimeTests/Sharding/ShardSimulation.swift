import KubeCore
import Randomness

@testable import KubeRuntime

/// Members, a server with their Leases, and a network that delays, loses and cuts, all in simulated time.
struct ShardSimulation {
    struct Request {
        var action: ShardStateMachine.Action
        var sentAt: Duration
        /// When the server gets it, if it does. That may be long after its sender has given up.
        var arrivesAt: Duration?
        var answer: Answer?
        var answersAt: Duration?
    }

    enum Answer {
        case renewed(Lease)
        case list([Lease])
        case wrote(Lease)
        case removed
        case conflict
    }

    struct Member {
        var machine: ShardStateMachine
        var request: Request?
        var pausedUntil = Duration.zero
        var stoppedUntil = Duration.zero
        var isRunning = true
        /// By slot: until when something is in hand.
        var inHand: [Int: Duration] = [:]
        var isCutOff = false
    }

    static let tick = Duration.milliseconds(50)
    static let timing = LeaderElection.Timing.standard

    let slots: Int
    var members: [Member] = []
    var leases: [String: Lease] = [:]
    var late: [Request] = []
    var version = 0
    var now = Duration.seconds(1000)
    var random: SeededRandom
    var born = 0
    /// How much is delayed or lost, of a thousand requests.
    var trouble = 0
    /// What broke the promise that a slot has one owner.
    var violations: [String] = []
    var losses: [String] = []

    init(slots: Int, seed: Int) {
        self.slots = slots
        random = SeededRandom(seed: UInt64(seed))
    }

    mutating func join() {
        born += 1
        members.append(Member(machine: ShardStateMachine(identity: "m\(born)", slots: slots, timing: Self.timing)))
    }

    mutating func run(_ duration: Duration, until condition: (ShardSimulation) -> Bool = { _ in false }) -> Duration? {
        let start = now
        while now - start < duration {
            if condition(self) { return now - start }
            now += Self.tick
            for index in late.indices.reversed() where late[index].arrivesAt! <= now { _ = serve(late.remove(at: index).action) }
            for index in members.indices where members[index].isRunning && members[index].stoppedUntil <= now { step(index) }
            for index in members.indices where !members[index].isRunning {
                // What a member sent before it was killed may still arrive.
                if let request = members[index].request, request.answer == nil, request.arrivesAt != nil { late.append(request) }
                members[index].request = nil
            }
            check()
        }
        return nil
    }

    private mutating func check() {
        var owners: [Int: String] = [:]
        for member in members where member.isRunning && member.machine.isAlive(at: now) {
            for slot in member.machine.usable.union(member.inHand.keys) {
                if let other = owners[slot] { violations.append("slot \(slot) is \(other)'s and \(member.machine.identity)'s at \(now)") }
                owners[slot] = member.machine.identity
            }
        }
    }

    private mutating func step(_ index: Int) {
        members[index].inHand = members[index].inHand.filter { $1 > now }
        if members[index].machine.isAlive(at: now), let slot = members[index].machine.usable.sorted().randomElement(using: &random),
            Int.random(in: 0..<4, using: &random) == 0
        {
            members[index].inHand[slot] = now + .milliseconds(Int.random(in: 0...4000, using: &random))
        }
        if let request = members[index].request { return proceed(request, index) }
        guard members[index].pausedUntil <= now else { return }
        let (hand, chance) = (members[index].inHand, Double.random(in: 0..<1, using: &random))
        let wall = Timestamp(seconds: Int64.random(in: -1_000_000_000...1_000_000_000, using: &random))
        let action = members[index].machine.next(now: now, wallTime: wall, random: chance, isInHand: { hand[$0] != nil })
        switch action {
        // Work that ends wakes a member; here it looks often instead.
        case .pause(let pause): members[index].pausedUntil = now + min(pause, .milliseconds(200))
        case .finished: members[index].isRunning = false
        case .lost(let reason):
            losses.append("\(members[index].machine.identity): \(reason)")
            members[index].isRunning = false
        case .renew, .read, .write, .remove: send(action, index)
        }
    }

    private mutating func send(_ action: ShardStateMachine.Action, _ index: Int) {
        var request = Request(action: action, sentAt: now, arrivesAt: now + .milliseconds(Int.random(in: 0...100, using: &random)))
        if members[index].isCutOff {
            request.arrivesAt = nil
        } else if Int.random(in: 0..<1000, using: &random) < trouble {
            // Somewhere on its way it waits for half a minute at most.
            request.arrivesAt = now + .milliseconds(Int.random(in: 0...30_000, using: &random))
        }
        members[index].request = request
    }

    private mutating func proceed(_ sent: Request, _ index: Int) {
        var request = sent
        if request.answer == nil, let arrival = request.arrivesAt, arrival <= now {
            request.answer = serve(request.action)
            request.answersAt = Int.random(in: 0..<1000, using: &random) < trouble ? nil : now
            members[index].request = request
        }
        let left = members[index].machine.mustRenewBefore.map { max(.zero, $0 - request.sentAt) } ?? Self.timing.renewDeadline
        if let answer = request.answer, let at = request.answersAt, at <= now {
            members[index].request = nil
            receive(answer, request, index)
        } else if now >= request.sentAt + min(left, Self.timing.renewDeadline / 2) {
            if request.answer == nil, request.arrivesAt != nil { late.append(request) }
            members[index].request = nil
            members[index].machine.failed(random: 0.5, took: now - request.sentAt)
        }
    }

    private mutating func receive(_ answer: Answer, _ request: Request, _ index: Int) {
        switch answer {
        case .renewed(let lease): members[index].machine.renewed(lease, sentAt: request.sentAt, random: 0.5)
        case .list(let leases): members[index].machine.read(leases, group: "g", now: now)
        case .wrote(let lease): members[index].machine.wrote(lease)
        case .removed: if case .remove(let member, _) = request.action { members[index].machine.removed(member) }
        case .conflict: members[index].machine.conflicted()
        }
    }

    private mutating func serve(_ action: ShardStateMachine.Action) -> Answer {
        switch action {
        case .renew(let spec, let preconditions, let isLeaving):
            let name = "g-" + spec.holderIdentity!
            // Who has no Lease yet creates it, whether an earlier try arrived or not.
            guard preconditions == nil || leases[name]?.metadata.uid == preconditions?.uid else { return .conflict }
            return .renewed(store(name, spec, isLeaving ? [ShardMember.leavingAnnotation: "true"] : [:]))
        case .read: return .list(leases.values.map(\.self))
        case .write(let table, let preconditions):
            guard leases["g"]?.metadata.resourceVersion == preconditions?.resourceVersion else { return .conflict }
            return .wrote(store("g", .init(), [ShardMember.tableAnnotation: table.text]))
        case .remove(let member, let preconditions):
            guard let lease = leases["g-" + member] else { return .removed }
            let isMeant = preconditions.resourceVersion.map { $0 == lease.metadata.resourceVersion } ?? true
            guard lease.metadata.uid == preconditions.uid, isMeant else { return .conflict }
            leases["g-" + member] = nil
            return .removed
        default: return .conflict
        }
    }

    private mutating func store(_ name: String, _ spec: Lease.Spec, _ annotations: [String: String]) -> Lease {
        version += 1
        let uid = leases[name]?.metadata.uid ?? "uid-\(version)"
        let lease = Lease(
            metadata: ObjectMeta(name: name, namespace: "a", uid: uid, resourceVersion: String(version), annotations: annotations),
            spec: spec)
        leases[name] = lease
        return lease
    }

    /// How many slots each running member may use.
    var loads: [Int] { members.filter(\.isRunning).map { $0.machine.isAlive(at: now) ? $0.machine.usable.count : 0 } }
    var isShared: Bool { loads.reduce(0, +) == slots && (loads.max() ?? 0) - (loads.min() ?? 0) <= 1 }
}
