import JSON

extension KubeConfig {
    /// The configuration of a context, the current one by default. Reads the files it names.
    public func configuration(context name: String? = nil) throws(ClientConfigurationError) -> ClientConfiguration {
        let place = files.joined(separator: ", ")
        guard let name = name ?? currentContext else {
            throw ClientConfigurationError("\(place): no current-context; choose one of: \(list(contexts))")
        }
        guard let context = contexts[name] else {
            throw ClientConfigurationError("\(place): there is no context \"\(name)\"; there are: \(list(contexts))")
        }
        let contextFields = KubeConfigFields(context, "context \"\(name)\"")
        guard let clusterName = try contextFields.string("cluster") else {
            throw ClientConfigurationError("\(contextFields.place): wanted a cluster, found none")
        }
        guard let cluster = clusters[clusterName] else {
            throw ClientConfigurationError(
                "\(contextFields.place) names the cluster \"\(clusterName)\", which is not there; there are: \(list(clusters))")
        }
        var configuration = try Self.read(KubeConfigFields(cluster, "cluster \"\(clusterName)\""))
        if let userName = try contextFields.string("user") {
            guard let user = users[userName] else {
                throw ClientConfigurationError(
                    "\(contextFields.place) names the user \"\(userName)\", who is not there; there are: \(list(users))")
            }
            try Self.read(KubeConfigFields(user, "user \"\(userName)\""), cluster: cluster.value, into: &configuration)
        }
        configuration.namespace = try contextFields.string("namespace") ?? "default"
        configuration.origin = "context \"\(name)\" in \(context.file)"
        return configuration
    }

    private func list(_ entries: [String: Entry]) -> String {
        entries.isEmpty ? "none" : entries.keys.sorted().joined(separator: ", ")
    }

    private static func read(_ cluster: KubeConfigFields) throws(ClientConfigurationError) -> ClientConfiguration {
        guard let server = try cluster.string("server") else {
            throw ClientConfigurationError("\(cluster.place): wanted a server, found none")
        }
        var configuration = ClientConfiguration(server: server)
        configuration.certificateAuthority = try cluster.pem("certificate-authority")
        configuration.insecureSkipTLSVerify = try cluster.bool("insecure-skip-tls-verify")
        configuration.tlsServerName = try cluster.string("tls-server-name")
        configuration.proxy = try cluster.string("proxy-url")
        if configuration.insecureSkipTLSVerify, configuration.certificateAuthority != nil {
            throw ClientConfigurationError("\(cluster.place): insecure-skip-tls-verify and a certificate authority exclude one another")
        }
        return configuration
    }

    private static func read(
        _ user: KubeConfigFields, cluster: JSON, into configuration: inout ClientConfiguration
    ) throws(ClientConfigurationError) {
        for field in ["username", "password"] where try user.string(field) != nil {
            throw ClientConfigurationError("\(user.place): \(field): basic authentication is not supported; use a token or a certificate")
        }
        if user.value["auth-provider"] != nil {
            throw ClientConfigurationError("\(user.place): auth-provider is not supported; use an exec plugin")
        }
        configuration.clientCertificate = try user.pem("client-certificate")
        configuration.clientKey = try user.pem("client-key")
        guard (configuration.clientCertificate == nil) == (configuration.clientKey == nil) else {
            throw ClientConfigurationError("\(user.place): a client certificate needs its key, and the key its certificate")
        }
        if let path = try user.path("tokenFile") {
            configuration.authentication = .tokenFile(path)
        } else if let token = try user.string("token") {
            configuration.authentication = .bearer(token)
        } else if user.value["exec"] != nil {
            configuration.authentication = .exec(try ExecPlugin(user, cluster: cluster))
        }
        if let name = try user.string("as") {
            configuration.impersonation = Impersonation(
                user: name, uid: try user.string("as-uid"), groups: try user.strings("as-groups"),
                extra: try user.lists("as-user-extra"))
        }
    }
}
