import GraftAPI
import KubeCore
import KubeRuntime
import Logging
import ServiceLifecycle
import Synchronization

/// Fetches signatures that the controller found after a revision was made, when those on this host are not enough for today's policies any more: just
/// them, one revision after the other, beside what the slots do. While registry or API server are away, nothing changes.
struct SignatureWatch: Service {
    let host: HostState
    let fetcher: RevisionFetcher
    let logger: Logger
    let surroundings: Surroundings

    func run() async throws {
        var schedule = SignatureSchedule(spread: host.configuration.signatureSpread)
        while true {
            try Task.checkCancellation()
            schedule.want(host.signatureWants.wanted, now: surroundings.now()) { revision in
                Double(Rank(salt: revision.digest, host: host.configuration.hostName).value) / Double(Rank.end.value)
            }
            if let revision = schedule.due(now: surroundings.now()) {
                try await look(for: revision)
                schedule.looked(revision, now: surroundings.now(), random: surroundings.random())
            } else {
                try await host.signatureWants.wake.wait(atMost: schedule.nextDue.map { $0 - surroundings.now() }, surroundings)
            }
        }
    }

    private func look(for installed: InstalledRevision) async throws {
        let metadata: Logger.Metadata = ["revision": "\(installed.revision)", "version": "\(installed.version)"]
        do {
            let revision = try await host.sources.revision(ObjectKey(namespace: installed.namespace, name: installed.revision))
            let found = try await fetcher.fetchSignatures(of: installed, revision, policies: host.policies())
            guard found > 0 else { return }
            logger.info("signatures that came later are here", metadata: metadata.merging(["count": "\(found)"]) { $1 })
            host.trustWake.wake()
        } catch {
            try Task.checkCancellation()
            logger.info("signatures that came later can't be had; will try again", metadata: metadata.merging(["error": "\(error)"]) { $1 })
        }
    }
}

/// The revisions whose signatures on this host are not enough, and the stamp of the policies that say so.
final class SignatureWants: Sendable {
    private let state = Mutex<[InstalledRevision: Int]>([:])
    let wake = Wake()

    var wanted: [InstalledRevision: Int] { state.withLock { $0 } }

    func set(_ wanted: [InstalledRevision: Int]) {
        let isNews = state.withLock { state in
            defer { state = wanted }
            return state != wanted
        }
        if isNews { wake.wake() }
    }
}
