package import Compatibility
import GraftAPI
import JSON
package import KubeCore
import KubeRuntime
import OCI
package import Trust
import Verification

/// Holds a stored revision against the policies in force, by what lies in the store alone.
package struct RevisionVerifier: Sendable {
    package let store: ContentStore
    package let host: AgentConfiguration
    private let verdicts = VerdictCache()
    private let monotonic: @Sendable () -> Duration

    /// - Parameter monotonic: how long kept verdicts are believed goes by it.
    package init(store: ContentStore, host: AgentConfiguration, monotonic: @escaping @Sendable () -> Duration = Surroundings.system.now) {
        self.store = store
        self.host = host
        self.monotonic = monotonic
    }

    /// - Parameter now: by this host's clock; signatures of some kinds run out.
    /// - Returns: what may be loaded: the files are those of the manifest that was signed.
    /// - Throws: `SlotFailure`; of kind environment whatever it is, since a module that is not trusted has not run yet.
    package func verify(_ installed: InstalledRevision, policies: PolicySet, now: Timestamp) async throws -> VerifiedRevision {
        let stored = try stored(installed)
        let source = StoredArtifact(store: store)
        let module = try await ModuleArtifact.find(.digest(try Digest(parsing: installed.digest)), in: source)
        let judgement = try await judgement(of: stored, policies, now)
        guard judgement.isTrusted else { throw SlotFailure(.environment, Self.notTrusted, judgement.message) }
        let descriptor = try await checkFit(module, source, stored)
        return VerifiedRevision(
            installed: installed, slot: stored.slot, config: stored.config, files: module.files, evidenceHash: judgement.evidenceHash,
            descriptor: descriptor)
    }

    /// What was verified before and is put back: its files, without holding it against policies again.
    package func recall(_ installed: InstalledRevision) async throws -> VerifiedRevision {
        let stored = try stored(installed)
        let module = try await ModuleArtifact.find(.digest(try Digest(parsing: installed.digest)), in: StoredArtifact(store: store))
        return VerifiedRevision(installed: installed, slot: stored.slot, config: stored.config, files: module.files)
    }

    /// What a stored module says of itself; nil when that can't be read.
    package func descriptor(of installed: InstalledRevision) async -> ModuleDescriptor? {
        let source = StoredArtifact(store: store)
        do {
            let module = try await ModuleArtifact.find(.digest(try Digest(parsing: installed.digest)), in: source)
            return try ModuleDescriptor(from: try await module.descriptor(from: source))
        } catch { return nil }
    }

    /// Whether today's policies would let it be loaded, whatever it does already. Never throws: what can't be told is unknown.
    package func judge(_ installed: InstalledRevision, policies: PolicySet, rootsAreHere: Bool, stamp: Int, now: Timestamp) async
        -> TrustFinding
    {
        let judgement: Judgement
        let isLimited: Bool
        do {
            let stored = try stored(installed)
            judgement = try await self.judgement(of: stored, policies, now)
            isLimited = judgement.isTrusted && self.isLimited(judgement, policies.tenancy(delivery(of: stored)).enforcing)
        } catch let failure as SlotFailure where failure.reason == SlotFailure.missing || failure.reason == SlotFailure.damaged {
            return TrustFinding(.unknown, reason: "ProofsMissing", message: failure.message, stamp: stamp, wantsSignatures: true)
        } catch {
            return TrustFinding(.unknown, reason: "Unreadable", message: "\(error)", stamp: stamp)
        }
        if judgement.isTrusted {
            return TrustFinding(.trusted, evidenceHash: judgement.evidenceHash, stamp: stamp, wantsSignatures: isLimited)
        }
        if !judgement.isRefusedByAny, case .policyInvalid? = judgement.failure {
            // Nothing is loaded by a policy that can't be read, and nothing is held against what runs.
            return TrustFinding(
                .unknown, reason: rootsAreHere ? "PolicyInvalid" : "RootMissing", message: judgement.message, stamp: stamp)
        }
        return TrustFinding(.distrusted, reason: Self.notTrusted, message: judgement.message, stamp: stamp, wantsSignatures: true)
    }

    private static let notTrusted = "NotTrusted"

    private func stored(_ installed: InstalledRevision) throws -> StoredRevision {
        guard let stored = try store.revision(installed) else {
            throw SlotFailure(.environment, SlotFailure.missing, "\(installed.revision) is not in the store of this host")
        }
        // The hash is part of what the revision is called: a file that says otherwise was changed.
        guard ConfigHash.of(stored.config) == installed.configHash else {
            throw SlotFailure(
                .environment, SlotFailure.missing,
                "the configuration of \(installed.revision) in the store of this host is not the one it was delivered with; it is fetched again"
            )
        }
        return stored
    }

    /// By the signatures that the revision pins, and no others.
    private func judgement(of stored: StoredRevision, _ policies: PolicySet, _ now: Timestamp) async throws -> Judgement {
        let installed = stored.installed
        let (root, source) = (try Digest(parsing: installed.digest), StoredArtifact(store: store))
        let signatures = try await SignatureManifest.fetch(of: root, pinned: stored.signatures, from: source)
        let delivery = delivery(of: stored)
        let occasion = try await Occasion.find(of: root, in: source, for: policies.tenancy(delivery), now: now)
        return try await verdicts.judge(
            policies, delivery, digest: installed.digest, signatures: signatures, pinned: Set(stored.signatures.map(\.description)),
            on: occasion, now: monotonic())
    }

    private func delivery(of stored: StoredRevision) -> Delivery {
        Delivery(namespace: stored.installed.namespace, class: stored.hostClass, slot: stored.slot, repository: stored.repository)
    }

    /// Whether those who vouch for it do so for a part of the fleet alone.
    private func isLimited(_ judgement: Judgement, _ enforcing: [Policy]) -> Bool {
        let kept = judgement.evidence.map { KeptEvidence(VerificationEvidence($0, time: Timestamp(seconds: 0))) }
        return enforcing.contains { $0.reach(of: kept) != nil }
    }

    /// What the controller checked against what the host said, checked against what the host is.
    private func checkFit(_ module: ModuleArtifact, _ source: StoredArtifact, _ stored: StoredRevision) async throws -> ModuleDescriptor {
        let descriptor: ModuleDescriptor
        do {
            descriptor = try ModuleDescriptor(from: try await module.descriptor(from: source))
        } catch let error as JSONDecodingError {
            throw SlotFailure(.environment, "DescriptorInvalid", "\(stored.installed.revision): the module descriptor: \(error)")
        }
        let facts = HostFacts(runtimeVersion: host.runtimeVersion, contract: host.contract, capabilities: host.capabilities)
        let verdict = descriptor.judge(slot: stored.slot, config: stored.config, host: facts)
        guard verdict.isCompatible else { throw SlotFailure(.environment, "Incompatible", "\(verdict)") }
        return descriptor
    }
}

extension Judgement {
    /// Names the signatures that satisfied the policies. When they were judged is no part of it.
    fileprivate var evidenceHash: String { EvidenceHash.of(evidence.map { VerificationEvidence($0, time: Timestamp(seconds: 0)) }) }

    /// A policy that could be read says no.
    fileprivate var isRefusedByAny: Bool {
        findings.contains { finding in
            guard finding.mode == .enforce, let failure = finding.failure else { return false }
            if case .policyInvalid = failure { return false }
            return true
        }
    }
}
