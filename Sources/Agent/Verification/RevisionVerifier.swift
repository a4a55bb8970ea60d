import Compatibility
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
        guard let stored = try store.revision(installed) else {
            throw SlotFailure(.environment, SlotFailure.missing, "\(installed.revision) is not in the store of this host")
        }
        let source = StoredArtifact(store: store)
        let root = try Digest(parsing: installed.digest)
        let module = try await ModuleArtifact.find(.digest(root), in: source)
        let signatures = try await SignatureManifest.fetch(of: root, pinned: stored.signatures, from: source)
        let delivery = Delivery(
            namespace: installed.namespace, class: stored.hostClass, slot: stored.slot, repository: stored.repository)
        let occasion = try await Occasion.find(of: root, in: source, for: policies.tenancy(delivery), now: now)
        let judgement = try await verdicts.judge(
            policies, delivery, digest: installed.digest, signatures: signatures, pinned: Set(stored.signatures.map(\.description)),
            on: occasion, now: monotonic())
        guard judgement.isTrusted else { throw SlotFailure(.environment, "NotTrusted", judgement.message) }
        try await checkFit(module, source, stored)
        return VerifiedRevision(installed: installed, slot: stored.slot, config: stored.config, files: module.files)
    }

    /// What was verified before and is put back: its files, without holding it against policies again.
    package func recall(_ installed: InstalledRevision) async throws -> VerifiedRevision {
        guard let stored = try store.revision(installed) else {
            throw SlotFailure(.environment, SlotFailure.missing, "\(installed.revision) is not in the store of this host")
        }
        let module = try await ModuleArtifact.find(.digest(try Digest(parsing: installed.digest)), in: StoredArtifact(store: store))
        return VerifiedRevision(installed: installed, slot: stored.slot, config: stored.config, files: module.files)
    }

    /// What the controller checked against what the host said, checked against what the host is.
    private func checkFit(_ module: ModuleArtifact, _ source: StoredArtifact, _ stored: StoredRevision) async throws {
        let descriptor: ModuleDescriptor
        do {
            descriptor = try ModuleDescriptor(from: try await module.descriptor(from: source))
        } catch let error as JSONDecodingError {
            throw SlotFailure(.environment, "DescriptorInvalid", "\(stored.installed.revision): the module descriptor: \(error)")
        }
        let facts = HostFacts(runtimeVersion: host.runtimeVersion, contract: host.contract, capabilities: host.capabilities)
        let verdict = descriptor.judge(slot: stored.slot, config: stored.config, host: facts)
        guard verdict.isCompatible else { throw SlotFailure(.environment, "Incompatible", "\(verdict)") }
    }
}
