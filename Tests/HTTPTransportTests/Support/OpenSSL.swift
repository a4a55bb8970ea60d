import Glibc
import Testing

/// The command-line program, for certificates made on the spot and for a TLS server.
struct OpenSSL {
    struct Failed: Error, CustomStringConvertible {
        let description: String
    }

    static let program = "/usr/bin/openssl"

    /// Certificates and keys live here, and nowhere else.
    let directory: String

    func file(_ name: String) -> String { "\(directory)/\(name)" }

    func bytes(_ name: String) -> [UInt8] {
        guard let stream = fopen(file(name), "r") else { return [] }
        defer { fclose(stream) }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = fread(&bytes, 1, bytes.count, stream)
        return Array(bytes.prefix(count))
    }

    /// A CA `ours`, one `other`, a server's certificate by the first for 127.0.0.1 and right.test, one for clients; gone after the body.
    static func withCertificates<Result>(_ body: (OpenSSL) async throws -> Result) async throws -> Result {
        var template = Array("/tmp/graft-tls-XXXXXX".utf8CString)
        let openssl = OpenSSL(directory: try #require(mkdtemp(&template).map { String(cString: $0) }))
        defer {
            for name in entries(of: openssl.directory) { unlink(openssl.file(name)) }
            rmdir(openssl.directory)
        }
        try openssl.makeAuthority("ours")
        try openssl.makeAuthority("other")
        try openssl.makeCertificate("server", for: "DNS:right.test,IP:127.0.0.1", by: "ours")
        try openssl.makeCertificate("client", for: "DNS:client.test", by: "ours")
        return try await body(openssl)
    }

    func makeAuthority(_ name: String) throws {
        try run(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", file("\(name).key"), "-out",
            file("\(name).pem"), "-subj", "/CN=\(name)", "-days", "2")
    }

    /// - Parameter names: as in `DNS:a.test,IP:127.0.0.1`.
    func makeCertificate(_ name: String, for names: String, by authority: String) throws {
        let stream = fopen(file("\(name).ext"), "w")
        fputs("subjectAltName=\(names)\n", stream)
        fclose(stream)
        try run(
            "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", file("\(name).key"), "-out",
            file("\(name).csr"), "-subj", "/CN=\(name)")
        try run(
            "x509", "-req", "-in", file("\(name).csr"), "-CA", file("\(authority).pem"), "-CAkey", file("\(authority).key"),
            "-CAcreateserial", "-out", file("\(name).pem"), "-days", "2", "-extfile", file("\(name).ext"))
    }

    /// A certificate for 127.0.0.1 that was valid between two instants, written as in `20200131000000Z`.
    func makeCertificate(_ name: String, from start: String, to end: String, by authority: String) throws {
        write("index.txt", "")
        write("serial", "1000\n")
        write("\(name).ext", "subjectAltName=IP:127.0.0.1\n")
        write(
            "ca.cnf",
            """
            [ca]
            default_ca=d
            [d]
            database=\(file("index.txt"))
            serial=\(file("serial"))
            new_certs_dir=\(directory)
            default_md=sha256
            policy=p
            [p]
            commonName=supplied

            """)
        try run(
            "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", file("\(name).key"), "-out",
            file("\(name).csr"), "-subj", "/CN=\(name)")
        try run(
            "ca", "-batch", "-config", file("ca.cnf"), "-in", file("\(name).csr"), "-cert", file("\(authority).pem"), "-keyfile",
            file("\(authority).key"), "-startdate", start, "-enddate", end, "-extfile", file("\(name).ext"), "-notext", "-out",
            file("\(name).pem"))
    }

    /// The SHA-256 fingerprint, as the program prints it, without colons and in lower case.
    func fingerprint(_ name: String) throws -> String {
        let (process, output) = try spawn(["x509", "-in", file("\(name).pem"), "-noout", "-fingerprint", "-sha256"])
        defer { close(output) }
        var text = [UInt8](repeating: 0, count: 512)
        let count = read(output, &text, text.count)
        var status: Int32 = 0
        waitpid(process, &status, 0)
        let line = String(decoding: text[..<max(0, count)], as: UTF8.self)
        return String(line.drop { $0 != "=" }.dropFirst().filter(\.isHexDigit)).lowercased()
    }

    /// Replaces the file at once, as a rename does.
    func write(_ name: String, _ bytes: [UInt8]) {
        let stream = fopen(file("\(name).new"), "w")
        fwrite(bytes, 1, bytes.count, stream)
        fclose(stream)
        rename(file("\(name).new"), file(name))
    }

    func write(_ name: String, _ text: String) { write(name, Array(text.utf8)) }

    /// Runs the body with a server that answers every GET over TLS with a page, and ends it after.
    func withServer<Result>(_ certificate: String, _ more: [String] = [], _ body: (_ port: Int) async throws -> Result) async throws
        -> Result
    {
        let arguments = [
            "s_server", "-accept", "127.0.0.1:0", "-cert", file("\(certificate).pem"), "-key", file("\(certificate).key"), "-www",
        ]
        let (process, output) = try spawn(arguments + more)
        defer {
            kill(process, SIGKILL)
            var status: Int32 = 0
            waitpid(process, &status, 0)
            close(output)
        }
        var text = ""
        while !(text.hasSuffix("\n") && text.contains("ACCEPT ")) {
            var byte: UInt8 = 0
            guard read(output, &byte, 1) == 1 else { throw Failed(description: "openssl s_server does not start: \(text)") }
            text.unicodeScalars.append(Unicode.Scalar(byte))
        }
        let port = text.split(separator: "ACCEPT ").last?.split(separator: ":").last.flatMap { Int($0.prefix { $0.isNumber }) }
        return try await body(try #require(port))
    }

    private func run(_ arguments: String...) throws {
        let (process, output) = try spawn(arguments)
        var status: Int32 = 0
        waitpid(process, &status, 0)
        close(output)
        guard status == 0 else { throw Failed(description: "openssl \(arguments.joined(separator: " ")) failed with \(status)") }
    }

    private func spawn(_ arguments: [String]) throws -> (process: pid_t, output: Int32) {
        guard access(Self.program, X_OK) == 0 else { throw Failed(description: "\(Self.program) is missing; run hack/setup") }
        var ends: [Int32] = [0, 0]
        pipe(&ends)
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { close(ends[1]) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        var words: [UnsafeMutablePointer<CChar>?] = (["openssl"] + arguments).map { strdup($0) } + [nil]
        var variables: [UnsafeMutablePointer<CChar>?] = [strdup("PATH=/usr/bin:/bin"), nil]
        defer { for pointer in words + variables { free(pointer) } }
        var process = pid_t()
        let failure = posix_spawn(&process, Self.program, &actions, nil, &words, &variables)
        guard failure == 0 else {
            close(ends[0])
            throw Failed(description: "openssl does not start: \(String(cString: strerror(failure)))")
        }
        return (process, ends[0])
    }
}
