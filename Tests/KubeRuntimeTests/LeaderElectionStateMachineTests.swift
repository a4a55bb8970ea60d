import KubeCore
import Randomness
import Testing

@testable import KubeRuntime

@Suite struct LeaderElectionStateMachineTests {
    private typealias Machine = LeaderElectionStateMachine

    private func lease(_ holder: String?, version: Int, seconds: Int? = 15, transitions: Int? = 3) -> Lease {
        Lease(
            metadata: ObjectMeta(name: "l", namespace: "a", uid: "u", resourceVersion: String(version)),
            spec: .init(
                holderIdentity: holder, leaseDurationSeconds: seconds, acquireTime: Timestamp(seconds: 1), renewTime: Timestamp(seconds: 2),
                leaseTransitions: transitions))
    }

    private let wall = Timestamp(seconds: 100)

    private func next(_ machine: inout Machine, _ now: Int) -> Machine.Action {
        machine.next(now: .seconds(now), wallTime: wall, random: 0)
    }

    /// Between two tries of a candidate, or after a failure, when chance is zero.
    private let almostTwo = Duration.milliseconds(1900)

    private func machine() -> Machine { Machine(identity: "me", timing: .standard) }

    /// One that leads since second 0, its request sent then.
    private func leader() -> Machine {
        var machine = machine()
        machine.wrote(lease("me", version: 5), sentAt: .zero, now: .zero)
        return machine
    }

    @Test func `Where there is no lease, it creates one`() {
        var machine = machine()
        #expect(next(&machine, 0) == .read)
        machine.read(nil, now: .zero)
        let spec = Lease.Spec(
            holderIdentity: "me", leaseDurationSeconds: 15, acquireTime: wall, renewTime: wall, leaseTransitions: 0)
        #expect(next(&machine, 0) == .create(spec))
        machine.wrote(lease("me", version: 1), sentAt: .zero, now: .zero)
        #expect(machine.isLeading)
    }

