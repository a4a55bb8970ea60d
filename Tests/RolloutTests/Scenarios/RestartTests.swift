import GraftAPI
import KubeCore
import Testing

@testable import Rollout

@Suite("A restart")
struct RestartTests {
    /// 1.0.0 before it, 1.1.0 everywhere.
    private func world(hosts: Int = 10, zones: [String] = [""]) -> World {
        var world = World(hosts: hosts, zones: zones)
        world.deliver("1.0.0")
        world.deliver("1.1.0")
        return world
    }

    private func restarted(_ world: World) -> Int {
        world.hosts.count { $0.slot?.restarted != nil && $0.slot?.restarted == world.plan?.spec.restart }
    }

    private func isOver(_ world: World) -> Bool { !world.isRunning && world.verbs == Verbs() }

    @Test("has every host load what it runs anew, once, in waves of maxUnavailable, and changes nothing else")
    func waves() throws {
        var world = world()
        let before = (world.status.stable, world.status.previous, world.plans.count, world.revisions)
        world.verbs.restart = world.status.rollout?.id
        var most = 0
        world.run { world in
            let asked = world.hosts.count { host in
                world.plan.flatMap { host.restart(by: $0.spec) }.map { $0 != host.slot?.restarted } ?? false
            }
            most = max(most, asked)
            #expect(world.hosts.allSatisfy { $0.active == World.revision("1.1.0") })
            return self.isOver(world) && world.status.rollout?.kind == .restart
        }
        #expect(world.hosts.allSatisfy { $0.restarts.count == 1 } && most == 2)
        #expect(world.status.stable == before.0 && world.status.canary == nil && world.status.previous == before.1)
        #expect(world.revisions == before.3 && world.status.phase == .healthy && world.status.message.contains("on 10 of 10 hosts"))
        // One write for the beginning and one a wave; the last of them is what stays.
        #expect(world.plans.count - before.2 <= 6)
        let plan = try #require(world.plan?.spec)
        #expect(plan.stable?.version == "1.1.0" && plan.canary == nil && plan.restart == world.status.rollout?.restart)
        #expect(world.events.contains { if case .restartStarted(_, "1.1.0", 10, 0) = $0 { true } else { false } })
        #expect(world.events.contains { if case .restartCompleted(_, "1.1.0", 10) = $0 { true } else { false } })
        // Nothing follows from it.
        let plans = world.plans.count
        world.run(seconds: 3600)
        #expect(world.plans.count == plans && world.hosts.allSatisfy { $0.restarts.count == 1 })
    }

    @Test("says where it is while it goes on")
    func tells() {
        var world = world()
        world.verbs.restart = world.status.rollout?.id
        world.run { $0.status.rollout?.wave.number == 1 }
        #expect(world.status.phase == .progressing && world.status.message.hasPrefix("Loading 1.1.0 anew: wave 1, 0 of 2 hosts active"))
        #expect(world.condition("Ready")?.reason == "Restarting" && world.condition("Ready")?.status == .isFalse)
        world.run { $0.status.rollout?.wave.soakStartTime != nil }
        #expect(world.status.message.contains("Loading 1.1.0 anew: the last wave, 2 hosts, soaks until"))
    }

    @Test("waits for each wave's soak, and goes by the order of labels")
    func soaksInOrder() {
        var world = world(hosts: 6)
        world.spec.strategy.order = HostOrder(label: "stage", values: ["staging"])
        for index in world.hosts.indices { world.hosts[index].labels = index < 3 ? ["stage": "staging"] : [:] }
        world.verbs.restart = world.status.rollout?.id
        world.run { world in
            let (staging, others) = (world.hosts.prefix(3), world.hosts.dropFirst(3))
            if others.contains(where: { !$0.restarts.isEmpty }) { #expect(staging.allSatisfy { $0.restarts.count == 1 }) }
            return self.isOver(world) && world.status.rollout?.kind == .restart
        }
        #expect(world.hosts.allSatisfy { $0.restarts.count == 1 })
    }

    @Test("means nothing where something moves, where it names another rollout, and when it is said twice")
    func ignored() {
        var world = world()
        let last = world.status.rollout!.id
        world.verbs.restart = "http-1-1-0-9"
        world.decide()
        #expect(world.decision?.events == [.verbIgnored("restart", reason: "rollout http-1-1-0-9 is not the last one, which is \(last).")])
        world.verbs.restart = last
        world.decide()
        let restart = world.status.rollout!.id
        // The same manifest is applied again.
        for _ in 1...3 {
            world.verbs.restart = last
            world.decide()
        }
        world.run { self.isOver($0) }
        world.verbs.restart = last
        world.run { self.isOver($0) }
        #expect(world.status.rollout?.id == restart && world.hosts.allSatisfy { $0.restarts.count == 1 })
        world.verbs.restart = restart
        world.decide()
        #expect(world.status.rollout?.kind == .restart && world.status.rollout?.id != restart)
        world.verbs.restart = world.status.rollout?.id
        world.decide()
        #expect(
            world.decision?.events.contains {
                if case .verbIgnored("restart", let reason) = $0 { reason.hasSuffix("is in progress.") } else { false }
            } ?? false)
        world.run { self.isOver($0) }
        world.ask(for: "1.2.0")
        world.verbs.restart = world.status.rollout?.id
        world.decide()
        #expect(world.status.canary?.version == "1.2.0" && world.status.rollout?.kind == .steps)
    }

