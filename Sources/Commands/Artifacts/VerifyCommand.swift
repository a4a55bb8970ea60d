import ArgumentParser
import GraftAPI
import JSON
import KubeRuntime
import OCI
import ProgramOptions
import Trust
import Verification

/// `graft verify`: judges an artifact as controller and agents would, and says why.
struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Judge an artifact's signatures by a key or by policies.",
        discussion: """
            With --policy, say for which delivery: policies bind namespaces to classes, slots and repositories. What was tried is then told as a
            tree. Nothing is fetched but the artifact's signatures and attestations: no log, no time-stamp authority, no root.
            """)

    @Argument(help: "The artifact: registry/repository:tag, @digest, or oci:PATH:TAG.")
    var reference: String
    @Option(help: ArgumentHelp("Public key, PEM: it is enough that this key signed it.", valueName: "path"))
    var key: String?
    @Option(help: ArgumentHelp("File of VerificationPolicies and TrustRoots, YAML or JSON.", valueName: "path"))
    var policy: String?
    @Option(
        name: .customLong("trust-root"),
        help: ArgumentHelp("A trusted_root.json, by the name that policies know it by.", valueName: "name=path"))
    var trustRoot: [String] = []
    @Option(help: ArgumentHelp("Namespace of the deployment.", valueName: "name"))
    var namespace = "default"
    @Option(name: .customLong("class"), help: ArgumentHelp("Class of the hosts.", valueName: "name"))
    var hostClass = "any"
    @Option(help: ArgumentHelp("Slot of the module.", valueName: "name"))
    var slot = "any"
    @OptionGroup var registry: RegistryOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if (key == nil) == (policy == nil) { throw ValidationError("give either --key or --policy") }
    }

    func run() async throws {
        let policies = try readPolicies()
        let artifact = try registry.locate(reference)
        let delivery = Delivery(namespace: namespace, class: hostClass, slot: slot, repository: artifact.canonicalRepository)
        let tenancy = policies.tenancy(delivery)
        if let failure = tenancy.failure { throw CommandError("\(reference): \(failure)") }
        let digest = try await artifact.resolve().digest
        let signatures = try await SignatureManifest.fetch(of: digest, from: artifact.store)
        let occasion = try await Occasion.find(of: digest, in: artifact.store, for: tenancy, now: Surroundings.system.wallTime())
        let judgement = policies.judge(delivery, digest: digest.description, signatures: signatures, on: occasion)
        var json = judgement.json
        json["digest"] = .string(digest.description)
        let lines = ([judgement.message] + judgement.warnings).map { "\(artifact.repository)@\(digest): \($0)" }
        output.print(json, text: (lines + (policy == nil ? [] : judgement.tree)).map(\.visible).joined(separator: "\n"))
        if !judgement.isTrusted { throw ExitCode(1) }
    }

    private func readPolicies() throws -> PolicySet {
        if let key {
            let everything = PolicySource(
                name: key, namespaces: ["*"], classes: ["*"], slots: ["**"], repositories: ["**"],
                authorities: [.init(name: key, keys: [try LocalFile(key).text()])], mode: "Enforce")
            return PolicySet([Policy(everything)])
        }
        var file = try PolicyFile(policy ?? "")
        for option in trustRoot { try file.add(option) }
        return file.set
    }
}
