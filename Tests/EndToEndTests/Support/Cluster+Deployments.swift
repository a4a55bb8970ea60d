import GraftAPI
import HTTPCore
import Harness
import JSON
import KubeClient
import KubeCore

extension Cluster {
    static let namespace = "edge"
    static let deploymentName = "http-filter"

    var deployments: Api<ModuleDeployment> { Api(client, namespace: Self.namespace) }
    var revisions: Api<ModuleRevision> { Api(client, namespace: Self.namespace) }
    var plans: Api<ModulePlan> { Api(client, namespace: Self.namespace) }
    var hosts: Api<ModuleHost> { Api(client) }
    var quarantines: Api<ModuleQuarantine> { Api(client) }

    /// Applies what a manifest says, as `kubectl apply --server-side` does.
    func apply(_ manifest: Manifest) async throws {
        _ = try await deployments.apply(manifest.name, manifest.json(registry: registry), manager: "end-to-end-test")
    }

    /// Deletes a deployment, and waits until it is gone.
    func delete(_ name: String = deploymentName) async throws {
        _ = try await deployments.deleteIfPresent(name)
        try await eventually("the end of \(name)", within: .seconds(60), every: .milliseconds(50)) {
            try await deployments.getIfPresent(name) == nil
        }
    }

    func deployment(_ name: String = deploymentName) async throws -> ModuleDeployment { try await deployments.get(name) }

    /// Waits until the deployment is as wanted. An API server that is just away is no reason to fail.
    @discardableResult
    func waits(
        until what: String, within limit: Duration = .seconds(60), deployment name: String = deploymentName,
        _ condition: (ModuleDeployment) async throws -> Bool
    ) async throws -> ModuleDeployment {
        var last = "nothing was seen of it"
        return try await eventually("\(name): \(what); last seen: \(last)", within: limit, every: .milliseconds(50)) {
            () async throws -> ModuleDeployment? in
            do {
                let deployment = try await deployments.get(name)
                let status = deployment.status
                last =
                    "\(status.phase.rawValue) \(status.summary.version) step \(status.summary.step) \(status.summary.weight) "
                    + "hosts \(status.hosts.summary): \(status.message)"
                return try await condition(deployment) ? deployment : nil
            } catch let error as TransportError {
                last = "the API server can't be reached: \(error)"
                return nil
            }
        }
    }

    /// Waits until the controller says that it will not go on by itself.
    func stalled(_ name: String = deploymentName) async throws -> ModuleDeployment {
        try await waits(until: "Stalled", within: .seconds(60), deployment: name) {
            $0.isSeen && $0.status.conditions["Stalled"]?.status == .isTrue
        }
    }

    @discardableResult
    func waitsUntilHealthy(_ version: String, within limit: Duration = .seconds(60)) async throws -> ModuleDeployment {
        try await waits(until: "Healthy with \(version)", within: limit) {
            $0.isSeen && $0.status.phase == .healthy && $0.status.stable?.version == version
        }
    }
}

extension ModuleDeployment {
    /// Whether the status is about the newest manifest.
    var isSeen: Bool { status.observedGeneration == metadata.generation }
}

/// A ModuleDeployment to apply. Small numbers, so that tests are quick.
struct Manifest {
    var name = Cluster.deploymentName
    /// Below `modules/` of the cluster's registry, or a whole reference when it has a slash.
    var module: String
    var config: JSON? = ["greeting": "hello"]
    var steps: JSON = []
    var maxUnavailable: JSON = "50%"
    var soakSeconds = 1
    var progressDeadlineSeconds = 120
    var onRelease: String?
    /// Of the hosts it is for.
    var tier = "edge"

    init(version: String) { module = "http-filter:\(version)" }
    init(reference: String) { module = reference }

    func json(registry: String) -> JSON {
        var spec: JSON = [
            "class": "edge-proxy", "slot": "net/filter", "selector": ["matchLabels": ["tier": .string(tier)]],
            "module": .string(module.contains("/") ? module : "\(registry)/modules/\(module)"),
            "strategy": [
                "maxUnavailable": maxUnavailable, "failureThreshold": 1, "soakSeconds": .integer(Int64(soakSeconds)),
                "progressDeadlineSeconds": .integer(Int64(progressDeadlineSeconds)), "steps": steps,
            ],
        ]
        if let config { spec["config"] = config }
        if let onRelease { spec["onRelease"] = .string(onRelease) }
        return ["spec": spec]
    }
}