    @Test(
        "is possible while the manifest asks for what was given up, is refused, or can't be resolved",
        arguments: ["bad", "refused", "pending"])
    func besideTrouble(trouble: String) {
        var world = world()
        switch trouble {
        case "bad":
            world.ask(for: "1.2.0", .failsProbe)
            world.run { $0.rolledBack }
        case "refused": world.wanted = .refused(Refusal(.verified, reason: "NoPolicy", message: "No policy matches."))
        default: world.wanted = .pending("it is being resolved")
        }
        world.decide()
        world.verbs.restart = world.status.rollout?.id
        world.run { self.isOver($0) && $0.status.rollout?.kind == .restart }
        #expect(world.hosts.allSatisfy { $0.restarts.count == 1 && $0.active == World.revision("1.1.0") })
    }

    @Test("is not possible after a withdrawal before the manifest asks for what hosts run: what was withdrawn comes back by its steps")
    func withdrawn() {
        var world = world(hosts: 4)
        world.distrust("1.1.0", Withdrawal(limits: [.count(2)]))
        world.run { $0.rolledBack && $0.running("1.0.0") == 4 }
        world.verbs.restart = world.status.rollout?.id
        world.decide()
        #expect(world.status.rollout?.kind == .return && world.status.rollout?.cause == .distrusted)
        world.ask(for: "1.0.0")
        world.decide()
        world.verbs.restart = world.status.rollout?.id
        world.run { self.isOver($0) && $0.status.rollout?.kind == .restart }
        #expect(world.hosts.allSatisfy { $0.restarts.count == 1 && $0.active == World.revision("1.0.0") })
    }

    @Test("is ended by an abort at once: who was not begun with keeps what it has, and everything is at rest again")
    func aborted() {
        var world = world()
        world.verbs.restart = world.status.rollout?.id
        world.run { $0.status.rollout?.wave.number == 2 }
        world.verbs.abort = world.status.rollout?.id
        world.decide()
        #expect(world.plan?.spec.restart == nil && world.plan?.spec.stable?.version == "1.1.0")
        world.run { self.isOver($0) && $0.status.phase == .healthy }
        #expect(world.hosts.count { $0.restarts.count == 1 } <= 4 && world.hosts.allSatisfy { $0.restarts.count <= 1 })
        #expect(world.status.stable?.version == "1.1.0" && world[facts: "1.1.0"].outcome == .good)
        #expect(world.status.message.contains("Its restart was ended: Rollout") && world.condition("Ready")?.status == .isTrue)
        // And another one does the rest, and all of it.
        world.verbs.restart = world.status.rollout?.id
        world.run { self.isOver($0) && $0.status.rollout?.kind == .restart }
        #expect(self.restarted(world) == 10)
    }

    @Test("ends when it fails hosts, and blames nobody", arguments: [Behaviour.failsProbe, .hangs, .kills])
    func failing(behaviour: Behaviour) {
        var world = world()
        for index in world.hosts.indices { world.hosts[index].behaviour[World.revision("1.1.0")] = behaviour }
        world.verbs.restart = world.status.rollout?.id
        world.decide()
        world.run(limit: 400) { !$0.isRunning && $0.status.rollout?.cause == .restartEnded }
        #expect(world.status.rollout?.cause == .restartEnded, "\(world.testDescription)")
        #expect(world.status.stable?.version == "1.1.0" && world.hosts.allSatisfy { $0.active == World.revision("1.1.0") })
        #expect(world[facts: "1.1.0"].outcome == .good && world[facts: "1.1.0"].quarantine == nil)
        // No more than the first wave was asked.
        #expect(world.hosts.count { !$0.restarts.isEmpty || $0.slot?.target?.state == .reverted } <= 2)
        #expect(world.events.contains { if case .restartEnded(_, _, _, true) = $0 { true } else { false } })
    }

