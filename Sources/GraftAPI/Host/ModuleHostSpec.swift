package import Schema

/// What a host is.
package struct ModuleHostSpec: SchemaObject, Hashable {
    package var hostClass = ""
    package var nodeName = ""
    package var runtimeVersion = ""
    /// The ABI it offers: `edge/3`.
    package var contract = ""
    package var capabilities: [String] = []
    package var agentVersion = ""
    /// What its agent can do beyond the first version: `unload`.
    package var features: [String] = []
    /// Value of the topology label that waves are spread over; empty when there is none.
    package var zone: String?

    package init() {}

    package static let fields: [Field<Self>] = [
        .required("class", \.hostClass, "Class of the host.", Limits.immutable(Limits.hostClass)),
        .required("nodeName", \.nodeName, "Node it runs on; its Lease has this name.", Limits.immutable(Limits.text(253))),
        .required("runtimeVersion", \.runtimeVersion, "Semantic version of the host process.", Limits.text(128)),
        .defaulted("contract", \.contract, "", "The ABI it offers to modules: name/number.", Limits.text(63)),
        .collection("capabilities", \.capabilities, "What modules may require of it.", Limits.atomic(64)),
        .required("agentVersion", \.agentVersion, "Semantic version of the agent.", Limits.text(128)),
        .collection("features", \.features, "What the agent can do beyond the first version.", Limits.atomic(32)),
        .optional("zone", \.zone, "Failure domain, for spreading waves.", Limits.text(63)),
    ]
}
