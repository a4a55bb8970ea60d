import KubeCore
import Randomness
import Testing

@testable import KubeRuntime

/// Candidates, a server and the network between them, all in simulated time: the durations are the real ones, and exact.
private struct ElectionSimulation {
    enum Trouble: Equatable {
        case none
        /// Connections are refused.
        case refused
        /// Packets vanish: no answer ever comes.
        case silent
    }

    struct Candidate {
        enum Doing {
            case free
            case pausing(until: Duration)
            /// A request that was sent: what comes of it, and when.
            case asking(sentAt: Duration, limit: Duration, answer: (at: Duration, give: Answer)?)
        }

        var machine: LeaderElectionStateMachine
        var doing = Doing.free
        var isAlive = true
        /// All of the process stands still until then.
        var stoppedUntil = Duration.zero
        /// Between it and the server.
        var trouble = Trouble.none
        var losses = 0
    }

    enum Answer {
        case read(Lease?)
        case wrote(Lease)
        case conflict
        case refused
    }

    static let latency = Duration.milliseconds(5)

    let timing = LeaderElection.Timing.standard
    var candidates: [Candidate]
    var lease: Lease?
    var version = 0
    var now = Duration.seconds(1000)
    var random: SeededRandom
    /// The moments when more than one led; there must be none.
    var crowded: [Duration] = []

    init(_ count: Int, seed: Int) {
        random = SeededRandom(seed: UInt64(seed))
        candidates = (0..<count).map {
            Candidate(machine: LeaderElectionStateMachine(identity: "c\($0)", timing: .standard))
        }
    }

    var leaders: [Int] { candidates.indices.filter { candidates[$0].isAlive && candidates[$0].machine.isLeading(at: now) } }

    /// Goes on until a condition holds, at most for a time.
    /// - Returns: how long that took; nil when it never held.
    mutating func run(_ limit: Duration, until condition: (ElectionSimulation) -> Bool = { _ in false }) -> Duration? {
        let end = now + limit
        let start = now
        while !condition(self) {
            guard let next = candidates.indices.compactMap(nextMoment).min(), next <= end else {
                now = end
                return condition(self) ? limit : nil
            }
            now = max(now, next)
            for index in candidates.indices where candidates[index].isAlive && candidates[index].stoppedUntil <= now { step(index) }
            if leaders.count > 1 { crowded.append(now) }
        }
        return now - start
    }

    /// When a candidate does something next, or its leadership runs out.
    private func nextMoment(_ index: Int) -> Duration? {
        let candidate = candidates[index]
        guard candidate.isAlive else { return nil }
        let next =
            switch candidate.doing {
            case .free: now
            case .pausing(let end): end
            case .asking(let sentAt, let limit, let answer): min(sentAt + limit, answer?.at ?? .seconds(1 << 40))
            }
        let awake = max(next, candidate.stoppedUntil)
        guard let end = candidate.machine.mustRenewBefore, end > now else { return awake }
        return min(awake, end)
    }

    private mutating func step(_ index: Int) {
        switch candidates[index].doing {
        case .free: decide(index)
        case .pausing(let end): if end <= now { decide(index) }
        case .asking(let sentAt, let limit, let answer):
            if let answer, answer.at <= now {
                candidates[index].doing = .free
                receive(answer.give, index, sentAt)
            } else if now >= sentAt + limit {
                candidates[index].doing = .free
                candidates[index].machine.failed(random: chance(), took: now - sentAt)
            }
        }
    }

    private mutating func receive(_ answer: Answer, _ index: Int, _ sentAt: Duration) {
        switch answer {
        case .read(let lease): candidates[index].machine.read(lease, now: now)
        case .wrote(let lease): candidates[index].machine.wrote(lease, sentAt: sentAt, now: now)
        case .conflict: candidates[index].machine.conflicted()
        case .refused: candidates[index].machine.failed(random: chance(), took: now - sentAt)
        }
    }

    private mutating func decide(_ index: Int) {
        // The system's clock is anything at all.
        let wallTime = Timestamp(seconds: Int64.random(in: -1_000_000_000...1_000_000_000, using: &random))
        let action = candidates[index].machine.next(now: now, wallTime: wallTime, random: chance())
        switch action {
        case .pause(let pause): candidates[index].doing = .pausing(until: now + pause)
        case .lost:
            candidates[index].losses += 1
            let again = LeaderElectionStateMachine(identity: "c\(index)-\(candidates[index].losses)", timing: timing)
            candidates[index].machine = again
            candidates[index].doing = .free
        case .read, .create, .update:
            let left = candidates[index].machine.mustRenewBefore.map { max(.zero, $0 - now) } ?? timing.renewDeadline
            let answer: (Duration, Answer)? =
                switch candidates[index].trouble {
                case .none: (now + Self.latency, answer(to: action))
                case .refused: (now + Self.latency, .refused)
                case .silent: nil
                }
            candidates[index].doing = .asking(sentAt: now, limit: min(left, timing.renewDeadline / 2), answer: answer)
        }
    }

    private mutating func answer(to action: LeaderElectionStateMachine.Action) -> Answer {
        switch action {
        case .create(let spec): lease == nil ? .wrote(store(spec)) : .conflict
        case .update(let spec, let preconditions):
            lease?.metadata.resourceVersion == preconditions.resourceVersion ? .wrote(store(spec)) : .conflict
        default: .read(lease)
        }
    }

