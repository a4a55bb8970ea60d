import GraftAPI
import JSON
import KubeClient
import KubeCore
import KubeRuntime

extension Mistake {
    /// What does not fit.
    static let onModules: [Mistake] = [
        Mistake("A configuration that the module's schema refuses") { bench in
            var manifest = Manifest(version: "1.0.0")
            manifest.config = ["greeting": 7]
            return try await bench.refusal(of: manifest)
        },
        Mistake("A configuration with a member that the module does not know") { bench in
            var manifest = Manifest(version: "1.0.0")
            manifest.config = ["greting": "hello"]
            return try await bench.refusal(of: manifest)
        },
        Mistake("A module for another slot") { bench in
            let file = bench.directory + "/other-slot.json"
            try File.write(File.text(ExampleProgram.descriptor("1.0.0")).replacing("net/filter", with: "net/tls"), to: file)
            try await bench.cluster.graft(
                "push", "\(bench.registry)/modules/tls:1.0.0", "--descriptor", file, "--sign", bench.cluster.keyPath(.release),
                ExampleProgram.library("1.0.0")
            ).orThrow()
            return try await bench.refusal(of: Manifest(reference: "\(bench.registry)/modules/tls:1.0.0"))
        },
        Mistake("A host whose runtime is too old") { bench in
            try await bench.registerHost(runtimeVersion: "1.9.0")
            let message = try await bench.refusal(of: Manifest(version: "1.0.0"))
            _ = try await bench.cluster.hosts.deleteIfPresent("edge-proxy.old")
            return message
        },
        Mistake("A slot that another deployment has") { bench in
            try await bench.registerHost(runtimeVersion: "2.4.1")
            try await bench.cluster.delete("wrong")
            try await bench.cluster.apply(Manifest(version: "1.0.0"))
            try await bench.cluster.waits(until: "it has a plan") { _ in
                try await bench.cluster.plans.getIfPresent(Cluster.deploymentName) != nil
            }
            let message = try await bench.refusal(of: Manifest(version: "1.0.0"))
            try await bench.cluster.delete()
            _ = try await bench.cluster.hosts.deleteIfPresent("edge-proxy.old")
            return message
        },
        Mistake("A quarantined version applied again") { bench in
            try await bench.cluster.publish("1.1.0")
            let digest = try await bench.digest(of: "http-filter:1.1.0")
            let spec: JSON = ["digest": .string(digest), "namespace": .string(Cluster.namespace), "reason": "crashes under load"]
            _ = try await bench.cluster.quarantines.apply("by-hand", ["spec": spec] as JSON, manager: "end-to-end-test")
            return try await bench.refusal(of: Manifest(version: "1.1.0"))
        },
    ]
}

extension Workbench {
    /// A host as its agent would register it, alive.
    func registerHost(runtimeVersion: String) async throws {
        let spec: JSON = [
            "class": "edge-proxy", "nodeName": "old", "runtimeVersion": .string(runtimeVersion), "contract": "edge/3",
            "capabilities": ["reload"],
            "agentVersion": "0.1.0",
        ]
        let now = Surroundings.system.wallTime()
        _ = try await cluster.hosts.apply(
            "edge-proxy.old", ["metadata": ["labels": ["tier": "edge"]], "spec": spec] as JSON, manager: "graft-agent")
        _ = try await Api<Lease>(cluster.client, namespace: GraftAPI.agentNamespace).apply(
            "old", ["spec": ["holderIdentity": "old", "leaseDurationSeconds": 3600, "renewTime": .string(now.microText)]] as JSON,
            manager: "graft-agent")
    }
}
