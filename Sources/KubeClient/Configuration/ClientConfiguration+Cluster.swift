extension ClientConfiguration {
    /// Reads an entry of `clusters`.
    init(cluster: KubeConfigFields) throws(ClientConfigurationError) {
        try cluster.refuseUnknown([
            "server", "tls-server-name", "insecure-skip-tls-verify", "certificate-authority", "certificate-authority-data", "proxy-url",
            "disable-compression", "extensions",
        ])
        guard let server = try cluster.string("server") else {
            throw ClientConfigurationError("\(cluster.place): wanted a server, found none")
        }
        self.init(server: server)
        if let authority = try cluster.pem("certificate-authority") {
            certificateAuthority = authority.text
            files.certificateAuthority = authority.file
        }
        insecureSkipTLSVerify = try cluster.bool("insecure-skip-tls-verify")
        tlsServerName = try cluster.string("tls-server-name")
        disableCompression = try cluster.bool("disable-compression")
        if insecureSkipTLSVerify, certificateAuthority != nil {
            throw ClientConfigurationError("\(cluster.place): insecure-skip-tls-verify and a certificate authority exclude one another")
        }
        if let url = try cluster.string("proxy-url") {
            let scheme = url.split(separator: ":", maxSplits: 1).first.map { $0.lowercased() } ?? ""
            guard url.contains("://"), ["http", "https", "socks5"].contains(scheme) else {
                throw cluster.refusal("proxy-url", "wanted a URL that begins with http://, https:// or socks5://")
            }
            proxy = url
        }
    }

    /// Nothing secret is sent in clear, and kubectl would not send it either.
    var isInClear: Bool { server.lowercased().hasPrefix("http://") }

    /// `host:port` is completed as kubectl does: https where something says that TLS is meant.
    mutating func completeServer() {
        guard !server.contains("://") else { return }
        let meansTLS = insecureSkipTLSVerify || certificateAuthority != nil || clientCertificate != nil
        server = (meansTLS ? "https://" : "http://") + server
    }
}