    @Test("gives way to another version that is wanted, when all that were asked are heard again")
    func superseded() {
        var world = world()
        world.verbs.restart = world.status.rollout?.id
        world.run { $0.status.rollout?.wave.number == 1 }
        world.ask(for: "1.2.0")
        world.decide()
        #expect(world.plan?.spec.restart == nil && world.plan?.spec.canary == nil)
        world.run { $0.isDelivered("1.2.0") }
        #expect(world.isDelivered("1.2.0") && world.plan?.spec.restart == nil)
    }

    @Test("of what is quarantined or refused does not begin, and ends where that is found in the middle of it")
    func condemned() {
        var world = world()
        world[facts: "1.1.0"].quarantine = QuarantineFacts(name: "q", reason: "CVE")
        world.decide()
        world.verbs.restart = world.status.rollout?.id
        world.decide()
        #expect(world.status.rollout?.kind != .restart)
        world[facts: "1.1.0"].quarantine = nil
        world.verbs.restart = world.status.rollout?.id
        world.run { $0.status.rollout?.wave.number == 1 }
        world[facts: "1.1.0"].quarantine = QuarantineFacts(name: "q", reason: "CVE")
        world.decide()
        #expect(world.plan?.spec.restart == nil)
        world.run { self.isOver($0) }
        // A quarantine that does not evict leaves hosts what they run, as ever.
        #expect(world.status.stable?.version == "1.1.0" && world.running("1.1.0") == 10)
        world[facts: "1.1.0"].quarantine = QuarantineFacts(name: "q", evicts: true, reason: "CVE")
        world.run { $0.running("1.0.0") == 10 }
        #expect(world.running("1.0.0") == 10)
    }

    @Test("of what a quarantine evicts goes straight to what hosts are to run instead")
    func evicted() {
        var world = world()
        world.verbs.restart = world.status.rollout?.id
        world.run { $0.status.rollout?.wave.number == 1 }
        world[facts: "1.1.0"].quarantine = QuarantineFacts(name: "q", evicts: true, reason: "CVE")
        world.decide()
        #expect(world.status.stable?.version == "1.0.0" && world.status.rollout?.cause == .quarantined)
        world.run { $0.running("1.0.0") == 10 }
        #expect(world.running("1.0.0") == 10)
    }

    @Test("is held by a freeze window, and goes on in spite of it where somebody says why")
    func frozen() {
        var world = world()
        world.guards.freeze = FreezeFacts(guards: ["g"], until: nil, reason: "holidays")
        world.verbs.restart = world.status.rollout?.id
        world.run(seconds: 60)
        #expect(world.condition("Ready")?.reason == "FreezeWindow" && world.hosts.allSatisfy(\.restarts.isEmpty))
        world.verbs.overrideFreeze = "it leaks"
        world.run { self.isOver($0) }
        #expect(world.hosts.allSatisfy { $0.restarts.count == 1 })
    }

    @Test("needs no room in a budget of what is unproven, and no module beside it")
    func besideBudgets() {
        var world = world()
        world.guards.budget = BudgetFacts(name: "g", limit: 1, hosts: 10, used: 1, holders: "x 1", left: 0)
        for index in world.hosts.indices { world.hosts[index].unmetNeeds = [World.revision("1.1.0"): "no tls"] }
        world.verbs.restart = world.status.rollout?.id
        world.run { self.isOver($0) && $0.status.rollout?.kind == .restart }
        #expect(world.hosts.allSatisfy { $0.restarts.count == 1 })
    }

