import ArgumentParser
import GraftAPI
import JSON
import KubeClient
import KubeCore
import ProgramOptions

/// `graft quarantine`: what is known to be bad.
struct QuarantineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quarantine", abstract: "List what is quarantined, quarantine something, or let it be tried again.",
        subcommands: [QuarantineListCommand.self, QuarantineAddCommand.self, QuarantineClearCommand.self])
}

/// `graft quarantine list`.
struct QuarantineListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List quarantines: those that cover a namespace, or all of them.")

    @Flag(name: [.customShort("A"), .long], help: "Those of all namespaces.")
    var allNamespaces = false
    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let cluster = try cluster.connect()
        let found = try await Api<ModuleQuarantine>(cluster.client).list(ListOptions()).items
            .filter { allNamespaces || ($0.spec.namespace ?? cluster.namespace) == cluster.namespace }
            .sorted { $0.metadata.name < $1.metadata.name }
        output.print(.array(found.map(\.json)), text: Self.table(of: found))
    }

    static func table(of quarantines: [ModuleQuarantine]) -> String {
        guard !quarantines.isEmpty else { return "Nothing is quarantined." }
        var table = TextTable(["NAME", "NAMESPACE", "ACTION", "DIGEST", "CONFIG", "FROM", "CREATED", "REASON"])
        for quarantine in quarantines {
            let spec = quarantine.spec
            table.append([
                quarantine.metadata.name, spec.namespace ?? "*", spec.action.rawValue, String(spec.digest.prefix(19)),
                spec.configHash.map { String($0.prefix(12)) } ?? "*", spec.source?.rollout ?? "",
                quarantine.metadata.creationTimestamp?.description ?? "", spec.reason,
            ])
        }
        return table.text
    }
}

/// `graft quarantine add`.
struct QuarantineAddCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Quarantine a digest, or a revision of a deployment: no host loads it any more.",
        discussion: """
            TARGET is a digest (sha256:…), which is covered with any configuration, or deployment@revision, which is covered with its own; \
            a revision is named by its number or its version, as 'graft history' prints them. It holds in one namespace, unless \
            --cluster-wide says otherwise. What is rolled out of it goes back at once.
            """)

    @Argument(help: "sha256:…, or deployment@revision.")
    var target: String
    @Option(help: "Why; told wherever it stops something.")
    var reason: String
    @Flag(help: "Hosts leave it as well where they run it already, if there is another version to go to.")
    var evict = false
    @Flag(help: "In every namespace.")
    var clusterWide = false
    @Flag(help: "With a revision: under every configuration, not just its own.")
    var anyConfig = false
    @Option(
        help: ArgumentHelp("With a digest: under this configuration only, by its hash (spec.configHash of revisions).", valueName: "hash"))
    var configHash: String?
    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if clusterWide, cluster.namespace != nil { throw ValidationError("--cluster-wide and --namespace exclude each other") }
        if anyConfig, configHash != nil { throw ValidationError("--any-config and --config-hash exclude each other") }
        if reason.isEmpty || reason.unicodeScalars.count > 1024 {
            throw ValidationError("--reason: wanted a text of at most 1024 characters")
        }
        _ = try QuarantineTarget(target)
    }

    func run() async throws {
        let cluster = try cluster.connect()
        let target = try QuarantineTarget(target)
        var spec = ModuleQuarantineSpec()
        switch target {
        case .digest(let digest):
            spec.digest = digest
            spec.configHash = configHash
        case .revision(let deployment, _):
            guard configHash == nil else { throw CommandError("\(self.target): --config-hash is for digests; a revision has one") }
            let revision = try await target.revision(
                in: DeploymentClient(client: cluster.client, namespace: cluster.namespace, name: deployment))
            spec.digest = revision.spec.digest
            spec.configHash = anyConfig ? nil : revision.spec.configHash
        }
        spec.namespace = clusterWide ? nil : cluster.namespace
        spec.action = evict ? .evict : .block
        spec.reason = reason
        let name = ConfigHash.quarantineName(digest: spec.digest, namespace: spec.namespace, configHash: spec.configHash)
        let quarantines = Api<ModuleQuarantine>(cluster.client)
        if let there = try await quarantines.getIfPresent(name) {
            throw CommandError(
                "ModuleQuarantine \(name) covers that already (\(there.spec.action.rawValue): \(there.spec.reason)); "
                    + "'graft quarantine clear \(name)' first, to say otherwise")
        }
        let made = try await quarantines.create(ModuleQuarantine(metadata: ObjectMeta(name: name), spec: spec))
        output.print(made.json, text: "ModuleQuarantine \(name): \(spec.sentence)")
    }
}

/// `graft quarantine clear`.
struct QuarantineClearCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clear", abstract: "Lift a quarantine, and say what may be loaded again.",
        discussion: "TARGET is a quarantine's name, or what 'graft quarantine add' takes; then all quarantines of it in the namespace go.")

    @Argument(help: "Name of the quarantine, sha256:…, or deployment@revision.")
    var target: String
    @Flag(help: "With a digest or revision: also those that cover every namespace.")
    var clusterWide = false
    @Flag(help: "Say what would be lifted, and what may be loaded again; lift nothing.")
    var dryRun = false
    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let cluster = try cluster.connect()
        let quarantines = Api<ModuleQuarantine>(cluster.client)
        let cleared: [ModuleQuarantine]
        if let there = try await quarantineByName(quarantines) {
            cleared = [there]
        } else {
            let digest: String
            var configHash: String?
            let wanted = try QuarantineTarget(target)
            switch wanted {
            case .digest(let text): digest = text
            case .revision(let deployment, _):
                let revision = try await wanted.revision(
                    in: DeploymentClient(client: cluster.client, namespace: cluster.namespace, name: deployment))
                (digest, configHash) = (revision.spec.digest, revision.spec.configHash)
            }
            cleared = try await quarantines.list(ListOptions()).items.filter { quarantine in
                quarantine.spec.digest == digest
                    && (quarantine.spec.namespace == cluster.namespace || clusterWide && quarantine.spec.namespace == nil)
                    && configHash.map { (quarantine.spec.configHash ?? $0) == $0 } ?? true
            }
        }
        guard !cleared.isEmpty else {
            throw CommandError("\(target): no quarantine covers it in namespace \(cluster.namespace); 'graft quarantine list -A' shows all")
        }
        let all = try await quarantines.list(ListOptions()).items
        let revisions = try await Api<ModuleRevision>(cluster.client).list(ListOptions()).items
        let reprieves = Reprieve.of(cleared, among: all, revisions: revisions)
        if !dryRun {
            for quarantine in cleared {
                _ = try await quarantines.deleteIfPresent(
                    quarantine.metadata.name, DeleteOptions(preconditions: Preconditions(uid: quarantine.metadata.uid)))
            }
        }
        let verb = dryRun ? "would be lifted" : "is lifted"
        let lines = cleared.map { "ModuleQuarantine \($0.metadata.name) \(verb) (it was: \($0.spec.reason))" } + reprieves.map(\.sentence)
        output.print(.array(cleared.map(\.json)), text: lines.joined(separator: "\n"))
    }

    private func quarantineByName(_ quarantines: Api<ModuleQuarantine>) async throws -> ModuleQuarantine? {
        guard !target.contains(":"), !target.contains("@") else { return nil }
        guard let there = try await quarantines.getIfPresent(target) else {
            throw CommandError("ModuleQuarantine \(target) does not exist; 'graft quarantine list -A' shows all")
        }
        return there
    }
}