    mutating func store(_ spec: Lease.Spec) -> Lease {
        version += 1
        let stored = Lease(metadata: ObjectMeta(name: "l", namespace: "a", uid: "u", resourceVersion: String(version)), spec: spec)
        lease = stored
        return stored
    }

    /// A leader stops and gives the lease up.
    mutating func stopGracefully(_ index: Int) {
        if let (spec, preconditions) = candidates[index].machine.release(wallTime: Timestamp(seconds: 0)),
            preconditions.resourceVersion == lease?.metadata.resourceVersion
        {
            _ = store(spec)
        }
        candidates[index].isAlive = false
    }

    mutating func chance() -> Double { Double.random(in: 0..<1, using: &random) }
}

@Suite struct LeaderElectionSimulationTests {
    /// A candidate reads the lease, and takes it: two requests and what is between them.
    private static let requests = Duration.milliseconds(50)

    private func elected(_ candidates: Int, _ seed: Int) throws -> (ElectionSimulation, leader: Int) {
        var simulation = ElectionSimulation(candidates, seed: seed)
        _ = try #require(simulation.run(.seconds(5)) { $0.leaders.count == 1 })
        // At some moment between two renewals.
        let pause = Duration.milliseconds(Int.random(in: 30_000...34_000, using: &simulation.random))
        _ = simulation.run(pause)
        return (simulation, try #require(simulation.leaders.first))
    }

    @Test("A leader that is killed is followed within the lease's duration and the retry period", arguments: [2, 3], 0..<20)
    func killed(candidates: Int, seed: Int) throws {
        var (simulation, leader) = try elected(candidates, seed)
        simulation.candidates[leader].isAlive = false
        let took = try #require(simulation.run(.seconds(60)) { $0.leaders.count == 1 })
        #expect(took <= .seconds(17) + Self.requests)
        #expect(simulation.crowded.isEmpty)
    }

    @Test("A leader that stops is followed within two seconds", arguments: [2, 3], 0..<20)
    func stopped(candidates: Int, seed: Int) throws {
        var (simulation, leader) = try elected(candidates, seed)
        simulation.stopGracefully(leader)
        let took = try #require(simulation.run(.seconds(60)) { $0.leaders.count == 1 })
        #expect(took <= .seconds(2))
        #expect(simulation.crowded.isEmpty)
    }

    @Test("A leader that stands still and goes on finds another leading, or leads on", arguments: [3, 9, 12, 16, 40], 0..<10)
    func paused(seconds: Int, seed: Int) throws {
        var (simulation, leader) = try elected(3, seed)
        simulation.candidates[leader].stoppedUntil = simulation.now + .seconds(seconds)
        _ = simulation.run(.seconds(90))
        #expect(simulation.crowded.isEmpty)
        #expect(simulation.leaders.count == 1)
        // Past the deadline it has lost, short of it it has not.
        if seconds >= 12 { #expect(simulation.candidates[leader].losses == 1) }
        if seconds <= 3 { #expect(simulation.leaders == [leader]) }
    }

    @Test(
        "A server that is away for five seconds changes nothing; for longer, someone leads in good time when it is back",
        arguments: [(5, true), (20, false), (60, false)], ["refused", "silent"])
    func away(outage: (seconds: Int, keeps: Bool), how: String) throws {
        for seed in 0..<20 {
            for count in [2, 3] {
                var (simulation, leader) = try elected(count, seed)
                for index in simulation.candidates.indices { simulation.candidates[index].trouble = how == "silent" ? .silent : .refused }
                _ = simulation.run(.seconds(outage.seconds))
                #expect(outage.keeps == (simulation.leaders == [leader]), "a leader that can't renew stops; seed \(seed)")
                for index in simulation.candidates.indices { simulation.candidates[index].trouble = .none }
                let took = try #require(simulation.run(.seconds(60)) { $0.leaders.count == 1 })
                // It may have been renewed unseen, right before; and whoever waits for an answer that won't come, waits half the renew deadline.
                #expect(took <= .seconds(how == "silent" ? 22 : 17) + Self.requests)
                if outage.keeps {
                    _ = simulation.run(.seconds(20))
                    #expect(simulation.leaders == [leader], "seed \(seed)")
                }
                #expect(simulation.crowded.isEmpty)
            }
        }
    }

    @Test("No two lead at once, whatever happens to whom", arguments: 0..<12)
    func anything(seed: Int) {
        var simulation = ElectionSimulation(3, seed: seed)
        var reigns: Set<Int> = []
        for _ in 0..<400 {
            let victim = Int.random(in: 0..<3, using: &simulation.random)
            switch Int.random(in: 0..<6, using: &simulation.random) {
            case 0: simulation.candidates[victim].trouble = .refused
            case 1: simulation.candidates[victim].trouble = .silent
            case 2:
                let pause = Duration.milliseconds(Int.random(in: 0...30_000, using: &simulation.random))
                simulation.candidates[victim].stoppedUntil = simulation.now + pause
            case 3:
                simulation.stopGracefully(victim)
                let name = "c\(victim)-new-\(simulation.now)"
                simulation.candidates[victim] = .init(machine: LeaderElectionStateMachine(identity: name, timing: .standard))
            default: for index in 0..<3 { simulation.candidates[index].trouble = .none }
            }
            _ = simulation.run(.milliseconds(Int.random(in: 0...8000, using: &simulation.random)))
            reigns.formUnion(simulation.leaders)
        }
        #expect(simulation.crowded.isEmpty)
        #expect(reigns.count == 3, "each of them led once")
    }
}
