extension ClientConfiguration {
    /// Reads an entry of `users`. Of several ways to say who asks, the token goes before the password, and the command comes last;
    /// `tokenFile` goes before `token`, which serves while the file can't be read. To a server without TLS no credentials are sent.
    mutating func add(user: KubeConfigFields, cluster: KubeConfigFields) throws(ClientConfigurationError) {
        if user.has("auth-provider") { throw user.refusal("auth-provider", "not supported; use an exec plugin") }
        try user.refuseUnknown([
            "client-certificate", "client-certificate-data", "client-key", "client-key-data", "token", "tokenFile", "as", "as-uid",
            "as-groups", "as-user-extra", "username", "password", "exec", "extensions",
        ])
        try addCertificate(user)
        completeServer()
        authentication = try read(user, cluster)
        try addImpersonation(user)
        if isInClear {
            authentication = .none
            (clientCertificate, clientKey, files.clientCertificate, files.clientKey) = (nil, nil, nil, nil)
        }
    }

    private mutating func addCertificate(_ user: KubeConfigFields) throws(ClientConfigurationError) {
        let certificate = try user.pem("client-certificate")
        let key = try user.pem("client-key")
        guard (certificate == nil) == (key == nil) else {
            throw ClientConfigurationError("\(user.place): a client certificate needs its key, and the key its certificate")
        }
        clientCertificate = certificate?.text
        clientKey = key?.text
        files.clientCertificate = certificate?.file
        files.clientKey = key?.file
    }

    private func read(_ user: KubeConfigFields, _ cluster: KubeConfigFields) throws(ClientConfigurationError) -> Authentication {
        let token = try user.string("token")
        let tokenFile = try user.path("tokenFile")
        let name = try user.string("username")
        let password = try user.string("password")
        let plugin = user.has("exec") ? try ExecPlugin(user, cluster: self, clusterFields: cluster) : nil
        let hasPassword = name != nil || password != nil
        if hasPassword, token != nil || tokenFile != nil {
            throw user.refusal("username", "a token stands beside it; wanted one way to say who asks")
        }
        if let tokenFile { return .tokenFile(tokenFile, fallback: token) }
        if let token { return .bearer(token) }
        if hasPassword { return .basic(user: name ?? "", password: password ?? "") }
        // Who has a certificate needs no command to get another.
        if let plugin, clientCertificate == nil { return .exec(plugin) }
        return .none
    }

    private mutating func addImpersonation(_ user: KubeConfigFields) throws(ClientConfigurationError) {
        guard let name = try user.string("as") else {
            for field in ["as-uid", "as-groups", "as-user-extra"] where user.has(field) {
                throw user.refusal(field, "wanted the name of a user in \"as\", too")
            }
            return
        }
        impersonation = Impersonation(
            user: name, uid: try user.string("as-uid"), groups: try user.strings("as-groups"), extra: try user.lists("as-user-extra"))
    }
}
