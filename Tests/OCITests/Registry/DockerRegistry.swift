import Glibc
import HTTPCore
import HTTPTransport
import HTTPTypes
import OCI
import Testing

/// Debian's `docker-registry` on a free port of loopback, with its files in a directory of its own.
///
/// A shell stands between: it ends the registry when its standard input closes, which happens also when the test process is killed.
struct DockerRegistry {
    struct Missing: Error, CustomStringConvertible {
        var description: String { "\(DockerRegistry.program) is missing; run hack/setup, which installs the package docker-registry" }
    }

    struct NotStarted: Error, CustomStringConvertible {
        let log: String
        var description: String { "docker-registry does not answer: \(log)" }
    }

    static let program = "/usr/bin/docker-registry"
    /// User `graft`, password `password`; bcrypt, as the registry wants it.
    private static let passwords = "graft:$2y$05$abcdefghijklmnopqrstuuWG29KuyeAicPCJODk1zjyGvyQUU2awu\n"

    enum Variant: Sendable, CaseIterable {
        case plain, withPasswords, withTLS, withTLSAndHTTP2

        var isTLS: Bool { self == .withTLS || self == .withTLSAndHTTP2 }
    }

    let port: Int
    private let directory: String
    private let process: pid_t
    private let leash: Int32

    var authority: String { "127.0.0.1:\(port)" }

    /// What it has written, a line a request.
    var log: String {
        (try? FileSystem.read("\(directory)/log", upTo: 4 << 20)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    /// Runs the body with a registry that answers and a client that trusts it, and ends both, the registry by its process number, whatever
    /// happens.
    static func run<Result>(
        _ variant: Variant, in directory: String, _ body: (DockerRegistry, HTTPClient) async throws -> Result
    ) async throws -> Result {
        guard access(program, X_OK) == 0 else { throw Missing() }
        var configuration = HTTPClient.Configuration()
        if variant.isTLS {
            try makeCertificate(in: directory)
            configuration.trustedAuthorities = try FileSystem.read("\(directory)/certificate.pem", upTo: 1 << 16)
        }
        if variant == .withTLSAndHTTP2 { configuration.version = .http2 }
        let client = HTTPClient(configuration)
        do {
            let result = try await start(variant, in: directory, client, body)
            await client.shutdown()
            return result
        } catch {
            await client.shutdown()
            throw error
        }
    }

    private static func start<Result>(
        _ variant: Variant, in directory: String, _ client: HTTPClient, _ body: (DockerRegistry, HTTPClient) async throws -> Result
    ) async throws -> Result {
        var log = ""
        // The port may be taken by another process between choosing and using it.
        for attempt in 0..<3 {
            let registry = try start("\(directory)/registry-\(attempt)", variant, certificates: directory)
            defer { registry.stop() }
            if await registry.answers(client, variant.isTLS ? "https" : "http") { return try await body(registry, client) }
            log = registry.log
        }
        throw NotStarted(log: log)
    }

    /// One that is its own authority.
    private static func makeCertificate(in directory: String) throws {
        let words = [
            "/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
            "\(directory)/key.pem", "-out", "\(directory)/certificate.pem", "-subj", "/CN=registry", "-days", "2", "-addext",
            "subjectAltName=IP:127.0.0.1",
        ]
        let process = try spawn(words, input: nil, log: "\(directory)/openssl.log")
        var status: Int32 = 0
        waitpid(process, &status, 0)
        guard status == 0 else { throw NotStarted(log: "openssl failed with \(status); run hack/setup") }
    }

    private static func start(_ directory: String, _ variant: Variant, certificates: String) throws -> DockerRegistry {
        try FileSystem.makeDirectory("\(directory)/files")
        let port = freePort()
        let tls = variant.isTLS ? ", tls: {certificate: \(certificates)/certificate.pem, key: \(certificates)/key.pem}" : ""
        var settings = """
            version: 0.1
            log: {level: error}
            storage: {filesystem: {rootdirectory: \(directory)/files}}
            http: {addr: "127.0.0.1:\(port)"\(tls)}

            """
        if variant == .withPasswords {
            try FileSystem.replace("\(directory)/htpasswd", with: Array(passwords.utf8))
            settings += "auth: {htpasswd: {realm: tests, path: \(directory)/htpasswd}}\n"
        }
        try FileSystem.replace("\(directory)/config.yml", with: Array(settings.utf8))

        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw NotStarted(log: "no pipe") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { close(ends[0]) }
        let script = #""$0" serve "$1" & child=$!; read -r line; kill -9 $child; wait $child 2>/dev/null"#
        do {
            let process = try spawn(
                ["/bin/sh", "-c", script, program, "\(directory)/config.yml"], input: ends[0], log: "\(directory)/log")
            return DockerRegistry(port: port, directory: directory, process: process, leash: ends[1])
        } catch {
            close(ends[1])
            throw error
        }
    }

    private static func spawn(_ words: [String], input: Int32?, log: String) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if let input { posix_spawn_file_actions_adddup2(&actions, input, 0) }
        posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        // Threads of the pool block signals, and a shell that can't be told of its child's end waits for ever.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        let settled = ["PATH=/usr/bin:/bin", "OTEL_TRACES_EXPORTER=none"]
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        var variables: [UnsafeMutablePointer<CChar>?] = settled.map { strdup($0) } + [nil]
        defer { for pointer in arguments + variables { free(pointer) } }
        var process = pid_t()
        let failure = posix_spawn(&process, words[0], &actions, &attributes, &arguments, &variables)
        guard failure == 0 else { throw NotStarted(log: "\(words[0]): \(String(cString: strerror(failure)))") }
        return process
    }

    func stop() {
        // A line ends the shell's wait even when another child of the tests has inherited this end of the pipe.
        _ = write(leash, "\n", 1)
        close(leash)
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
    }

    private func answers(_ client: HTTPClient, _ scheme: String) async -> Bool {
        let request = HTTPRequest(method: .get, scheme: scheme, authority: authority, path: "/v2/")
        let deadline = ContinuousClock.now + .seconds(90)
        while ContinuousClock.now < deadline {
            if let (head, _) = try? await client.send(request) { return [200, 401].contains(head.status.code) }
            var status: Int32 = 0
            if waitpid(process, &status, WNOHANG) == process { return false }
            try? await Task.sleep(for: .milliseconds(20))
        }
        return false
    }

    private static func freePort() -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(descriptor, $0, size)
                _ = getsockname(descriptor, $0, &size)
            }
        }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}
