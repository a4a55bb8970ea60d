import GraftAPI
import Harness
import JSON
import KubeClient
import KubeCore
import Testing

extension EndToEnd {
    @Suite("A policy drops a signer whose module the whole fleet runs") struct ContinuousTrustTests {
        private func setPolicy(_ cluster: Cluster, trusting keys: [Cluster.SigningKey], onDistrust: JSON) async throws {
            let authorities = try keys.map { key -> JSON in
                ["name": .string(key.rawValue), "key": ["data": .string(try File.text("\(cluster.directory)/\(key.rawValue).pub"))]]
            }
            _ = try await Api<VerificationPolicy>(cluster.client).mergePatch(
                "edge-modules", ["spec": ["authorities": .array(authorities), "onDistrust": onDistrust]] as JSON)
        }

        @Test("Told, it moves nothing; withdrawn, the fleet goes back in waves, with no registry there", .timeLimit(.minutes(5)))
        func dropped() async throws {
            try await withFleet(of: 4, publishing: []) { cluster, fleet in
                let registry = try await DockerRegistry.start(with: cluster.processes, directory: cluster.directory)
                try await cluster.applyPolicy(repositories: "\(registry.address)/modules/**")
                try await setPolicy(cluster, trusting: [.release, .stranger], onDistrust: ["action": "Report"])
                // Given 1.1.0 by one signer everywhere, and 1.0.0 by another before it
                try await cluster.publish("1.0.0", signedBy: .stranger, to: registry.address)
                try await cluster.publish("1.1.0", signedBy: .release, to: registry.address)
                for version in ["1.0.0", "1.1.0"] {
                    try await cluster.apply(Manifest(reference: "\(registry.address)/modules/http-filter:\(version)"))
                    try await cluster.waitsUntilHealthy(version)
                }
                registry.stop()
                try await probing(fleet) { prober in
                    try await prober.waits(until: "1.1.0 everywhere") { $0 == Array(repeating: "1.1.0", count: 4) }
                    let plan = try await cluster.plans.get(Cluster.deploymentName)

                    // When the policy drops its signer, and wants it told
                    try await setPolicy(cluster, trusting: [.stranger], onDistrust: ["action": "Report"])
                    let told = try await cluster.waits(until: "distrusted") {
                        $0.status.conditions["Verified"]?.reason == "Distrusted" && $0.status.trust?.revisions.first?.hosts == 4
                    }
                    #expect(told.status.message.contains("4 of 4 hosts run what policy edge-modules no longer accepts"))
                    #expect(try await cluster.plans.get(Cluster.deploymentName).metadata.resourceVersion == plan.metadata.resourceVersion)

                    // When it wants it withdrawn, one host at a time
                    try await setPolicy(cluster, trusting: [.stranger], onDistrust: ["action": "RollBack", "maxUnavailable": 1])
                    try await prober.waits(until: "1.0.0 everywhere, from what is on the hosts") {
                        $0 == Array(repeating: "1.0.0", count: 4)
                    }
                    let back = try await cluster.waits(until: "back") {
                        $0.status.stable?.version == "1.0.0" && $0.status.rollout?.state == .complete
                    }
                    #expect(back.status.rollout?.cause == .distrusted)
                    #expect(back.status.rollout?.wave.number == 4)
                    #expect(try await cluster.quarantines.list().items.isEmpty)
                    #expect(prober.failures.isEmpty)

                    // When the signer is trusted again, the fleet runs what the manifest has named all along
                    try await setPolicy(cluster, trusting: [.release, .stranger], onDistrust: ["action": "Report"])
                    try await cluster.waitsUntilHealthy("1.1.0")
                    try await prober.waits(until: "1.1.0 everywhere again") { $0 == Array(repeating: "1.1.0", count: 4) }
                }
            }
        }
    }
}
