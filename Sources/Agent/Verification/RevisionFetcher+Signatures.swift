package import GraftAPI
import KubeCore
import OCI
package import Trust
import Verification

extension RevisionFetcher {
    /// Brings signatures here that the revision names and this host hasn't got, or has lost, and keeps them beside the artifact. No trust is in that:
    /// they are verified when the revision is judged.
    ///
    /// Each by itself: one that the registry lacks, or that is none, keeps no other out, and takes nothing away from what is here.
    /// - Returns: how many came.
    /// - Throws: `SlotFailure`, `OCIError`, `FileError`, when none did although there are some.
    package func fetchSignatures(of installed: InstalledRevision, _ revision: ModuleRevision, policies: PolicySet) async throws -> Int {
        let spec = revision.spec
        guard spec.digest == installed.digest, spec.configHash == installed.configHash, let before = try store.revision(installed) else {
            throw SlotFailure(.environment, "RevisionMismatch", "ModuleRevision \(installed.revision) is another than the one on this host")
        }
        let (root, reference) = (try Digest(parsing: spec.digest), try Reference(parsing: spec.source))
        let delivery = Delivery(
            namespace: installed.namespace, class: before.hostClass, slot: before.slot, repository: reference.canonicalName)
        if let failure = policies.tenancy(delivery).failure { throw SlotFailure(.environment, "NotTrusted", "\(failure)") }

        var missing: [Digest] = []
        for named in (spec.signatures + revision.status.signatures).prefix(2 * ModuleRevisionSpec.signatureLimit) {
            let digest = try Digest(parsing: named.digest)
            if missing.contains(digest) { continue }
            let isNamed = before.signatures.contains(digest)
            let isKept = isNamed ? await isKept(digest, of: root) : false
            if !isKept { missing.append(digest) }
        }
        guard !missing.isEmpty else { return 0 }

        let source = artifacts.source(of: reference.pinned(to: root))
        return try await store.withoutCollection {
            var (found, blobs): ([Digest], [Digest]) = ([], [])
            var failure: (any Error)?
            for digest in missing {
                do {
                    let received = try await receive(signatures: [digest], from: source)
                    // What can't be read would keep all others from being judged.
                    _ = try await SignatureManifest.fetch(of: root, pinned: [digest], from: StoredArtifact(store: store))
                    found.append(digest)
                    blobs += received
                } catch {
                    try Task.checkCancellation()
                    failure = failure ?? error
                }
            }
            if found.isEmpty, let failure { throw failure }
            guard var stored = try store.revision(installed) else { return 0 }
            stored.signatures += found.filter { !stored.signatures.contains($0) }
            stored.blobs += blobs.filter { !stored.blobs.contains($0) }
            try store.put(stored)
            return found.count
        }
    }

    private func isKept(_ signature: Digest, of root: Digest) async -> Bool {
        (try? await SignatureManifest.fetch(of: root, pinned: [signature], from: StoredArtifact(store: store))) != nil
    }
}
