import GraftAPI
import KubeCore
import Trust
import Verification

@testable import Agent

/// What an agent does for one version, from the registry to the probe, through any driver.
struct SwapFlow: Sendable {
    let driver: any Driver
    let store: ContentStore
    let fetcher: RevisionFetcher
    let verifier: RevisionVerifier
    let policies: PolicySet

    init(driver: any Driver, directory: String, shelf: FallibleShelf, disk: Disk) throws {
        self.driver = driver
        store = try ContentStore(path: "\(directory)/store", disk: disk)
        fetcher = RevisionFetcher(store: store, artifacts: shelf, limit: 1 << 20)
        verifier = RevisionVerifier(
            store: store,
            host: AgentConfiguration(
                hostClass: "edge-proxy", nodeName: "n", runtimeVersion: "2.4.1", contract: "edge/3", capabilities: ["reload"], slots: [],
                stateDirectory: directory))
        policies = SwapBench.policies(shelf)
    }

    /// Fetches what is not here, verifies, stages, switches, and asks the host.
    func deliver(_ version: SwapBench.Version) async throws {
        let installed = installed(version)
        do {
            try await driver.stage(
                try await verifier.verify(installed, policies: policies, now: Timestamp(seconds: 1_780_000_000)), from: store)
        } catch let failure as SlotFailure where [SlotFailure.missing, SlotFailure.damaged].contains(failure.reason) {
            let fetched = try await fetcher.fetch(
                version.revision, wanted: version.reference, hostClass: "edge-proxy", slot: "net/filter", policies: policies)
            try await driver.stage(
                try await verifier.verify(fetched, policies: policies, now: Timestamp(seconds: 1_780_000_000)), from: store)
        }
        try await driver.mending(installed, verifier, store) { try await driver.activate(installed) }
        _ = try await driver.probe(installed)
    }

    func installed(_ version: SwapBench.Version) -> InstalledRevision {
        InstalledRevision(
            namespace: "payments", revision: version.revision.metadata.name, digest: version.revision.spec.digest,
            configHash: version.revision.spec.configHash, version: version.revision.spec.version)
    }
}
