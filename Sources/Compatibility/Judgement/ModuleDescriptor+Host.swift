package import JSON

/// What is known of a host when a module is judged against it.
package struct HostFacts: Sendable, Hashable {
    /// A semantic version, as the host reports it.
    package var runtimeVersion: String
    /// `edge/3`, as the host reports it; empty: none.
    package var contract: String
    package var capabilities: [String]
    /// Active modules and their versions; nil: not known, and needs are not judged.
    package var modules: [String: SemanticVersion]?

    package init(runtimeVersion: String, contract: String, capabilities: [String], modules: [String: SemanticVersion]? = nil) {
        self.runtimeVersion = runtimeVersion
        self.contract = contract
        self.capabilities = capabilities
        self.modules = modules
    }
}

extension ModuleDescriptor {
    /// Whether a host can load the module: its runtime version, contract and capabilities, and the modules beside it.
    package func judge(_ host: HostFacts) -> CompatibilityVerdict {
        var reasons: [Incompatibility] = []
        if let reason = runtimeReason(host.runtimeVersion) { reasons.append(reason) }
        if let reason = contractReason(host.contract) { reasons.append(reason) }
        for capability in capabilities where !host.capabilities.contains(capability) {
            reasons.append(
                Incompatibility(
                    .capability, field: "spec.capabilities",
                    found: host.capabilities.isEmpty ? "none" : host.capabilities.prefix(16).joined(separator: ", "),
                    wanted: "\"\(capability)\", which \(name) \(version) requires",
                    remedy: "update the host, or narrow the deployment's selector to hosts that offer it"))
        }
        if let modules = host.modules { reasons += needs.compactMap { needReason($0, modules) } }
        return CompatibilityVerdict(reasons)
    }

    /// Whether what it needs beside it is there.
    /// - Parameter modules: those that are active on the host, by name.
    package func judge(beside modules: [String: SemanticVersion]) -> CompatibilityVerdict {
        CompatibilityVerdict(needs.compactMap { needReason($0, modules) })
    }

    /// Whether another module that needs this one beside it would lose it, were it to take the place of `current`.
    package func judge(replacing current: ModuleDescriptor?, neededBy other: ModuleDescriptor) -> CompatibilityVerdict {
        guard let current, let need = other.needs.first(where: { $0.name == name }), need.range.contains(current.version),
            !need.range.contains(version)
        else { return CompatibilityVerdict() }
        return CompatibilityVerdict([
            Incompatibility(
                .need, field: "status.slots", found: "\(other.name) \(other.version), which needs \(name) \(need.range)",
                wanted: "one that works with \(name) \(version)", remedy: "roll out a version of \(other.name) that takes both first")
        ])
    }

    /// Both judgements: whether the module fits the deployment, and the host.
    package func judge(slot: String, config: JSON?, host: HostFacts) -> CompatibilityVerdict {
        judge(slot: slot, config: config) + judge(host)
    }

    private func runtimeReason(_ reported: String) -> Incompatibility? {
        guard let minimumRuntimeVersion else { return nil }
        let wanted = "\(minimumRuntimeVersion) or later, which \(name) \(version) requires"
        guard let runtimeVersion = try? SemanticVersion(reported) else {
            return Incompatibility(
                .runtimeVersion, field: "spec.runtimeVersion", found: "\"\(reported.prefix(128))\", which is no semantic version",
                wanted: wanted, remedy: "let the host report its version as major.minor.patch")
        }
        guard runtimeVersion < minimumRuntimeVersion else { return nil }
        return Incompatibility(
            .runtimeVersion, field: "spec.runtimeVersion", found: runtimeVersion.description, wanted: wanted,
            remedy: "update the host, or name a version of the module for older hosts")
    }

    private func contractReason(_ reported: String) -> Incompatibility? {
        guard Contract(reported) != contract else { return nil }
        return Incompatibility(
            .contract, field: "spec.contract", found: reported.isEmpty ? "none" : "\"\(reported.prefix(64))\"",
            wanted: "\"\(contract)\", which \(name) \(version) was built against",
            remedy: "name a module built for the host's contract, or update the host")
    }

    private func needReason(_ need: Need, _ modules: [String: SemanticVersion]) -> Incompatibility? {
        let active = modules[need.name]
        if let active, need.range.contains(active) { return nil }
        return Incompatibility(
            .need, field: "status.slots", found: active.map { "\(need.name) \($0)" } ?? "no \(need.name)",
            wanted: "\(need.name) \(need.range), which \(name) \(version) needs beside it",
            remedy: "deploy \(need.name) to these hosts first")
    }
}
