import JSON
import Testing

@testable import Trust

/// Files of `Tests/Fixtures/signatures/bundles`.
enum BundleFixtures {
    static func bytes(_ path: String) throws -> [UInt8] { try Fixtures.bytes("bundles/\(path)") }
    static func text(_ path: String) throws -> String { try Fixtures.text("bundles/\(path)") }
    static func root(_ name: String = "production") throws -> TrustedRoot { try TrustedRoot(json: bytes("roots/\(name).json")) }

    /// The artifact that most bundles sign.
    static func artifact() throws -> Artifact { .bytes(try bytes("artifacts/a.txt")) }

    static let conformanceSubject =
        "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main"
    static let githubIssuer = "https://token.actions.githubusercontent.com"

    static func identity(_ subject: String, issuer: String? = nil) throws -> IdentityRequirement {
        try IdentityRequirement(
            issuer: issuer.map { try .exact($0) } ?? .matching("https://.+"),
            subject: .exact(subject))
    }

    /// A requirement that takes whatever content is about the artifact.
    static func requirement(_ subject: String, issuer: String? = nil) throws -> BundleRequirement {
        BundleRequirement(signer: .identities([try identity(subject, issuer: issuer)]), content: .any)
    }

    /// The failure's name; nil when it is accepted.
    static func failure(_ body: () throws(VerificationFailure) -> Void) -> VerificationFailure? {
        do throws(VerificationFailure) {
            try body()
            return nil
        } catch {
            return error
        }
    }
}

/// One case of a suite whose `cases.tsv` says what belongs to it.
struct BundleCase: Sendable, CustomTestStringConvertible {
    var suite: String
    var name: String
    var root: String
    var artifact: String
    var key: String
    var subject: String
    var issuer: String

    var testDescription: String { name }

    static func all(_ suite: String) throws -> [BundleCase] {
        try BundleFixtures.text("\(suite)/cases.tsv").split(separator: "\n").dropFirst().map { line in
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            return BundleCase(
                suite: suite, name: fields[0], root: fields[1], artifact: fields[2], key: fields[3],
                subject: fields[4].isEmpty ? BundleFixtures.conformanceSubject : fields[4],
                issuer: fields[5].isEmpty ? BundleFixtures.githubIssuer : fields[5])
        }
    }

    static func named(_ name: String, in suite: String) throws -> BundleCase {
        guard let found = try all(suite).first(where: { $0.name == name }) else { throw Fixtures.Missing(path: "\(suite)/\(name)") }
        return found
    }

    var bundleBytes: [UInt8] { get throws { try BundleFixtures.bytes("\(suite)/\(name).json") } }

    /// As any verifier is asked: root, bundle, artifact, signer. The first failure.
    func verify() throws -> Result<BundleEvidence, VerificationFailure> {
        let bytes = try bundleBytes
        let rootBytes = try BundleFixtures.bytes("roots/\(root)")
        let artifact = Artifact.bytes(try BundleFixtures.bytes("artifacts/\(artifact)"))
        let pem = key.isEmpty ? nil : try BundleFixtures.text("keys/\(key)")
        let identity = try BundleFixtures.identity(subject, issuer: issuer)
        return Result { () throws(VerificationFailure) in
            let trusted: TrustedRoot
            do throws(TrustedRootFailure) { trusted = try TrustedRoot(json: rootBytes) } catch { throw .trustRoot(error) }
            var signer = SignerRequirement.identities([identity])
            if let pem {
                do throws(KeyError) { signer = .keys([ManagedKey(try PublicKey(pem: pem))]) } catch {
                    throw .policyInvalid([error.description])
                }
            }
            let bundle = try Bundle(json: bytes)
            return try BundleVerifier(root: trusted).verify(
                bundle, of: artifact, requirement: BundleRequirement(signer: signer, content: .any))
        }
    }
}

extension VerificationFailure {
    /// The name; and where nothing establishes a time, why the first time stamp doesn't.
    var reason: String {
        guard case .bundle(.noTrustedTime(let rejected)) = self, let first = rejected.first else { return name }
        return "noTrustedTime: \(first.prefix { $0 != ":" })"
    }
}

extension Result where Failure == VerificationFailure {
    /// Nil when it is accepted.
    var failureReason: String? {
        guard case .failure(let failure) = self else { return nil }
        return failure.reason
    }
}
