public import HTTPTransport
public import KubeClient

extension HTTPClient {
    /// A transport to the cluster that a configuration describes: its authorities, client certificate, proxy and server name.
    /// - Parameter userAgent: for requests that name none; a `Client` names its own.
    public convenience init(for cluster: ClientConfiguration, userAgent: String = Client.programName) throws {
        var configuration = HTTPClient.Configuration(userAgent: userAgent)
        configuration.trustedAuthorities = cluster.certificateAuthority.map { Array($0.utf8) }
        if let certificate = cluster.clientCertificate, let key = cluster.clientKey {
            configuration.clientCertificate = ClientCertificate(certificate: Array(certificate.utf8), privateKey: Array(key.utf8))
        }
        configuration.insecureSkipVerify = cluster.insecureSkipTLSVerify
        configuration.tlsServerName = cluster.tlsServerName
        if let proxy = cluster.proxy { configuration.proxy = .url(proxy) }
        self.init(configuration)
    }
}
