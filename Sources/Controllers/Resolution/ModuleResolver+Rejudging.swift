import GraftAPI
import KubeCore
import OCI
import Trust
import Verification

extension ModuleResolver {
    /// What an artifact's signatures came to when they were judged anew.
    struct Rejudgement {
        var judgement: Judgement
        /// All that the revision pins was there, and all that is attached could be read: what was not may be what counts.
        var isComplete: Bool
    }

    /// Judges a revision's artifact anew, by the signatures that it pins and by those that are attached to it now.
    /// - Parameter now: signatures of some kinds run out.
    /// - Throws: `OCIError` for what may succeed later. No address is asked for what no policy covers.
    func rejudge(
        _ revision: ModuleRevision, _ reference: Reference, policies: PolicySet, now: Timestamp
    ) async throws -> Rejudgement {
        let digest = try Digest(parsing: revision.spec.digest)
        let delivery = Self.delivery(of: revision, reference.canonicalName)
        let tenancy = policies.tenancy(delivery)
        var occasion: Occasion?
        func judge(_ signatures: [SignatureManifest]) -> Judgement {
            policies.judge(delivery, digest: digest.description, signatures: signatures, on: occasion)
        }
        guard tenancy.isGranted else { return Rejudgement(judgement: judge([]), isComplete: false) }
        let source = artifacts.source(of: reference.pinned(to: digest))
        var (attached, pinned) = ([SignatureManifest](), [SignatureManifest]())
        var isComplete = true
        do { occasion = try await Occasion.find(of: digest, in: source, for: tenancy, now: now) } catch let error as OCIError
            where !error.isTransient
        { isComplete = false }
        do { attached = try await SignatureManifest.fetch(of: digest, from: source) } catch let error as OCIError where !error.isTransient {
            isComplete = false
        }
        for pin in revision.spec.signatures + revision.status.signatures {
            do {
                if let known = attached.first(where: { $0.digest == pin.digest }) {
                    pinned.append(known)
                } else {
                    pinned += try await SignatureManifest.fetch(of: digest, pinned: [try Digest(parsing: pin.digest)], from: source)
                }
            } catch let error as OCIError where !error.isTransient {
                isComplete = false
            }
        }
        let all = judge(pinned + attached.filter { manifest in !pinned.contains { $0.digest == manifest.digest } })
        if all.isTrusted { return Rejudgement(judgement: all, isComplete: isComplete) }
        // Whoever may push may attach more than is read, or what spoils the rest: that takes nothing from what is pinned.
        let kept = judge(pinned)
        return Rejudgement(judgement: kept.isTrusted ? kept : all, isComplete: isComplete)
    }

    static func delivery(of revision: ModuleRevision, _ repository: String) -> Delivery {
        Delivery(
            namespace: revision.metadata.namespace ?? "", class: revision.spec.hostClass, slot: revision.spec.slot, repository: repository)
    }
}
