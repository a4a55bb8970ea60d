/// The controller's own metrics. docs/telemetry.md says what their labels mean.
package enum ControllerMetricNames {
    static let deploymentPhase = "graft_deployment_phase"
    static let deploymentHosts = "graft_deployment_hosts"
    static let hosts = "graft_hosts"
    static let slotState = "graft_host_slot_state"

    package static let all: [(name: String, help: String)] = [
        (deploymentPhase, "1 for the phase a ModuleDeployment is in, 0 for the others."),
        (deploymentHosts, "Hosts of a ModuleDeployment, by how far they are; a host may be in several states."),
        (hosts, "Hosts, by class and by whether their agent is alive."),
        (slotState, "1 for the state a slot of a host is in."),
    ]
}
