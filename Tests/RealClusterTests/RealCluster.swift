import Testing

/// What a real kube-apiserver makes of our definitions, policies and requests. One server serves all suites in here.
@Suite(
    "A real API server",
    .enabled(if: ApiServerAssets.directory != nil, "KUBEBUILDER_ASSETS names no directory with kube-apiserver and etcd"), .withCluster)
struct RealCluster {}

extension Trait where Self == ClusterTrait {
    /// Starts a cluster before the tests of a suite and ends it after them.
    static var withCluster: ClusterTrait { ClusterTrait() }
}

struct ClusterTrait: SuiteTrait, TestScoping {
    func provideScope(for test: Test, testCase: Test.Case?, performing function: @Sendable @concurrent () async throws -> Void) async throws
    {
        guard let directory = ApiServerAssets.directory else { throw SetUpFailure("\(ApiServerAssets.variable) is not set") }
        try await ApiServerProcess.run(ApiServerAssets(directory: directory)) { server in
            let cluster = try await Cluster(server)
            try await Cluster.$current.withValue(cluster) { try await function() }
        }
    }
}
