import GraftAPI
import KubeCore
import Rollout

/// What `graft simulate` does: an upgrade by steps, which one host of ten thousand fails.
enum SimulatedUpgrade {
    /// Processor time, in seconds.
    static func run(hosts: Int) -> (decisions: Int, seconds: Double) {
        var spec = ModuleDeploymentSpec()
        spec.hostClass = "edge-proxy"
        spec.slot = "net/filter"
        spec.strategy.steps = [.setWeight(Weight(percent: 1)), .pause(seconds: 600), .setWeight(Weight(percent: 25)), .soak(seconds: 300)]
        spec.strategy.failureThreshold = .share(Weight(percent: 1))
        var options = Simulation.Options()
        (options.hosts, options.zones, options.failing) = (hosts, 3, 100)
        var simulation = Simulation(ModuleDeployment(metadata: ObjectMeta(name: "http", namespace: "payments"), spec: spec), options)
        let start = Scene.nanoseconds()
        simulation.run()
        return (simulation.decisions, Double(Scene.nanoseconds() - start) / 1_000_000_000)
    }
}
