import GraftAPI
import KubeCore
import Testing

@testable import Rollout

@Suite("A restart, and hosts that come and go in it")
struct RestartedHostsTests {
    /// 1.1.0 on all hosts but those of the highest ranks, which were away and have 1.0.0.
    private func world(away: Int) -> (world: World, away: [Int]) {
        var world = World(hosts: 10)
        world.deliver("1.0.0")
        func rank(_ index: Int) -> Rank { Rank(salt: world.status.rollout!.salt, host: world.hosts[index].name) }
        let last = Array(world.hosts.indices.sorted { rank($0) < rank($1) }.suffix(away))
        world.kill(last)
        world.run(seconds: 100)
        world.deliver("1.1.0")
        return (world, last)
    }

    private func restarted(_ world: World) -> Int {
        world.hosts.count { $0.slot?.restarted != nil && $0.slot?.restarted == world.plan?.spec.restart }
    }

    private func isOver(_ world: World) -> Bool { !world.isRunning && world.verbs == Verbs() }

    @Test("Its waves ask fewer hosts while others that were away still come to the version, so that no more than may are in flight in all")
    func besideThoseThatCatchUp() {
        var (world, away) = world(away: 2)
        world.spec.strategy.maxUnavailable = .count(3)
        // They are back when it begins, with what they had.
        for index in away { world.hosts[index].isReady = true }
        world.verbs.restart = world.status.rollout?.id
        world.decide()
        #expect(world.status.rollout?.wave.number == 1 && away.allSatisfy { world.asked($0) == World.revision("1.1.0") })
        var most = 0
        world.run { world in
            let changing = world.hosts.count { host in
                world.plan.map { !host.hasArrived(by: $0.spec, World.revision("1.1.0")) } ?? false
            }
            most = max(most, changing)
            return self.isOver(world)
        }
        #expect(most == 3 && world.running("1.1.0") == 10 && restarted(world) == 10, "\(most): \(world.testDescription)")
    }

    @Test("Who fails what it catches up to keeps what it has, and holds up none of its waves")
    func besideThoseThatFail() {
        var (world, away) = world(away: 1)
        world.spec.strategy.maxUnavailable = .count(1)
        world.hosts[away[0]].behaviour[World.revision("1.1.0")] = .failsProbe
        world.hosts[away[0]].isReady = true
        world.verbs.restart = world.status.rollout?.id
        world.decide()
        // The one that comes back is all that may be in flight.
        #expect(world.status.rollout?.kind == .restart && world.status.rollout?.wave.number == 0)
        world.run { self.restarted($0) >= 3 }
        #expect(restarted(world) >= 3 && world.hosts[away[0]].active == World.revision("1.0.0"), "\(world.testDescription)")
    }

    @Test(
        "When it ends since its version is quarantined, nobody is waited for that would have to load that, nor that there be anyone",
        arguments: ["nobody is left", "one joins", "one comes back with another version"])
    func endsWithoutHosts(who: String) {
        var world = World(hosts: 2)
        world.deliver("1.0.0")
        world.kill([1])
        world.run(seconds: 100)
        world.deliver("1.1.0")
        world.verbs.restart = world.status.rollout?.id
        world.run { $0.status.rollout?.wave.number == 1 }
        world.hosts.remove(at: 0)
        if who.hasPrefix("one comes back") { world.hosts[0].isReady = true } else { world.hosts = [] }
        if who == "one joins" { world.hosts.append(SimulatedHost("edge.late")) }
        world[facts: "1.1.0"].quarantine = QuarantineFacts(name: "q", reason: "CVE")
        world.decide()
        #expect(world.status.rollout?.kind == .return && world.status.rollout?.cause == .restartEnded)
        world.run(limit: 200) { self.isOver($0) }
        #expect(isOver(world) && world.status.stable?.version == "1.1.0" && world.running("1.1.0") == 0, "\(world.testDescription)")
        // Nor does it hold up what is wanted instead.
        if world.hosts.isEmpty { world.hosts.append(SimulatedHost("edge.late")) }
        world.deliver("1.2.0")
    }
}
