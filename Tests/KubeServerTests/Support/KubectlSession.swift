import Glibc
import Harness
import KubeServer
import Testing

/// The real `kubectl`, talking to a server behind TLS.
struct KubectlSession: Sendable {
    let directory: String
    let server: KubeServer

    /// Runs `body` with a `kubectl` that is set up for a server of its own, which serves widgets and has the namespace `shop`.
    static func run(_ body: (KubectlSession, API) async throws -> Void) async throws {
        guard Kubectl.path != nil else {
            Issue.record("kubectl is missing: run hack/setup, which installs kubernetes-client")
            return
        }
        try await withLiveCluster { cluster, transport async throws in
            let api = API(transport: transport, authority: "127.0.0.1:\(cluster.port)", token: cluster.token)
            try await Way.prepare(api)
            try await withTemporaryDirectory { directory in
                try write(cluster.kubeconfig, to: directory + "/config")
                try await body(KubectlSession(directory: directory, server: cluster.server), api)
            }
        }
    }

    /// Starts `kubectl`.
    /// - Parameter input: what it reads with `-f -`.
    func start(_ arguments: [String], input: String? = nil) throws -> Program {
        var file = "/dev/null"
        if let input {
            file = "\(directory)/\(UInt64.random(in: .min ... .max)).yaml"
            try write(input, to: file)
        }
        return try Program(
            try #require(Kubectl.path), arguments,
            environment: ["KUBECONFIG": directory + "/config", "HOME": directory, "PATH": "/usr/bin:/bin"],
            input: file, in: directory)
    }

    /// Runs `kubectl` to its end.
    @discardableResult
    func callAsFunction(
        _ arguments: String..., input: String? = nil, fails: Bool = false, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Program.Outcome {
        let outcome = try await start(arguments, input: input).wait()
        #expect((outcome.status != 0) == fails, "kubectl \(arguments): \(outcome)", sourceLocation: sourceLocation)
        return outcome
    }
}
