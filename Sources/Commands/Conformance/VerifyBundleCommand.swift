import ArgumentParser
import Glibc
import ProgramOptions
import Trust

/// `graft conformance verify-bundle`: status 0 when the bundle verifies, 1 when it doesn't, 64 for options that make no sense.
///
/// Nothing is fetched: the public instances' roots, which the protocol takes for granted, are files named by the environment.
struct VerifyBundleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify-bundle", abstract: "Verify a Sigstore bundle.",
        discussion:
            "Without --trusted-root, GRAFT_CONFORMANCE_ROOT names the trusted_root.json, or with --staging GRAFT_CONFORMANCE_STAGING_ROOT.")

    @Flag(help: "Use the staging instance's root.")
    var staging = false
    @Option(help: ArgumentHelp("The bundle.", valueName: "file"))
    var bundle: String
    @Option(help: ArgumentHelp("Who must have signed: the name in the certificate.", valueName: "identity"))
    var certificateIdentity: String?
    @Option(help: ArgumentHelp("Who must vouch for the signer.", valueName: "url"))
    var certificateOidcIssuer: String?
    @Option(help: ArgumentHelp("The signer's public key, PEM.", valueName: "path"))
    var key: String?
    @Option(help: ArgumentHelp("The trusted_root.json.", valueName: "file"))
    var trustedRoot: String?
    @Argument(help: "The artifact: a file, or sha256: and its digest.")
    var artifact: String

    func validate() throws {
        let identity = (certificateIdentity != nil, certificateOidcIssuer != nil)
        guard identity == (key == nil, key == nil) else {
            throw ValidationError("give either --key, or both --certificate-identity and --certificate-oidc-issuer")
        }
    }

    func run() async throws {
        let root = try readRoot()
        let requirement = BundleRequirement(signer: try signer(), content: .any)
        do throws(VerificationFailure) {
            let bundle = try Bundle(json: bytes(of: self.bundle))
            _ = try BundleVerifier(root: root).verify(bundle, of: readArtifact(), requirement: requirement)
        } catch {
            throw CommandError("\(self.bundle): \(error.name): \(error)")
        }
    }

    private func bytes(of path: String) throws(VerificationFailure) -> [UInt8] {
        do { return try LocalFile(path).bytes() } catch { throw .bundle(.bundleMalformed("\(error)")) }
    }

    /// A digest only if it is one and no file: the protocol's rule.
    private func readArtifact() throws(VerificationFailure) -> Artifact {
        if !LocalFile(artifact).exists, let digest = MessageDigest(text: artifact), digest.algorithm == .sha256 { return .digest(digest) }
        return .bytes(try bytes(of: artifact))
    }

    private func readRoot() throws -> TrustedRoot {
        let variable = staging ? "GRAFT_CONFORMANCE_STAGING_ROOT" : "GRAFT_CONFORMANCE_ROOT"
        guard let path = trustedRoot ?? getenv(variable).map({ String(cString: $0) }) else {
            throw CommandError("no trust root: give --trusted-root, or name a trusted_root.json in \(variable)")
        }
        do { return try TrustedRoot(json: LocalFile(path).bytes()) } catch let failure as TrustedRootFailure {
            throw CommandError("\(path): \(failure.name): \(failure)")
        }
    }

    private func signer() throws -> SignerRequirement {
        if let key {
            do { return .keys([ManagedKey(try PublicKey(pem: LocalFile(key).text()))]) } catch let error as KeyError {
                throw CommandError("\(key): \(error)")
            }
        }
        return .identities([
            try IdentityRequirement(issuer: .exact(certificateOidcIssuer ?? ""), subject: .exact(certificateIdentity ?? ""))
        ])
    }
}
