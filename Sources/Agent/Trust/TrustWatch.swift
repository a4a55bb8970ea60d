import GraftAPI
import KubeRuntime
import Logging
import ServiceLifecycle
import Trust
import Verification

/// Holds all that is on the host against the policies whenever they, a root or a revocation change, at the start, and every now and then; from
/// what lies in the store, without a network, beside what the slots do. Looks on its way whether what is in place is as it was put there.
struct TrustWatch: Service {
    let host: HostState
    let verifier: RevisionVerifier
    let logger: Logger
    let surroundings: Surroundings
    /// Has each slot look whether what it put in place was changed since.
    let inspect: @Sendable () -> Void

    func run() async throws {
        try await host.sources.trust.waitUntilSynced()
        try await host.sources.quarantines.waitUntilSynced()
        while true {
            try await judgeAll()
            inspect()
            // Agents that started together look at different times.
            let period = host.configuration.judgePeriod * (0.9 + 0.2 * surroundings.random())
            try await host.trustWake.wait(atMost: period, surroundings)
            // Several changes are one pass, and a fleet does not judge in the same moment.
            try await surroundings.sleep(host.configuration.judgeSpread * surroundings.random())
        }
    }

    private func judgeAll() async throws {
        guard let revisions = host.present else { return }
        var isNews = false
        for revision in revisions.sorted(by: { ($0.namespace, $0.revision) < ($1.namespace, $1.revision) }) {
            try Task.checkCancellation()
            // Taken before the policies are: a change in between is seen by the next pass, which it has woken.
            let stamp = host.policyStamp
            let finding = await verifier.judge(
                revision, policies: host.policies(), rootsAreHere: host.sources.trust.isComplete, stamp: stamp,
                now: surroundings.wallTime())
            try Task.checkCancellation()
            guard let before = host.board.note(finding, about: revision) else { continue }
            isNews = true
            tell(finding, before, about: revision)
        }
        let isFirst = host.board.passed(over: revisions)
        host.signatureWants.set(host.board.findings.filter(\.value.wantsSignatures).mapValues(\.stamp))
        if isNews || isFirst { host.wakeAll() }
    }

    private func tell(_ finding: TrustFinding, _ before: TrustFinding?, about revision: InstalledRevision) {
        guard finding.state != (before?.state ?? .trusted) else { return }
        let metadata: Logger.Metadata = [
            "revision": "\(revision.revision)", "version": "\(revision.version)", "digest": "\(revision.digest)",
            "reason": "\(finding.reason ?? "-")", "message": "\(finding.message ?? "-")",
        ]
        switch finding.state {
        case .trusted: logger.info("a version on this host is trusted again", metadata: metadata)
        case .distrusted: logger.warning("a version on this host is not trusted any more", metadata: metadata)
        case .unknown: logger.warning("whether a version on this host is still trusted can't be told", metadata: metadata)
        }
    }
}
