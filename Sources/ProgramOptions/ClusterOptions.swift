package import ArgumentParser
package import KubeClient
import KubeConnection

/// Which cluster to talk to, as `kubectl` takes it.
package struct ClusterOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Path of the kubeconfig. Default: $KUBECONFIG, ~/.kube/config, or the pod's service account.", valueName: "path")
    )
    package var kubeconfig: String?

    @Option(help: ArgumentHelp("Context of the kubeconfig.", valueName: "name"))
    package var context: String?

    @Option(name: .shortAndLong, help: ArgumentHelp("Namespace. Default: the context's.", valueName: "name"))
    package var namespace: String?

    package init() {}

    /// A client, whose namespace is the one asked for or the context's.
    package func connect(userAgent: String = "graft") throws -> (client: Client, namespace: String) {
        let client = try Client.connect(kubeconfig: kubeconfig, context: context, userAgent: userAgent)
        return (client, namespace ?? client.namespace)
    }
}
