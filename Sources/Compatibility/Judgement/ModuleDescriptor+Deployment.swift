package import JSON
import Schema

extension ModuleDescriptor {
    /// Bytes of configuration that a deployment may carry, as compact JSON.
    package static let configSizeLimit = 256 << 10

    /// Whether the module fits a deployment: its slot and its configuration. Independent of any host.
    package func judge(slot: String, config: JSON?) -> CompatibilityVerdict {
        var reasons: [Incompatibility] = []
        if slot != self.slot {
            reasons.append(
                Incompatibility(
                    .slot, field: "spec.slot", found: "\"\(slot)\"", wanted: "\"\(self.slot)\", which \(name) \(version) is made for",
                    remedy: "deploy it to that slot, or name a module made for \"\(slot)\""))
        }
        return CompatibilityVerdict(reasons + configReasons(config))
    }

    private func configReasons(_ config: JSON?) -> [Incompatibility] {
        let path = JSONPath([.key("spec"), .key("config")])
        if let config {
            let size = config.bytes().count
            if size > Self.configSizeLimit {
                return [
                    Incompatibility(
                        .config, field: path.description, found: "\(size) bytes", wanted: "at most \(Self.configSizeLimit) bytes",
                        remedy: "move bulk data into the module's payload")
                ]
            }
        }
        guard let configSchema else { return [] }
        // Without configuration the module gets none; what it requires is missing then.
        let value = config ?? [:]
        let invalid = configSchema.errors(in: value, at: path).map { error in
            Incompatibility(
                .config, field: error.path.description, found: error.message, wanted: "what the schema of \(name) \(version) allows",
                remedy: "correct spec.config, or name a version of the module that takes it")
        }
        let unknown = configSchema.pruning(value, at: path).removed.map { removed in
            Incompatibility(
                .config, field: removed.description, found: "a member that \(name) \(version) does not know",
                wanted: "only members its schema names", remedy: "remove it, or look for a misspelling")
        }
        return invalid + unknown
    }
}
