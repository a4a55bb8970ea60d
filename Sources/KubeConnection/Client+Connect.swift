import HTTPTransport
public import KubeClient

extension Client {
    /// A client of the cluster that `kubectl` would talk to from here, over a transport of its own. Sends nothing yet.
    ///
    /// An explicit file wins, then the files that `KUBECONFIG` lists, then `~/.kube/config`, then the pod's service account.
    /// Certificates that are replaced while it is used are taken up.
    /// - Parameters:
    ///   - kubeconfig: the path of a file; nil looks where `kubectl` looks.
    ///   - context: of the kubeconfig; nil: its current one.
    ///   - userAgent: what the server's audit log calls us.
    /// - Throws: `ClientConfigurationError`, which names what was tried and what to do.
    public static func connect(
        kubeconfig: String? = nil, context: String? = nil, userAgent: String = Client.programName
    ) throws -> Client {
        let configuration = try ClientConfiguration.infer(kubeconfig: kubeconfig, context: context)
        return try Client(configuration, userAgent: userAgent) { try HTTPClient(for: $0, userAgent: userAgent) }
    }
}
