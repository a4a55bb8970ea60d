import GraftAPI
import JSON
import KubeCore
import Schema
import Testing

@testable import Rollout

@Suite("A rollout that is over costs nothing")
struct FinishedRolloutTests {
    /// The controller decides again, with nothing to do.
    private func expectNothing(of world: World, _ after: String) {
        var again = world
        again.now = again.now + .seconds(86_400)
        again.decide()
        #expect(again.decision?.wakeAt == nil, "\(after): it wants to be woken: \(world.testDescription)")
        #expect(again.status == world.status && again.plan == world.plan, "\(after): it writes: \(world.testDescription)")
        #expect(again.decision?.effects == [] && again.decision?.events == [], "\(after): \(world.testDescription)")
    }

    @Test("no timer runs, and nothing is written, whether it was delivered, failed or was aborted")
    func quiet() {
        var world = World(hosts: 6, zones: ["a", "b"], steps: [.setWeight(Weight(percent: 50)), .pause(seconds: 5)])
        world.deliver("1.0.0")
        expectNothing(of: world, "delivered")
        world.ask(for: "1.1.0", .failsProbe)
        world.run { $0.rolledBack && $0.running("1.0.0") == 6 }
        world.decide()
        expectNothing(of: world, "failed")
        world.ask(for: "1.2.0")
        world.decide()
        world.verbs.abort = world.status.rollout?.id
        world.run { $0.rolledBack && $0.running("1.0.0") == 6 }
        world.decide()
        expectNothing(of: world, "aborted")
        world.deliver("1.3.0")
        world.kill([0])
        world.decide()
        expectNothing(of: world, "a host died at rest")
    }

    @Test("its status stays under 20 kB, after however many rollouts and failures that are told at length")
    func bounded() throws {
        var world = World(hosts: 40, zones: (0..<20).map { "eu-central-1-\($0)" })
        world.spec.revisionHistoryLimit = 50
        world.spec.strategy.maxUnavailable = .share(.all)
        world.spec.strategy.failureThreshold = .share(.all)
        for index in world.hosts.indices { world.hosts[index].complaint = String(repeating: "it answered nothing; ", count: 100) }
        world.deliver("1.0.0")
        var (largest, last) = (0, 0)
        for number in 1...120 {
            let version = "1.\(number).0"
            if number % 2 == 0 {
                world.ask(for: version, number % 4 == 0 ? .failsProbe : .kills)
                world.run { $0.rolledBack || $0[facts: version].outcome == .bad && !$0.isRunning || $0.readyHosts == 0 }
                for index in world.hosts.indices { world.hosts[index].isReady = true }
                world.run { !$0.isRunning && $0.running(version) == 0 }
            } else {
                world.deliver(version)
            }
            world.forgetThePast()
            last = (["status": world.status.json] as JSON).bytes().count
            largest = max(largest, last)
        }
        print("status: at most \(largest) bytes over 120 rollouts, \(last) at the end")
        #expect(world.status.history.count > 20)
        #expect(largest < 20_000)
    }
}
