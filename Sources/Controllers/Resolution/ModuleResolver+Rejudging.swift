import GraftAPI
import KubeCore
import OCI
import Trust
import Verification

extension ModuleResolver {
    /// Judges a revision's artifact anew, by the signatures that it pins and by those that are attached to it now.
    /// - Returns: the judgement, and whether all that is pinned was there: what is gone may have been what counts.
    /// - Throws: `OCIError`. No address is asked for what no policy covers.
    func rejudge(_ revision: ModuleRevision, _ reference: Reference, policies: PolicySet) async throws -> (Judgement, Bool) {
        let digest = try Digest(parsing: revision.spec.digest)
        let delivery = Self.delivery(of: revision, reference.name)
        guard policies.tenancy(delivery).isGranted else {
            return (policies.judge(delivery, digest: digest.description, signatures: []), false)
        }
        let source = artifacts.source(of: reference.pinned(to: digest))
        var signatures = try await SignatureManifest.fetch(of: digest, from: source)
        var isComplete = true
        for pinned in revision.spec.signatures + revision.status.signatures
        where !signatures.contains(where: { $0.digest == pinned.digest }) {
            do {
                signatures += try await SignatureManifest.fetch(of: digest, pinned: [try Digest(parsing: pinned.digest)], from: source)
            } catch let error as OCIError where !error.isTransient {
                isComplete = false
            }
        }
        return (policies.judge(delivery, digest: digest.description, signatures: signatures), isComplete)
    }

    static func delivery(of revision: ModuleRevision, _ repository: String) -> Delivery {
        Delivery(
            namespace: revision.metadata.namespace ?? "", class: revision.spec.hostClass, slot: revision.spec.slot, repository: repository)
    }
}