    @Test("A lease that nobody holds is taken at once", arguments: ["", nil] as [String?])
    func free(holder: String?) {
        var machine = machine()
        machine.read(lease(holder, version: 5), now: .zero)
        guard case .update(let spec, let preconditions) = next(&machine, 0) else { return #expect(Bool(false), "wanted an update") }
        #expect(spec.holderIdentity == "me")
        #expect(spec.acquireTime == wall)
        #expect(spec.leaseTransitions == 4)
        #expect(preconditions == Preconditions(uid: "u", resourceVersion: "5"))
    }

    @Test func `Another's lease is taken when it has not changed for its whole duration since we saw it change`() {
        var machine = machine()
        machine.read(lease("other", version: 5, seconds: 20), now: .seconds(100))
        #expect(next(&machine, 100) == .pause(almostTwo))
        #expect(next(&machine, 110) == .read)
        machine.read(lease("other", version: 6, seconds: 20), now: .seconds(110))
        #expect(next(&machine, 125) == .pause(almostTwo), "renewed at 110, whatever its own times say")
        #expect(next(&machine, 129) == .read)
        machine.read(lease("other", version: 6, seconds: 20), now: .seconds(129))
        #expect(next(&machine, 129) == .pause(.seconds(1)), "no longer than it lasts")
        #expect(next(&machine, 130) == .read)
        machine.read(lease("other", version: 6, seconds: 20), now: .seconds(130))
        guard case .update = next(&machine, 130) else { return #expect(Bool(false), "wanted an update") }
    }

    @Test func `A leader renews each two seconds, and the lease says since when it leads`() {
        var machine = leader()
        #expect(next(&machine, 0) == .pause(.seconds(2)))
        guard case .update(let spec, let preconditions) = next(&machine, 2) else { return #expect(Bool(false), "wanted an update") }
        #expect(spec.acquireTime == Timestamp(seconds: 1))
        #expect(spec.renewTime == wall)
        #expect(spec.leaseTransitions == 3)
        #expect(preconditions.resourceVersion == "5")
    }

    @Test func `A leader who can't renew within ten seconds of his last good request leads no more`() {
        var machine = leader()
        _ = next(&machine, 0)
        for second in [2, 4, 6, 8] {
            guard case .update = next(&machine, second) else { return #expect(Bool(false), "wanted an update") }
            machine.failed(random: 0)
            if second < 8 { #expect(next(&machine, second) == .pause(almostTwo)) }
        }
        #expect(next(&machine, 9) == .pause(.seconds(1)), "no longer than leadership lasts")
        #expect(machine.isLeading)
        guard case .lost(let reason) = next(&machine, 10) else { return #expect(Bool(false), "wanted lost") }
        #expect(reason.contains("renewed"))
        #expect(!machine.isLeading)
        guard case .lost = next(&machine, 11) else { return #expect(Bool(false), "and it stays lost") }
    }

    @Test func `A leader who did not look at the clock for too long leads no more, before he has looked`() {
        let machine = leader()
        #expect(machine.isLeading(at: .milliseconds(9999)))
        #expect(!machine.isLeading(at: .seconds(10)))
    }

    @Test func `A request that was waited for in vain is part of the pause after it`() {
        var machine = leader()
        _ = next(&machine, 0)
        machine.failed(random: 0, took: .seconds(1))
        #expect(next(&machine, 3) == .pause(.milliseconds(900)))
        machine.failed(random: 0, took: .seconds(5))
        guard case .update = next(&machine, 8) else { return #expect(Bool(false), "wanted an update at once") }
    }

    @Test("No pause is longer than the period", arguments: [0, 0.5, 0.999])
    func pauses(random: Double) {
        var machine = machine()
        machine.read(lease("other", version: 5), now: .zero)
        guard case .pause(let pause) = machine.next(now: .zero, wallTime: wall, random: random) else {
            return #expect(Bool(false), "wanted a pause")
        }
        #expect(pause < .seconds(2) && pause > .seconds(1))
    }

    @Test func `A leader whose lease another holds leads no more`() {
        var machine = leader()
        machine.conflicted()
        _ = next(&machine, 1)
        #expect(next(&machine, 1) == .read)
        machine.read(lease("other", version: 9), now: .seconds(1))
        guard case .lost(let reason) = next(&machine, 1) else { return #expect(Bool(false), "wanted lost") }
        #expect(reason.contains("other"))
    }

    @Test func `A leader whose lease was deleted leads no more`() {
        var machine = leader()
        machine.conflicted()
        machine.read(nil, now: .seconds(1))
        guard case .lost = next(&machine, 1) else { return #expect(Bool(false), "wanted lost") }
    }

    @Test func `A conflict over a lease that is still ours is read and renewed`() {
        var machine = leader()
        _ = next(&machine, 0)
        machine.conflicted()
        #expect(next(&machine, 2) == .read)
        machine.read(lease("me", version: 7), now: .seconds(2))
        guard case .update(_, let preconditions) = next(&machine, 2) else { return #expect(Bool(false), "wanted an update") }
        #expect(preconditions.resourceVersion == "7")
    }

    @Test func `Only a leader has something to give up`() {
        #expect(machine().release(wallTime: wall) == nil)
        let (spec, preconditions) = leader().release(wallTime: wall)!
        #expect(spec.holderIdentity == "")
        #expect(spec.leaseDurationSeconds == 1)
        #expect(preconditions.resourceVersion == "5")
    }

    /// A server with one lease and candidates whose requests arrive late, fail or are lost on the way back.
    @Test("Of several candidates no two lead at once, whatever is lost and late", arguments: 0..<20)
    func safety(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        var machines = ["a", "b", "c"].map { Machine(identity: $0, timing: .standard) }
        var pausedUntil = [Duration](repeating: .zero, count: 3)
        var (stored, version, now): (Lease?, Int, Duration) = (nil, 0, .zero)
        var (cutOff, reigns): (Int?, Set<String>) = (nil, [])
        for _ in 0..<6000 {
            now += .milliseconds(Int.random(in: 20...200, using: &random))
            if Int.random(in: 0..<200, using: &random) == 0 {
                cutOff = Bool.random(using: &random) ? Int.random(in: 0..<3, using: &random) : nil
            }
            let index = Int.random(in: 0..<3, using: &random)
            guard pausedUntil[index] <= now else { continue }
            let isCutOff = cutOff == index
            func store(_ spec: Lease.Spec) -> Lease {
                version += 1
                stored = lease(
                    spec.holderIdentity, version: version, seconds: spec.leaseDurationSeconds, transitions: spec.leaseTransitions)
                return stored!
            }
            switch machines[index].next(now: now, wallTime: wall, random: Double.random(in: 0..<1, using: &random)) {
            case .pause(let pause): pausedUntil[index] = now + pause
            case .read: isCutOff ? machines[index].failed(random: 0) : machines[index].read(stored, now: now)
            case .create(let spec):
                if isCutOff {
                    machines[index].failed(random: 0)
                } else if stored != nil {
                    machines[index].conflicted()
                } else {
                    machines[index].wrote(store(spec), sentAt: now, now: now)
                }
            case .update(let spec, let preconditions):
                if isCutOff {
                    machines[index].failed(random: 0)
                } else if stored?.metadata.resourceVersion != preconditions.resourceVersion {
                    machines[index].conflicted()
                } else if Int.random(in: 0..<10, using: &random) == 0 {
                    _ = store(spec)  // it arrived, its answer did not
                    machines[index].failed(random: 0)
                } else {
                    machines[index].wrote(store(spec), sentAt: now, now: now)
                }
            case .lost: machines[index] = Machine(identity: machines[index].identity, timing: .standard)
            }
            // A leader acts as one only until his deadline; the election service cancels him then.
            let leaders = machines.filter { $0.isLeading && now < $0.mustRenewBefore! }
            #expect(leaders.count <= 1, "\(leaders.map(\.identity)) at \(now)")
            reigns.formUnion(leaders.map(\.identity))
        }
        #expect(!reigns.isEmpty)
    }
}
