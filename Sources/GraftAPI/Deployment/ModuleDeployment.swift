package import KubeCore
import Schema

/// Delivers one module into one slot of the hosts of a class, step by step.
package struct ModuleDeployment: CustomResource {
    package var metadata: ObjectMeta
    package var spec: ModuleDeploymentSpec
    package var status: ModuleDeploymentStatus

    package init(metadata: ObjectMeta, spec: ModuleDeploymentSpec, status: ModuleDeploymentStatus) {
        self.metadata = metadata
        self.spec = spec
        self.status = status
    }

    /// Longer names would not leave room for a revision's.
    package static let longestName = 52

    package static let naming = Naming(
        kind: "ModuleDeployment", plural: "moduledeployments", shortNames: ["mdep"], scope: .namespaced,
        about:
            "Delivers one runtime module into one slot of the hosts of a class: verified, step by step, with automatic and declarative rollback.",
        columns: [
            PrinterColumn("Version", "string", ".status.summary.version", "Stable version, and the canary beside it."),
            PrinterColumn("Step", "string", ".status.summary.step", "Step of the rollout."),
            PrinterColumn("Weight", "string", ".status.summary.weight", "Share of hosts that run the canary."),
            PrinterColumn("Updated", "string", ".status.hosts.summary", "Hosts on the newest revision, of those eligible."),
            PrinterColumn("Status", "string", ".status.phase", "Where it is."),
            PrinterColumn("Message", "string", ".status.message", "Why it is there."),
            PrinterColumn("Class", "string", ".spec.class", "Class of the hosts.", priority: 1),
            PrinterColumn("Slot", "string", ".spec.slot", "Slot of the module.", priority: 1),
            PrinterColumn("Module", "string", ".spec.module", "What is wanted.", priority: 1),
            .age,
        ], selectableFields: [".spec.class", ".spec.slot"],
        rules: [
            .init(
                "self.metadata.name.size() <= 52",
                message: "metadata.name must be at most 52 characters, so that revisions can be named after it")
        ])
}
