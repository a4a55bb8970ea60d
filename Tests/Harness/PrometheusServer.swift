import Glibc

/// A real Prometheus on loopback, as Debian packages it.
package struct PrometheusServer: Sendable {
    /// How it wants to be asked.
    package struct Access: Sendable {
        package var user: String?
        /// As bcrypt writes it.
        package var passwordHash: String?
        package var certificate: TestCertificate?
        /// Whose clients it lets in.
        package var clients: TestCertificate?

        package init(user: String? = nil, passwordHash: String? = nil, certificate: TestCertificate? = nil, clients: TestCertificate? = nil)
        {
            self.user = user
            self.passwordHash = passwordHash
            self.certificate = certificate
            self.clients = clients
        }
    }

    package let port: Int
    /// As in `https://127.0.0.1:1234`.
    package let address: String
    package let program: Program

    /// Nil where it is not installed; `hack/setup` does.
    package static let path: String? = ["/usr/bin/prometheus", "/usr/local/bin/prometheus"].first { (path: String) in
        access(path, X_OK) == 0
    }
    package static var isInstalled: Bool { path != nil }
}

/// Runs a Prometheus for as long as `body` runs.
/// - Parameter target: `host:port` whose `/metrics` it scrapes, four times a second.
package func withPrometheus<Result>(
    scraping target: String, access: PrometheusServer.Access = .init(), options: [String] = [],
    _ body: (PrometheusServer) async throws -> Result
) async throws -> Result {
    try await withTemporaryDirectory { directory in
        let configuration = """
            global: {scrape_interval: 250ms, scrape_timeout: 250ms}
            scrape_configs:
            - job_name: hosts
              static_configs: [{targets: ["\(target)"]}]

            """
        try write(configuration, to: "\(directory)/prometheus.yml")
        try write(webConfiguration(access, directory), to: "\(directory)/web.yml")
        // Between asking for a free port and using it, another may take it: then another one is tried.
        var last = ""
        for _ in 1...5 {
            let port = try freePort()
            let program = try Program(
                PrometheusServer.path ?? "prometheus",
                [
                    "--config.file=\(directory)/prometheus.yml", "--web.config.file=\(directory)/web.yml",
                    "--web.listen-address=127.0.0.1:\(port)", "--storage.tsdb.path=\(directory)/data-\(port)", "--log.level=info",
                ] + options, in: directory)
            defer { program.end() }
            do { try await eventually("Prometheus answers on \(port)") { try isReady(port, program) } } catch is PortTaken {
                last = program.errors
                continue
            }
            let scheme = access.certificate == nil ? "http" : "https"
            return try await body(PrometheusServer(port: port, address: "\(scheme)://127.0.0.1:\(port)", program: program))
        }
        throw NeverHappened(description: "no Prometheus started: \(last)")
    }
}

private struct PortTaken: Error {}

private func isReady(_ port: Int, _ program: Program) throws -> Bool {
    if program.hasEnded { throw PortTaken() }
    // It answers queries when it says so, not when it listens.
    return program.errors.contains("Server is ready to receive web requests") && connects(to: port)
}

private func webConfiguration(_ access: PrometheusServer.Access, _ directory: String) throws -> String {
    var text = ""
    if let user = access.user, let hash = access.passwordHash { text += "basic_auth_users: {\(user): \"\(hash)\"}\n" }
    guard let certificate = access.certificate else { return text }
    try write(certificate.certificate, to: "\(directory)/server.pem")
    try write(certificate.privateKey, to: "\(directory)/server.key")
    text += "tls_server_config:\n  cert_file: \(directory)/server.pem\n  key_file: \(directory)/server.key\n"
    if let clients = access.clients {
        try write(clients.certificate, to: "\(directory)/clients.pem")
        text += "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: \(directory)/clients.pem\n"
    }
    return text
}

private func loopback(_ port: Int) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    address.sin_port = UInt16(port).bigEndian
    return address
}

private func freePort() throws -> Int {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    defer { close(descriptor) }
    var address = loopback(0)
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = withUnsafeMutablePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            bind(descriptor, $0, size) == 0 ? getsockname(descriptor, $0, &size) : -1
        }
    }
    guard result == 0 else { throw NeverHappened(description: "no free port: \(String(cString: strerror(errno)))") }
    return Int(UInt16(bigEndian: address.sin_port))
}

private func connects(to port: Int) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    defer { close(descriptor) }
    var address = loopback(port)
    return withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0 }
    }
}
