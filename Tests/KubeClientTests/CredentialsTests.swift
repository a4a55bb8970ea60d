import Glibc
import KubeCore
import Synchronization
import Testing

@testable import KubeClient

@Suite struct ExecPluginTests {
    private func plugin(_ directory: String, _ script: String, hint: String? = nil) throws -> ExecPlugin {
        try write("#!/bin/sh\n\(script)\n", to: "\(directory)/login", executable: true)
        return ExecPlugin(command: "\(directory)/login", arguments: ["one", "two"], environment: ["EXTRA": "extra"], installHint: hint)
    }

    private func credential(_ status: String) -> String {
        #"{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{\#(status)}}"#
    }

    @Test func `The command gets its arguments, its environment and what it is asked for`() async throws {
        try await withDirectory { directory in
            let plugin = try plugin(
                directory,
                #"""
                [ "$1,$2,$EXTRA" = "one,two,extra" ] || exit 3
                case "$KUBERNETES_EXEC_INFO" in *'"interactive":false'*) ;; *) exit 4 ;; esac
                read line && exit 5
                echo '\#(credential(#""token":"abc","expirationTimestamp":"2026-01-01T00:00:00Z""#))'
                """#)
            #expect(try await plugin.run() == ExecCredential(token: "abc", expires: Timestamp(seconds: 1_767_225_600)))
        }
    }

    @Test(
        "A command that does not do its work is an error that names it",
        arguments: [
            ("echo oops >&2; exit 7", "failed (exit code 7): oops"), ("kill -9 $$", "failed (signal 9)"), ("echo hello", "printed no JSON"),
            ("echo '{}'", "something else than an ExecCredential"),
            (#"echo '{"kind":"ExecCredential","apiVersion":"v0"}'"#, "answered with apiVersion \"v0\""),
            (
                #"echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1"}'"#,
                "neither a token nor a client certificate"
            ),
            (
                #"echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"clientCertificateData":"x"}}'"#,
                "clientCertificateData without clientKeyData"
            ),
            (
                #"echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"clientKeyData":"hunter2"}}'"#,
                "clientKeyData without clientCertificateData"
            ),
            (
                #"echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"clientKeyData":"hunter2","clientCertificateData":"x"}}'"#,
                "certificate or key that is no PEM"
            ),
            (
                #"echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"hunter2","expirationTimestamp":"soon"}}'"#,
                "expirationTimestamp that is no time"
            ),
        ])
    func failures(script: String, message: String) async throws {
        try await withDirectory { directory in
            let plugin = try plugin(directory, script)
            let error = await #expect(throws: ClientConfigurationError.self) { try await plugin.run() }
            #expect(error?.message.contains(message) ?? false, "\(error?.message ?? "")")
            #expect(error?.message.contains("\(directory)/login") ?? false)
            #expect(!(error?.message.contains("hunter2") ?? true))
        }
    }

    @Test func `A command that is not there comes with its hint`() async {
        let plugin = ExecPlugin(command: "/nowhere/login", installHint: "Install it from example.test")
        let error = await #expect(throws: ClientConfigurationError.self) { try await plugin.run() }
        #expect(error?.message.contains("/nowhere/login can't be run") ?? false)
        #expect(error?.message.hasSuffix("Install it from example.test") ?? false)
    }

    @Test func `A client certificate may come with a token or alone`() async throws {
        let pem = "-----BEGIN X-----\\nAA\\n-----END X-----\\n"
        let (certificate, key) = (#""clientCertificateData":"\#(pem)""#, #""clientKeyData":"\#(pem)""#)
        let identity = ClientIdentity(
            certificate: "-----BEGIN X-----\nAA\n-----END X-----\n", key: "-----BEGIN X-----\nAA\n-----END X-----\n")
        let plugin = ExecPlugin(command: "x")
        #expect(try plugin.credential(Array(credential("\(certificate),\(key)").utf8)) == ExecCredential(identity: identity))
        #expect(
            try plugin.credential(Array(credential("\(certificate),\(key),\"token\":\"abc\"").utf8))
                == ExecCredential(token: "abc", identity: identity))
        #expect("\(identity)" == "a client certificate of 37 bytes")
    }

    @Test func `A command that must have a terminal is not run without one`() async {
        let plugin = ExecPlugin(command: "/nowhere/login", interactiveMode: .always)
        let error = await #expect(throws: ClientConfigurationError.self) { try await plugin.run(hasTerminal: false) }
        #expect(error?.message.contains("wants a terminal (interactiveMode: Always), and standard input is none") == true)
    }

    @Test(
        "A command gets standard input when it is a terminal and may be had",
        arguments: [
            (ExecPlugin.InteractiveMode.never, true, false), (.ifAvailable, true, true), (.ifAvailable, false, false),
            (.always, true, true),
        ])
    func interactive(mode: ExecPlugin.InteractiveMode, hasTerminal: Bool, isInteractive: Bool) async throws {
        try await withDirectory { directory in
            var plugin = try plugin(
                directory,
                #"""
                case "$KUBERNETES_EXEC_INFO" in *'"interactive":\#(isInteractive)'*) ;; *) exit 4 ;; esac
                echo '\#(credential(#""token":"abc""#))'
                """#)
            plugin.interactiveMode = mode
            #expect(try await plugin.run(hasTerminal: hasTerminal).token == "abc")
        }
    }

    @Test func `Cancelling kills the command and what it started`() async throws {
        try await withDirectory { directory in
            let plugin = try plugin(directory, "echo $$ > \(directory)/pid; sleep 600")
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await #expect(throws: CancellationError.self) { try await plugin.run() } }
                while !exists("\(directory)/pid") { await Task.yield() }
                group.cancelAll()
            }
            let pid = try #require(pid_t(try text("\(directory)/pid")))
            #expect(kill(pid, 0) == -1 && errno == ESRCH)
        }
    }

    @Test func `Output larger than a pipe holds arrives whole`() async throws {
        let process = ChildProcess(
            command: "sh", arguments: ["-c", "yes 0123456789abcdef | head -c 1000000"], environment: ProcessEnvironment.current)
        let result = try await process.run(limit: .seconds(60))
        #expect(result.output.count == 1_000_000)
        #expect(result.isSuccess)
    }
}

@Suite struct CredentialsTests {
    /// A clock that a test moves.
    private final class Clock: Sendable {
        private let passed = Mutex(Duration.zero)
        private let start = ContinuousClock.now
        func pass(_ time: Duration) { passed.withLock { $0 += time } }
        var now: ContinuousClock.Instant { start + passed.withLock { $0 } }
        var wall: Timestamp { Timestamp(seconds: 1_767_225_600) + passed.withLock { $0 } }
    }

    private func credentials(_ source: Authentication, _ clock: Clock) -> Credentials {
        Credentials(source, now: { clock.now }, wallTime: { clock.wall })
    }

    @Test func `A token file is read again after a minute`() async throws {
        try await withDirectory { directory in
            let (path, clock) = ("\(directory)/token", Clock())
            let credentials = credentials(.tokenFile(path), clock)
            try write(" one \n", to: path)
            #expect(try await credentials.current().authorization == "Bearer one")
            try write("two", to: path)
            clock.pass(.seconds(59))
            #expect(try await credentials.current().authorization == "Bearer one")
            clock.pass(.seconds(1))
            #expect(try await credentials.current().authorization == "Bearer two")
        }
    }

    @Test func `While a token file can't be read, what was read before serves on, or else the fallback`() async throws {
        try await withDirectory { directory in
            let (path, clock) = ("\(directory)/token", Clock())
            let credentials = credentials(.tokenFile(path, fallback: "zero"), clock)
            #expect(try await credentials.current().authorization == "Bearer zero")
            try write("one", to: path)
            clock.pass(.seconds(60))
            #expect(try await credentials.current().authorization == "Bearer one")
            try write("", to: path)
            clock.pass(.seconds(60))
            #expect(try await credentials.current().authorization == "Bearer one")
            #expect(credentials.refused(.bearer("one")))
            #expect(try await credentials.current().authorization == "Bearer zero", "what the server refused serves no more")
        }
    }

    @Test func `A password is sent as RFC 7617 has it`() async throws {
        let credential = try await Credentials(.basic(user: "Aladdin", password: "open sesame")).current()
        #expect(credential.authorization == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==")
    }

    @Test func `An empty or missing token file is an error that names it`() async throws {
        try await withDirectory { directory in
            let path = "\(directory)/token"
            let missing = await #expect(throws: ClientConfigurationError.self) { try await Credentials(.tokenFile(path)).current() }
            #expect(missing?.message == "\(path) does not exist")
            try write("\n", to: path)
            let empty = await #expect(throws: ClientConfigurationError.self) { try await Credentials(.tokenFile(path)).current() }
            #expect(empty?.message == "\(path) holds no token")
        }
    }

    @Test func `A command runs once for all who wait, and again before its token expires`() async throws {
        try await withDirectory { directory in
            let script = #"""
                #!/bin/sh
                echo x >> \#(directory)/runs
                echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"t'$(wc -l < \#(directory)/runs | tr -d ' ')'","expirationTimestamp":"2026-01-01T01:00:00Z"}}'
                """#
            try write(script + "\n", to: "\(directory)/login", executable: true)
            let clock = Clock()
            let credentials = credentials(.exec(ExecPlugin(command: "\(directory)/login")), clock)
            let tokens = try await withThrowingTaskGroup(of: String?.self) { group in
                for _ in 0..<8 { group.addTask { try await credentials.current().authorization } }
                return try await group.reduce(into: Set<String?>()) { $0.insert($1) }
            }
            #expect(tokens == ["Bearer t1"])
            clock.pass(.seconds(3589))
            #expect(try await credentials.current().authorization == "Bearer t1")
            clock.pass(.seconds(1))
            #expect(try await credentials.current().authorization == "Bearer t2")
            #expect(credentials.refused(.bearer("t1")), "asking again may help")
            #expect(try text("\(directory)/runs").count == 2, "a token that was replaced already is not thrown away")
        }
    }

    @Test(
        "Only what can change is asked for again after a refusal",
        arguments: [
            (Authentication.none, false), (.bearer("x"), false), (.basic(user: "x", password: "y"), false), (.tokenFile("/x"), true),
            (.exec(ExecPlugin(command: "x")), true),
        ])
    func refusal(source: Authentication, isWorthIt: Bool) { #expect(Credentials(source).refused(.bearer("x")) == isWorthIt) }
}
