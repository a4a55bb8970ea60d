import GraftAPI
import Harness
import JSON
import KubeClient
import KubeCore
import Testing
import YAML

/// What mistakes are made with: one control plane for all of them, with version 1.0.0 in its registry.
struct Workbench: Sendable {
    let cluster: Cluster
    var processes: Processes { cluster.processes }
    var directory: String { cluster.directory }
    var registry: String { cluster.registry }

    /// What the command says on its standard error, when it fails.
    func complaint(of command: [String], environment: [String: String] = [:], within limit: Duration = .seconds(60)) async throws -> String
    {
        let finished = try await processes.run(
            command, environment: ["KUBECONFIG": cluster.kubeconfig, "HOME": directory] + environment, within: limit)
        guard !finished.isSuccess else { throw NoComplaint(description: "\(finished)") }
        return trimmed(finished.errorOutput)
    }

    func complaint(ofGraft arguments: String..., environment: [String: String] = [:]) async throws -> String {
        try await complaint(of: [Repository.graft] + arguments, environment: environment)
    }

    /// What the API server says about a manifest that `kubectl apply` sends for the first time. Versions of kubectl differ in what they say around it.
    func complaint(ofApplying manifest: String) async throws -> String {
        do {
            let created = try await create(manifest)
            throw NoComplaint(description: "created: \(created.text())")
        } catch let error as KubeError {
            return error.message
        }
    }

    func create(_ manifest: String) async throws -> JSON {
        var request = APIRequest.create(
            ModuleDeployment.definition, namespace: Cluster.namespace, body: try YAML.documents(Array(manifest.utf8))[0])
        request.query.append(.init("fieldValidation", "Strict"))
        return try await cluster.client.send(request)
    }

    /// Applies a deployment of its own name, waits until the controller will not go on by itself, and gives back what it says.
    func refusal(of manifest: Manifest) async throws -> String {
        var manifest = manifest
        manifest.name = "wrong"
        try await removeAll(of: manifest.name)
        try await cluster.apply(manifest)
        return try await cluster.stalled(manifest.name).status.message.replacing(registry, with: "registry.example")
    }

    /// Applies a deployment of the same name, and waits until it is as expected.
    @discardableResult
    func applyAlone(_ manifest: Manifest, until condition: (ModuleDeployment) -> Bool) async throws -> ModuleDeployment {
        var manifest = manifest
        manifest.name = "wrong"
        try await removeAll(of: manifest.name)
        try await cluster.apply(manifest)
        return try await cluster.waits(until: "as expected", deployment: manifest.name) { $0.isSeen && condition($0) }
    }

    /// A deployment and the plan that it leaves behind, which another of its name would be taken to go on with.
    private func removeAll(of name: String) async throws {
        try await cluster.delete(name)
        try await eventually("the end of its plan", every: .milliseconds(50)) { try await cluster.plans.getIfPresent(name) == nil }
    }

    func trimmed(_ text: String) -> String {
        var text = text[...]
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }

    struct NoComplaint: Error, CustomStringConvertible { var description: String }
}

func + (left: [String: String], right: [String: String]) -> [String: String] { left.merging(right) { $1 } }

/// Gives a suite one workbench for all of its tests.
struct SharedWorkbench: SuiteTrait, TestScoping {
    @TaskLocal static var current: Workbench?

    var isRecursive: Bool { false }

    func provideScope(for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void) async throws
    {
        try await withCluster { cluster in
            try await ExampleProgram.build(with: cluster.processes)
            try await cluster.prepareTrust()
            try await cluster.publish("1.0.0")
            try await Self.$current.withValue(Workbench(cluster: cluster)) { try await function() }
        }
    }
}
