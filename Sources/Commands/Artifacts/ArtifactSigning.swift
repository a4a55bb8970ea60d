import ArgumentParser
import Glibc
import OCI
import ProgramOptions
import Trust

/// Signs artifacts and attests to them, beside them in their repository, as cosign does with `--key`.
struct ArtifactSigning {
    /// How a signature lies in a registry.
    enum Format: String, ExpressibleByArgument, CaseIterable {
        /// Layers under the tags `sha256-<digest>.sig` and `.att`.
        case classic
        /// Bundles (version 0.3), each a referrer of the artifact.
        case bundle
    }

    let key: any SigningKey
    let format: Format
    /// The time written into referrers, for people.
    let now: @Sendable () -> Moment

    init(key: any SigningKey, format: Format, now: @escaping @Sendable () -> Moment = { Moment(seconds: Int64(time(nil))) }) {
        self.key = key
        self.format = format
        self.now = now
    }

    /// - Returns: false when this key has signed it before.
    func sign(_ subject: Descriptor, in artifact: LocatedArtifact) async throws -> Bool {
        let digest = subject.digest.description
        guard format == .classic else { return try await attach(try Statement.signature(of: digest), to: subject, in: artifact) }
        return try await LayeredImage(kind: .signatures, of: subject.digest, in: artifact).add { present in
            if SignatureLayer.isSigned(digest, repository: artifact.repository, by: key.publicKey, in: present) { return nil }
            return try await SignatureLayer.unsigned(digest: digest, repository: artifact.repository).signed(by: key)
        }
    }

    /// - Returns: false when this key has attested just this before.
    func attest(_ statement: Statement, about subject: Descriptor, in artifact: LocatedArtifact) async throws -> Bool {
        guard format == .classic else { return try await attach(statement, to: subject, in: artifact) }
        return try await LayeredImage(kind: .attestations, of: subject.digest, in: artifact).add { present in
            let envelopes = present.compactMap { try? DSSEEnvelope(json: $0.payload) }
            if envelopes.contains(where: { $0.holds(statement, by: key.publicKey) }) { return nil }
            let envelope = try await DSSEEnvelope.unsigned(statement, practice: .classic).signed(by: key)
            return SignatureLayer(attestation: envelope, predicateType: statement.predicateType)
        }
    }

    private func attach(_ statement: Statement, to subject: Descriptor, in artifact: LocatedArtifact) async throws -> Bool {
        let referrers = BundleReferrers(of: subject, in: artifact)
        for bundle in try await referrers.bundles() {
            if case .envelope(let envelope) = bundle.content, envelope.holds(statement, by: key.publicKey) { return false }
        }
        let envelope = try await DSSEEnvelope.unsigned(statement, practice: .registry).signed(by: key)
        try await referrers.add(BundleDocument(envelope, by: key.publicKey), predicateType: statement.predicateType, created: now())
        return true
    }
}
