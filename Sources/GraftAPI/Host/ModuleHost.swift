package import KubeCore

/// A process, or a node, that loads modules. Registered by its agent, which alone writes it; named `class.nodeName`.
package struct ModuleHost: CustomResource {
    package var metadata: ObjectMeta
    package var spec: ModuleHostSpec
    package var status: ModuleHostStatus

    package init(metadata: ObjectMeta, spec: ModuleHostSpec, status: ModuleHostStatus) {
        self.metadata = metadata
        self.spec = spec
        self.status = status
    }

    /// `class.nodeName`.
    package static func name(hostClass: String, node: String) -> String { "\(hostClass).\(node)" }

    /// Whether somebody asks that it is left as it is. Agent and controller go by the same word.
    package var isHeld: Bool { metadata.annotations[GraftAPI.holdAnnotation].map { $0 != "false" } ?? false }

    package static let naming = Naming(
        kind: "ModuleHost", plural: "modulehosts", shortNames: ["mhost"], scope: .cluster,
        about: "A process, or a node, that loads modules. Written by its agent alone; alive as long as the agent's Lease is renewed.",
        columns: [
            PrinterColumn("Class", "string", ".spec.class", "Class of the host."),
            PrinterColumn("Node", "string", ".spec.nodeName", "Node it runs on."),
            PrinterColumn("Runtime", "string", ".spec.runtimeVersion", "Version of the host process."),
            PrinterColumn("Slots", "string", ".status.summary", "What is active, and what failed."),
            PrinterColumn("Agent", "string", ".spec.agentVersion", "Version of the agent.", priority: 1),
            .age,
        ], selectableFields: [".spec.class", ".spec.nodeName"])
}