    @Test("leaves out hosts that can't, and says how many; where nobody can, it does not begin")
    func unable() {
        var world = world(hosts: 4)
        for index in 0..<2 { world.hosts[index].canRestart = false }
        world.verbs.restart = world.status.rollout?.id
        world.run { self.isOver($0) && $0.status.rollout?.kind == .restart }
        #expect(world.hosts.map(\.restarts.count) == [0, 0, 1, 1] && world.status.phase == .healthy)
        #expect(world.status.hosts.updated == 4)
        #expect(world.events.contains { if case .restartStarted(_, _, 2, 2) = $0 { true } else { false } })
        for index in world.hosts.indices { world.hosts[index].canRestart = false }
        let last = world.status.rollout?.id
        world.verbs.restart = last
        world.decide()
        #expect(world.status.rollout?.id == last)
        #expect(
            world.decision?.events.contains {
                if case .verbIgnored("restart", let reason) = $0 {
                    reason.hasPrefix("none of 4 Ready hosts can; edge.node-")
                } else {
                    false
                }
            } ?? false)
    }

    @Test("is caught up with by hosts that were away or held, and by none that joins meanwhile")
    func absent() {
        var world = world(hosts: 5)
        world.kill([0])
        world.hosts[1].isHeld = true
        world.run(seconds: 1)
        world.verbs.restart = world.status.rollout?.id
        world.run { self.isOver($0) && $0.status.rollout?.kind == .restart }
        #expect(world.hosts.map(\.restarts.count) == [0, 0, 1, 1, 1], "\(world.testDescription)")
        world.hosts.append(SimulatedHost("edge.late"))
        world.hosts[0].isReady = true
        world.hosts[1].isHeld = false
        world.run(seconds: 60)
        #expect(world.hosts.map(\.restarts.count) == [1, 1, 1, 1, 1, 0] && world.running("1.1.0") == 6)
        #expect(!world.isRunning && world.status.phase == .healthy)
    }

    @Test("goes on where it was, whenever the controller dies, and has each host do it once", arguments: World.Crash.allCases)
    func crashes(crash: World.Crash) throws {
        for moment in 0...25 {
            var world = world(hosts: 5)
            world.verbs.restart = world.status.rollout?.id
            for _ in 0..<moment { world.tick() }
            for index in world.hosts.indices { world.act(index) }
            world.decide(dying: crash)
            for index in world.hosts.indices { world.act(index) }
            try world.restart()
            // What was not removed is said once more.
            world.run(limit: 300) { self.isOver($0) && $0.status.rollout?.kind == .restart }
            #expect(world.hosts.allSatisfy { $0.restarts.count == 1 }, "died \(crash) at \(moment): \(world.testDescription)")
            #expect(world.status.phase == .healthy && world.status.stable?.version == "1.1.0" && world.status.previous?.version == "1.0.0")
        }
    }

    @Test("whose status was lost goes on by its plan")
    func lostStatus() {
        for moment in [1, 4, 9, 60] {
            var world = world(hosts: 5)
            world.verbs.restart = world.status.rollout?.id
            for _ in 0..<moment { world.tick() }
            world.status = ModuleDeploymentStatus()
            world.run(limit: 300) { self.isOver($0) && $0.status.phase == .healthy }
            #expect(world.hosts.allSatisfy { $0.restarts.count == 1 }, "lost at \(moment): \(world.testDescription)")
            #expect(world.status.rollout?.kind == .restart && world.status.stable?.version == "1.1.0")
        }
    }

    @Test("stands still when a deadline passes where that is wanted, and an abort ends it")
    func standsStill() {
        var world = world(hosts: 3)
        world.spec.strategy.onDeadline = .pause
        for index in world.hosts.indices { world.hosts[index].behaviour[World.revision("1.1.0")] = .hangs }
        world.verbs.restart = world.status.rollout?.id
        world.run { $0.status.rollout?.overdue != nil }
        #expect(world.condition("Ready")?.reason == "DeadlineExceeded")
        world.verbs.abort = world.status.rollout?.id
        world.run(limit: 300) { self.isOver($0) }
        #expect(world.status.phase == .healthy && world[facts: "1.1.0"].outcome == .good)
    }

    @Test("does not hide from a set that another member went back")
    func inSet() {
        var world = World(hosts: 3)
        world.spec.set = "edge"
        world.deliver("1.0.0")
        world.deliver("1.1.0")
        let began = world.status.rollout!.startTime!.time
        world.verbs.restart = world.status.rollout?.id
        world.run { $0.status.rollout?.wave.number == 1 }
        world.siblings = [SiblingRetreat(deployment: "tls", reason: "it failed", began: began, time: world.now)]
        world.decide()
        #expect(world.status.rollout?.cause == .setRolledBack && world.status.stable?.version == "1.0.0")
        world.run { $0.running("1.0.0") == 3 }
        #expect(world.running("1.0.0") == 3)
    }
}
