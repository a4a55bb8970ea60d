import ArgumentParser
import GraftAPI
import JSON
import OCI
import ProgramOptions
import Trust
import Verification
import YAML

/// `graft verify`: judges an artifact as controller and agents would, and says why.
struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Judge an artifact's signatures by a key or by policies.",
        discussion: "With --policy, say for which delivery: policies bind namespaces to classes, slots and repositories.")

    @Argument(help: "The artifact: registry/repository:tag, @digest, or oci:PATH:TAG.")
    var reference: String
    @Option(help: ArgumentHelp("Public key, PEM: it is enough that this key signed it.", valueName: "path"))
    var key: String?
    @Option(help: ArgumentHelp("File of VerificationPolicies, YAML or JSON.", valueName: "path"))
    var policy: String?
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
        let delivery = Delivery(namespace: namespace, class: hostClass, slot: slot, repository: artifact.repository)
        if let failure = policies.tenancy(delivery).failure { throw CommandError("\(reference): \(failure)") }
        let digest = try await artifact.resolve().digest
        let signatures = try await SignatureManifest.fetch(of: digest, from: artifact.store)
        let judgement = policies.judge(delivery, digest: digest.description, signatures: signatures)
        var json = judgement.json
        json["digest"] = .string(digest.description)
        output.print(
            json, text: ([judgement.message] + judgement.warnings).map { "\(artifact.repository)@\(digest): \($0)" }.joined(separator: "\n")
        )
        if !judgement.isTrusted { throw ExitCode(1) }
    }

    private func readPolicies() throws -> PolicySet {
        if let key {
            let everything = PolicySource(
                name: key, namespaces: ["*"], classes: ["*"], slots: ["**"], repositories: ["**"],
                authorities: [.init(name: key, keys: [try LocalFile(key).text()])], mode: "Enforce")
            return PolicySet([Policy(everything)])
        }
        let path = policy ?? ""
        let documents: [JSON]
        do { documents = try YAML.documents(try LocalFile(path).bytes()) } catch let error as YAMLError {
            throw CommandError("\(path): \(error)")
        }
        return PolicySet(
            try documents.enumerated().map { index, document in
                guard document["kind"] == "VerificationPolicy" else {
                    throw CommandError(
                        "\(path): document \(index + 1): found kind \(document["kind"]?.string ?? "none"), wanted VerificationPolicy")
                }
                do { return try VerificationPolicy(from: document) } catch {
                    throw CommandError("\(path): document \(index + 1): \(error)")
                }
            })
    }
}
