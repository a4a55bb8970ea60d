import ArgumentParser
import GraftAPI
import JSON
import KubeClient
import KubeCore
import ProgramOptions

/// Names one ModuleDeployment in a cluster.
struct DeploymentOptions: ParsableArguments {
    @Argument(help: "Name of the ModuleDeployment.")
    var name: String

    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var output: OutputOptions

    func connect() throws -> DeploymentClient {
        let cluster = try cluster.connect()
        return DeploymentClient(client: cluster.client, namespace: cluster.namespace, name: name)
    }

    /// Prints the object that a verb changed, or a sentence that says what happens now.
    func report(_ deployment: ModuleDeployment, _ sentence: String) {
        output.print(deployment.json, text: "\(deployment.key): \(sentence)")
    }
}

/// One ModuleDeployment and what belongs to it.
struct DeploymentClient {
    var client: Client
    var namespace: String
    var name: String

    var deployments: Api<ModuleDeployment> { Api(client, namespace: namespace) }
    var revisions: Api<ModuleRevision> { Api(client, namespace: namespace) }

    func get() async throws -> ModuleDeployment {
        guard let deployment = try await deployments.getIfPresent(name) else {
            throw CommandError(
                "ModuleDeployment \(namespace)/\(name) does not exist; 'kubectl get mdep -A' lists those that do, -n chooses the namespace")
        }
        return deployment
    }

    /// Sets an annotation that the controller consumes.
    func annotate(_ deployment: ModuleDeployment, _ annotation: String, _ value: String) async throws -> ModuleDeployment {
        try await deployments.mergePatch(
            name, ["metadata": ["annotations": [annotation: .string(value)]]] as JSON, preconditions: Preconditions(of: deployment))
    }

    /// The rollout in progress.
    func rollout(of deployment: ModuleDeployment) throws -> RolloutStatus {
        guard let rollout = deployment.status.rollout,
            deployment.status.canary != nil || rollout.kind == .restart && rollout.state == .running
        else {
            throw CommandError("\(deployment.key): no rollout is in progress: \(deployment.status.message)")
        }
        return rollout
    }

    /// Revisions of this deployment, newest first.
    func revisionsNewestFirst() async throws -> [ModuleRevision] {
        try await revisions.list(ListOptions(labels: LabelSelector(matchLabels: [GraftAPI.deploymentLabel: name]))).items
            .sorted { $0.spec.number > $1.spec.number }
    }
}
