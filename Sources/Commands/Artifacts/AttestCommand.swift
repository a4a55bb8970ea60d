import ArgumentParser
import JSON
import OCI
import ProgramOptions
import Trust

/// `graft attest`: signs what is said about an artifact.
struct AttestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "attest", abstract: "Attest to an artifact: provenance, a bill of material, or anything else in JSON.",
        discussion: """
            The predicate becomes an in-toto Statement v1 about the artifact's digest, signed as DSSE. It lies beside the artifact: under the \
            tag sha256-<digest>.att, or as a bundle that is a referrer of the artifact. Attesting the same twice changes nothing.
            """)

    @Argument(help: "The artifact: registry/repository:tag, @digest, or oci:PATH:TAG.")
    var reference: String
    @Option(
        help: ArgumentHelp(
            "slsaprovenance1, slsaprovenance, spdxjson, cyclonedx, vuln, openvex, or the URI of any other.", valueName: "type"))
    var type: String
    @Option(help: ArgumentHelp("The predicate, JSON; - is standard input.", valueName: "path"))
    var predicate: String
    @Option(help: ArgumentHelp("The key: a file in PEM, env://NAME, kms://NAME/KEY or kms-plugin://PATH#KEY.", valueName: "key"))
    var key: String
    @Option(help: "classic, as cosign attests up to 2, or bundle, as it does from 3 on.")
    var format = ArtifactSigning.Format.classic
    @OptionGroup var opening: KeyOptions
    @OptionGroup var registry: RegistryOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let artifact = try registry.locate(reference)
        let predicate = try readPredicate()
        let subject = try await artifact.resolve()
        let statement: Statement
        do {
            statement = try Statement(
                about: subject.digest.description, name: artifact.repository, predicateType: PredicateType.expanded(type),
                predicate: predicate)
        } catch {
            throw CommandError("\(self.predicate): \(error)")
        }
        let signing = ArtifactSigning(key: try await opening.signingKey(key), format: format)
        let isNew = try await signing.attest(statement, about: subject, in: artifact)
        let name = "\(artifact.repository)@\(subject.digest)"
        output.print(
            [
                "reference": .string(artifact.repository), "digest": .string(subject.digest.description), "new": .bool(isNew),
                "predicateType": .string(statement.predicateType), "key": .string(signing.key.publicKey.fingerprint),
                "format": .string(format.rawValue),
            ], text: isNew ? "attested \(name): \(statement.predicateType)" : "\(name): this key has attested this before")
    }

    private func readPredicate() throws -> JSON {
        let bytes = try LocalFile(predicate).bytes()
        do {
            return try JSON.parse(bytes, limits: JSONLimits(size: BundleLimits.bytes, depth: Statement.depthLimit))
        } catch {
            throw CommandError("\(predicate): found no JSON (\(error)), wanted the predicate as one JSON document")
        }
    }
}
