import Compatibility
import GraftAPI
import JSON
import KubeClient
import KubeCore
import KubeRuntime
import OCI
import Schema
import Trust
import Verification

/// Writes revisions: made once, immutable; only their status changes.
struct RevisionPublisher: Sendable {
    let api: Api<ModuleRevision>

    /// - Returns: the revision, whoever made it: its name is derived from digest and configuration.
    func publish(_ module: ResolvedModule, for deployment: ModuleDeployment, number: Int, now: Timestamp) async throws -> ModuleRevision {
        var spec = ModuleRevisionSpec()
        spec.number = number
        spec.source = module.source
        spec.digest = module.digest.description
        spec.configHash = ConfigHash.of(deployment.spec.config)
        spec.config = deployment.spec.config
        spec.hostClass = deployment.spec.hostClass
        spec.slot = deployment.spec.slot
        spec.version = module.descriptor.version.description
        spec.descriptor = module.descriptorJSON
        spec.signatures = module.signatures.map(SignatureReference.init(digest:))
        let name = ConfigHash.revisionName(deployment: deployment.metadata.name, digest: spec.digest, configHash: spec.configHash)
        let metadata = ObjectMeta(
            name: name, namespace: deployment.metadata.namespace, labels: [GraftAPI.deploymentLabel: deployment.metadata.name],
            ownerReferences: OwnerReference(controlledBy: deployment).map { [$0] } ?? [])
        let api = api.scoped(to: deployment.metadata.namespace)
        var revision: ModuleRevision
        do {
            let body: JSON = ["metadata": metadata.json, "spec": spec.json]
            revision = try await api.create(body, options: WriteOptions(manager: GraftAPI.controllerManager))
        } catch let error as KubeError where error.code == .alreadyExists {
            revision = try await api.get(name)
        }
        let evidence = module.judgement.evidence.map { VerificationEvidence($0, time: now) }
        guard revision.status.evidence.map(\.identity) != evidence.map(\.identity) else { return revision }
        return try await api.patchStatus(
            name, ["status": ["evidence": evidence.json, "evidenceHash": .string(EvidenceHash.of(evidence))]] as JSON,
            options: WriteOptions(manager: GraftAPI.controllerManager))
    }

    /// Keeps what vouches for a revision now, and where that stands beside what it pins.
    func setEvidence(_ judgement: Judgement, of revision: ModuleRevision, now: Timestamp) async throws -> ModuleRevision {
        let evidence = judgement.evidence.map { VerificationEvidence($0, time: now) }
        let pinned = Set(revision.spec.signatures.map(\.digest))
        var found: [SignatureReference] = []
        for digest in judgement.evidence.map(\.manifestDigest) + revision.status.signatures.map(\.digest)
        where !pinned.contains(digest) && !found.contains(SignatureReference(digest: digest)) {
            found.append(SignatureReference(digest: digest))
        }
        found = Array(found.prefix(ModuleRevisionSpec.signatureLimit))
        guard revision.status.evidence.map(\.identity) != evidence.map(\.identity) || revision.status.signatures != found else {
            return revision
        }
        return try await api.scoped(to: revision.metadata.namespace).patchStatus(
            revision.metadata.name,
            [
                "status": [
                    "evidence": evidence.json, "evidenceHash": .string(EvidenceHash.of(evidence)), "signatures": found.json,
                ]
            ] as JSON, options: WriteOptions(manager: GraftAPI.controllerManager))
    }

    func setOutcome(_ outcome: ModuleRevisionStatus.Outcome, _ message: String, of name: String, namespace: String?) async throws
        -> ModuleRevision
    {
        try await api.scoped(to: namespace).patchStatus(
            name, ["status": ["outcome": .string(outcome.rawValue), "message": .string(message)]] as JSON,
            options: WriteOptions(manager: GraftAPI.controllerManager))
    }
}

extension VerificationEvidence {
    /// Everything but when.
    fileprivate var identity: VerificationEvidence {
        var identity = self
        identity.time = Timestamp(seconds: 0)
        return identity
    }
}
