import ArgumentParser
import JSON
import OCI
import ProgramOptions
import Trust

/// `graft sign`: signs what a reference stands for, by its digest.
struct SignCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sign", abstract: "Sign an artifact with a key, as cosign does.",
        discussion: "The signature lies beside the artifact, under the tag sha256-<digest>.sig. Signing twice with one key changes nothing."
    )

    @Argument(help: "The artifact: registry/repository:tag, @digest, or oci:PATH:TAG.")
    var reference: String
    @Option(help: ArgumentHelp("Private key, PEM.", valueName: "path"))
    var key: String
    @OptionGroup var registry: RegistryOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let artifact = try registry.locate(reference)
        let signing = try ArtifactSigning(keyFile: key)
        let digest = try await artifact.resolve().digest
        let isNew = try await signing.sign(digest, in: artifact)
        output.print(
            [
                "reference": .string(artifact.repository), "digest": .string(digest.description), "new": .bool(isNew),
                "key": .string(signing.signer.publicKey.fingerprint),
            ], text: isNew ? "signed \(artifact.repository)@\(digest)" : "\(artifact.repository)@\(digest) was signed with this key before")
    }
}
