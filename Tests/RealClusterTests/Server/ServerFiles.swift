/// What a kube-apiserver reads from files: its certificate, the key that signs service accounts' tokens, and its administrator's token.
struct ServerFiles: Sendable {
    let directory: String
    var certificate: String { "\(directory)/server.crt" }
    var key: String { "\(directory)/server.key" }
    var accountKey: String { "\(directory)/accounts.key" }
    var tokens: String { "\(directory)/tokens.csv" }
    let adminToken: String

    init(_ directory: String) throws {
        self.directory = directory
        var generator = SystemRandomNumberGenerator()
        adminToken = (0..<4).map { _ in String(generator.next() as UInt64, radix: 36) }.joined()
        let log = "\(directory)/openssl.log"
        try ServerProgram.run(
            [
                "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1",
                "-subj", "/CN=kube-apiserver", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate,
            ], log: log)
        try ServerProgram.run(["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", accountKey], log: log)
        try TextFile.write("\(adminToken),admin,admin,\"system:masters\"\n", to: tokens)
    }
}
