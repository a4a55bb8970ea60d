import GraftAPI
import JSON
import KubeClient

extension Mistake {
    /// How registries, layouts, policies and roots are named and configured.
    static let onRegistries: [Mistake] = [
        Mistake("A registry at an address of the machine's own link") { bench in
            try await bench.cluster.applyPolicy("link", repositories: "169.254.169.254/**")
            return try await bench.refusal(of: Manifest(reference: "169.254.169.254/modules/http-filter:1.0.0"))
        },
        Mistake("A docker config that is no JSON") { bench in
            try await bench.verify("{", "config.json", by: "--docker-config")
        },
        Mistake("A docker config whose credential helper is not there") { bench in
            let registry = try await DockerRegistry.start(with: bench.processes, directory: bench.directory, wantsPassword: true)
            defer { registry.stop() }
            let file = bench.directory + "/helpers.json"
            try File.write(#"{"credHelpers":{"\#(registry.address)":"nowhere"}}"#, to: file)
            return try await bench.complaint(
                ofGraft: "verify", "\(registry.address)/modules/f:1.0.0", "--key", "\(bench.directory)/release.pub", "--docker-config", file
            ).replacing(registry.address, with: "registry.example")
        },
        Mistake("A registry configuration with a member that does not exist") { bench in
            try await bench.verify("registries: [{host: registry.example, mirror: []}]\n", "registries.yaml", by: "--registry-config")
        },
        Mistake("A layout that is none") { bench in
            try await bench.complaint(ofGraft: "verify", "oci:/nonexistent/layout:1.0.0", "--key", "\(bench.directory)/release.pub")
        },
        Mistake("A policy file with a field that does not exist") { bench in
            let key = try File.text("\(bench.directory)/release.pub").split(separator: "\n").map { "\($0)\\n" }.joined()
            let policy = """
                apiVersion: graft.dev/v1alpha1
                kind: VerificationPolicy
                metadata: {name: edge}
                spec:
                  mode: Enforce
                  match: {namespaces: ["*"], classes: ["*"], slots: ["**"], repositories: ["**"]}
                  authorities: [{name: release, key: {data: "\(key)"}}]
                  thresholds: 2
                """
            return try await bench.verify(policy, "policy.yaml", by: "--policy", withKey: false)
                .replacing(bench.registry, with: "registry.example")
        },
        Mistake("`graft trust roots --max-age 90d` with a root that is older") { bench in
            let roots = Api<TrustRoot>(bench.cluster.client)
            let body: JSON = [
                "spec": [
                    "taken": "2020-01-01T00:00:00Z",
                    "trustedRoot": ["mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1"],
                ]
            ]
            _ = try await roots.apply("sigstore", body, manager: "end-to-end-test")
            let complaint = try await bench.complaint(ofGraft: "trust", "roots", "--max-age", "90d")
            _ = try await roots.delete("sigstore")
            return complaint
        },
    ]
}

extension Workbench {
    /// What `graft verify` says when a file that it is given is this.
    fileprivate func verify(_ text: String, _ name: String, by option: String, withKey: Bool = true) async throws -> String {
        let file = "\(directory)/\(name)"
        try File.write(text, to: file)
        let key = withKey ? ["--key", "\(directory)/release.pub"] : []
        let command = [Repository.graft, "verify", "\(registry)/modules/http-filter:1.0.0", option, file] + key
        return try await complaint(of: command).replacing(directory + "/", with: "")
    }
}
