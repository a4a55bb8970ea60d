import Glibc
import Harness
import KubeRuntime
import Testing

/// Leader election among processes, which are killed, stopped and cut off. The system's clock of each jumps all the time.
///
/// GRAFT_LONG_TESTS=1 runs with the durations of a cluster (15, 10 and 2 s) and holds them to their bounds; otherwise all are a fifth, and
/// since the machine may be busy with other things, only what must hold in any time is expected.
@Suite(.serialized) struct ElectionProcessTests {
    private static let slack = Duration.milliseconds(500)

    private func report(_ what: String, _ took: Duration, bound: Duration) {
        print("measured: \(what): \(took) (bound \(bound))")
        if ElectionFleet.isLong { #expect(took <= bound + Self.slack, "\(what)") }
    }

    @Test("A leader that is killed is followed by another, and so is one that is told to stop", arguments: [2, 3])
    func killed(count: Int) async throws {
        try await withElection(count) { fleet in
            let (first, _) = try await fleet.leader(writes: 5)
            let killed = fleet.silence(first, SIGKILL)
            var (second, since) = try await fleet.leader(butNot: [first], writes: 5)
            report(
                "kill -9 of one of \(count) until the next leads", since - killed,
                bound: ElectionFleet.scaled(15) + ElectionFleet.scaled(2))
            if count == 2 { try fleet.start() }

            var stopped = Surroundings.system.now()
            second.program.send(SIGTERM)
            var outcome = try await second.program.wait()
            // Another one, where this one lost the lease at that very moment.
            for _ in 0..<3 where second.isLost && !ElectionFleet.isLong {
                (second, _) = try await fleet.leader(butNot: [first, second], writes: 5)
                stopped = Surroundings.system.now()
                second.program.send(SIGTERM)
                outcome = try await second.program.wait()
            }
            #expect(outcome.status == 0)
            (_, since) = try await fleet.leader(butNot: [first, second], writes: 5)
            report("graceful stop of one of \(count) until the next leads", since - stopped, bound: ElectionFleet.scaled(2))
            #expect(fleet.contradictions() == [])
        }
    }

    @Test func `A leader that was stopped and wakes up writes nothing any more`() async throws {
        try await withElection(2) { fleet in
            // Given a leader in the middle of its writes
            let (first, _) = try await fleet.leader(writes: 20)
            // When the whole process stands still, and another has taken over
            _ = fleet.silence(first, SIGSTOP)
            _ = try await fleet.leader(butNot: [first], writes: 20)
            let before = fleet.writes(of: first)
            first.program.send(SIGCONT)
            // Then it finds that its time is over, though its writer tries on
            let outcome = try await first.program.wait()
            #expect(outcome.status == 1)
            #expect(!first.moments("refused").isEmpty, "the fence stopped its writer: \(outcome)")
            #expect(first.moments("lost").count == 1)
            let number = fleet.writes
            try await eventually("there are writes by others", within: .seconds(180)) {
                try fleet.supervise()
                return fleet.writes > number + 5
            }
            #expect(fleet.writes(of: first) == before)
            #expect(fleet.contradictions() == [])
        }
    }

    @Test(
        "While the API server is away nobody takes over, and when it is back someone leads", arguments: [5, 20, 60],
        [LoopbackGate.Way.silent, .refused])
    func away(seconds: Int, way: LoopbackGate.Way) async throws {
        // Each of the long ones once is enough by default.
        if !ElectionFleet.isLong, seconds == 60, way == .refused { return }
        try await withElection(2) { fleet in
            let (first, _) = try await fleet.leader(writes: 5)
            for candidate in fleet.candidates { candidate.gate.set(way) }
            try await Task.sleep(for: ElectionFleet.scaled(seconds))
            if ElectionFleet.isLong { #expect(first.moments("ends").isEmpty == (seconds == 5)) }
            for candidate in fleet.candidates { candidate.gate.set(.open) }
            let back = Surroundings.system.now()
            if seconds == 5, ElectionFleet.isLong {
                let writes = fleet.writes(of: first)
                try await eventually("it writes on") { fleet.writes(of: first) > writes + 5 }
                #expect(first.moments("ends").isEmpty)
            } else if seconds > 5 {
                // It stopped by itself, and its supervisor starts it anew.
                #expect(try await first.program.wait().status == 1)
                let (_, nextSince) = try await fleet.leader(butNot: [first], writes: 5)
                // It may have been renewed unseen right before; whoever waits in vain for an answer waits half the renew deadline.
                let waiting = way == .silent ? ElectionFleet.scaled(5) : .zero
                report(
                    "API server away for \(ElectionFleet.scaled(seconds)), \(way), until someone leads", nextSince - back,
                    bound: ElectionFleet.scaled(15) + ElectionFleet.scaled(2) + waiting)
            }
            #expect(fleet.contradictions() == [])
        }
    }
}
