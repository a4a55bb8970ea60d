extension ClientConfiguration {
    /// Finds a configuration as kubectl does: an explicit file, else the files that KUBECONFIG lists, else `~/.kube/config`, else that
    /// of the pod we run in.
    /// - Throws: names what was tried and what to do.
    public static func infer(
        kubeconfig: String? = nil, context: String? = nil, environment: [String: String] = ProcessEnvironment.current,
        serviceAccount: String = defaultServiceAccountDirectory
    ) throws(ClientConfigurationError) -> ClientConfiguration {
        if let kubeconfig {
            guard try LocalFile.readIfPresent(kubeconfig) != nil else {
                throw ClientConfigurationError("the kubeconfig \(kubeconfig) does not exist; give the path of one, or set KUBECONFIG")
            }
            return try KubeConfig.load([kubeconfig], mustExist: true).configuration(context: context)
        }
        var tried: [String] = []
        if let list = environment["KUBECONFIG"], !list.isEmpty {
            let paths = list.split(separator: ":").map(String.init)
            let config = try KubeConfig.load(paths)
            if !config.isEmpty { return try config.configuration(context: context) }
            tried.append("KUBECONFIG=\(list) (no such file, or empty)")
        } else if let home = environment["HOME"], !home.isEmpty {
            let path = "\(home)/.kube/config"
            let config = try KubeConfig.load([path])
            if !config.isEmpty { return try config.configuration(context: context) }
            tried.append("\(path) (no such file, or empty)")
        } else {
            tried.append("KUBECONFIG and HOME (not set)")
        }
        if environment["KUBERNETES_SERVICE_HOST"] != nil {
            guard context == nil else {
                throw ClientConfigurationError("the context \"\(context!)\" was asked for, but there is no kubeconfig; tried \(tried[0])")
            }
            return try inCluster(environment: environment, serviceAccount: serviceAccount)
        }
        tried.append("the pod's service account (KUBERNETES_SERVICE_HOST is not set)")
        throw ClientConfigurationError(
            "no cluster to talk to; tried \(tried.joined(separator: "; ")). Give a kubeconfig file, or set KUBECONFIG")
    }

    /// Where Kubernetes mounts a pod's credentials.
    public static let defaultServiceAccountDirectory = "/var/run/secrets/kubernetes.io/serviceaccount"

    /// The configuration of the pod we run in. The token and the authorities are read from their files again and
    /// again, since the kubelet replaces them.
    public static func inCluster(
        environment: [String: String] = ProcessEnvironment.current, serviceAccount: String = defaultServiceAccountDirectory
    ) throws(ClientConfigurationError) -> ClientConfiguration {
        guard let host = environment["KUBERNETES_SERVICE_HOST"], !host.isEmpty, let port = environment["KUBERNETES_SERVICE_PORT"],
            !port.isEmpty
        else { throw ClientConfigurationError("KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set: this is no pod") }
        let token = "\(serviceAccount)/token"
        guard try LocalFile.readIfPresent(token) != nil else {
            throw ClientConfigurationError("\(token) does not exist: the pod needs automountServiceAccountToken: true")
        }
        let namespacePath = "\(serviceAccount)/namespace"
        let namespace = try LocalFile.readIfPresent(namespacePath) == nil ? "default" : try LocalFile.trimmedText(namespacePath)
        let authority = "\(serviceAccount)/ca.crt"
        return ClientConfiguration(
            server: "https://\(host.contains(":") ? "[\(host)]" : host):\(port)", certificateAuthority: try LocalFile.text(authority),
            files: CertificateFiles(certificateAuthority: authority), authentication: .tokenFile(token), namespace: namespace,
            origin: "the pod's service account")
    }
}
