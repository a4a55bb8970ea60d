import ArgumentParser
import JSON
import OCI
import ProgramOptions
import Trust

/// `graft sign`: signs what a reference stands for, by its digest.
struct SignCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sign", abstract: "Sign an artifact with a key, as cosign does.",
        discussion: """
            The signature lies beside the artifact: under the tag sha256-<digest>.sig, or as a bundle that is a referrer of the artifact. \
            Signing twice with one key changes nothing.
            """)

    @Argument(help: "The artifact: registry/repository:tag, @digest, or oci:PATH:TAG.")
    var reference: String
    @Option(help: ArgumentHelp("The key: a file in PEM, env://NAME, kms://NAME/KEY or kms-plugin://PATH#KEY.", valueName: "key"))
    var key: String
    @Option(help: "classic, as cosign signs up to 2, or bundle, as it does from 3 on.")
    var format = ArtifactSigning.Format.classic
    @OptionGroup var opening: KeyOptions
    @OptionGroup var registry: RegistryOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let artifact = try registry.locate(reference)
        let signing = ArtifactSigning(key: try await opening.signingKey(key), format: format)
        let subject = try await artifact.resolve()
        let isNew = try await signing.sign(subject, in: artifact)
        let name = "\(artifact.repository)@\(subject.digest)"
        output.print(
            [
                "reference": .string(artifact.repository), "digest": .string(subject.digest.description), "new": .bool(isNew),
                "key": .string(signing.key.publicKey.fingerprint), "format": .string(format.rawValue),
            ], text: isNew ? "signed \(name)" : "\(name) was signed with this key before")
    }
}
