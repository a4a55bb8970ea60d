import JSON

@testable import Trust

extension FuzzTarget {
    /// A bundle is read or refused, within limits.
    static let bundle = FuzzTarget("bundle", .base64, limit: 32 << 10, seeds: SeedFiles.bundles) { bytes in
        guard let bundle = try answer({ () throws(VerificationFailure) in try Bundle(json: bytes) }) else { return }
        try promise(
            "no more than limits allow is kept",
            bundle.logEntries.count <= BundleLimits.logEntries && bundle.timestamps.count <= BundleLimits.timestamps
                && bundle.signature.count <= BundleLimits.signature && !bundle.signature.isEmpty)
        for entry in bundle.logEntries {
            try promise("no proof is longer than limits allow", (entry.proof?.hashes.count ?? 0) <= BundleLimits.hashes)
        }
    }

    /// What is accepted of a changed bundle proves what the bundle proved.
    ///
    /// The first byte says which bundle it was: its root, its artifact and its signer are what is asked for.
    static let verdict = FuzzTarget(
        "verdict", .base64, limit: 32 << 10,
        seeds: { KnownBundle.all.enumerated().map { [UInt8($0)] + $1.bytes } },
        check: { bytes in
            guard let first = bytes.first, let known = KnownBundle.all[at: Int(first)] else { return }
            guard let bundle = try? Bundle(json: Array(bytes.dropFirst())) else { return }
            guard let found = try answer({ () throws(VerificationFailure) in try known.verify(bundle) }) else { return }
            let wanted = known.evidence
            try promise("the signer is the same", found.signer == wanted.signer && found.keyFingerprint == wanted.keyFingerprint)
            try promise(
                "the certificate is the same",
                found.certificateFingerprint == wanted.certificateFingerprint && found.authority == wanted.authority)
            try promise("the places in logs are the same", found.logEntries == wanted.logEntries)
            try promise("the root is the same", found.rootDigest == wanted.rootDigest && found.certificateLogs == wanted.certificateLogs)
            try promise("times are the same", !found.times.isEmpty == !wanted.times.isEmpty && Set(found.times).isSubset(of: wanted.times))
            try promise("what is attested is the same", found.predicateType == wanted.predicateType)
            if case .envelope(let envelope) = bundle.content, case .envelope(let original) = known.bundle.content {
                try promise(
                    "the statement is the same", envelope.payload == original.payload && envelope.payloadType == original.payloadType)
            } else if case .envelope = known.bundle.content {
                throw BrokenPromise(description: "a signature became of an attestation")
            }
        })
}

/// A bundle that is accepted, and all that it is judged by.
struct KnownBundle: Sendable {
    let bytes: [UInt8]
    let bundle: Bundle
    let evidence: BundleEvidence
    private let verifier: BundleVerifier
    private let artifact: Artifact
    private let requirement: BundleRequirement

    func verify(_ bundle: Bundle) throws(VerificationFailure) -> BundleEvidence {
        try verifier.verify(bundle, of: artifact, requirement: requirement)
    }

    /// Rekor of both generations, with and without time stamps; messages and envelopes; identities and keys; roots of others and our own.
    static let all: [KnownBundle] = {
        let names = [
            ("mutants", ["v1-msg-plus-tsa", "v2-dsse", "v1-dsse-statement-v0.1", "v2-msg-tsa-no-certs", "v1-msg-0.1"]),
            (
                "conformance",
                [
                    "happy-path-v0.3", "happy-path-intoto-in-dsse-v3", "rekor2-happy-path", "rekor2-dsse-happy-path",
                    "managed-key-and-trusted-root",
                ]
            ),
        ]
        do { return try names.flatMap { suite, names in try names.map { try KnownBundle($0, in: suite) } } } catch {
            preconditionFailure("the bundles that fuzzing begins with: \(error)")
        }
    }()

    private init(_ name: String, in suite: String) throws {
        let lines = try SeedFiles.text("bundles/\(suite)/cases.tsv").split(separator: "\n").dropFirst()
        let cases = lines.map { $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init) }
        guard let fields = cases.first(where: { $0[0] == name }) else { throw SeedFiles.Missing(path: "\(suite)/\(name)") }
        let beacon =
            "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/"
            + "extremely-dangerous-oidc-beacon.yml@refs/heads/main"
        let signer: SignerRequirement
        if fields[3].isEmpty {
            let issuer = fields[5].isEmpty ? "https://token.actions.githubusercontent.com" : fields[5]
            let identity = try IdentityRequirement(issuer: .exact(issuer), subject: .exact(fields[4].isEmpty ? beacon : fields[4]))
            signer = .identities([identity])
        } else {
            signer = .keys([ManagedKey(try PublicKey(pem: SeedFiles.text("bundles/keys/\(fields[3])")))])
        }
        bytes = try SeedFiles.bytes("bundles/\(suite)/\(name).json")
        bundle = try Bundle(json: bytes)
        verifier = BundleVerifier(root: try TrustedRoot(json: SeedFiles.bytes("bundles/roots/\(fields[1])")))
        artifact = .bytes(try SeedFiles.bytes("bundles/artifacts/\(fields[2])"))
        requirement = BundleRequirement(signer: signer, content: .any)
        evidence = try verifier.verify(bundle, of: artifact, requirement: requirement)
    }
}

extension Array {
    subscript(at index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
