import GraftAPI
import JSON
import KubeClient
import KubeCore

extension Mistake {
    /// Who signed, and who may deliver.
    static let onSignatures: [Mistake] = [
        Mistake("No policy covers the deployment") {
            try await $0.refusal(of: Manifest(reference: "\($0.registry)/others/http-filter:1.0.0"))
        },
        Mistake("A policy whose key can't be read") { bench in
            try await bench.cluster.publish("1.0.0", as: "unreadable/http-filter:1.0.0")
            try await bench.cluster.applyPolicy("unreadable", repositories: "\(bench.registry)/modules/unreadable/**", key: "not a key")
            return try await bench.refusal(of: Manifest(reference: "\(bench.registry)/modules/unreadable/http-filter:1.0.0"))
        },
        Mistake("A module that nobody signed") { bench in
            try await bench.cluster.publish("1.0.0", signedBy: nil, as: "unsigned:1.0.0")
            return try await bench.refusal(of: Manifest(reference: "\(bench.registry)/modules/unsigned:1.0.0"))
        },
        Mistake("A module signed by a key that no policy trusts") { bench in
            try await bench.cluster.publish("1.3.0", signedBy: .stranger, as: "stranger:1.3.0")
            return try await bench.refusal(of: Manifest(reference: "\(bench.registry)/modules/stranger:1.3.0"))
        },
        Mistake("A version whose signer the policy has dropped since") { bench in
            try await bench.cluster.publish("1.0.0", as: "dropping/http-filter:1.0.0")
            let repositories = "\(bench.registry)/modules/dropping/**"
            try await bench.cluster.applyPolicy("dropping", repositories: repositories)
            try await bench.applyAlone(Manifest(reference: "\(bench.registry)/modules/dropping/http-filter:1.0.0")) {
                $0.status.conditions["Verified"]?.status == .isTrue
            }
            let stranger = try File.text("\(bench.directory)/stranger.pub")
            try await bench.cluster.applyPolicy("dropping", repositories: repositories, key: stranger)
            let refused = try await bench.cluster.waits(until: "distrusted", deployment: "wrong") {
                $0.status.conditions["Verified"]?.reason == "Distrusted" && $0.status.message.contains("no signature is valid")
            }
            return refused.status.message
        },
        Mistake("A version that only a signer for a share of the hosts has signed") { bench in
            try await bench.cluster.publish("1.0.0", as: "limited/http-filter:1.0.0")
            let keys = try ["release", "stranger"].map { JSON.string(try File.text("\(bench.directory)/\($0).pub")) }
            try await bench.cluster.applyPolicy("limited", repositories: "\(bench.registry)/modules/limited/**")
            _ = try await Api<VerificationPolicy>(bench.cluster.client).mergePatch(
                "limited",
                [
                    "spec": [
                        "authorities": [
                            ["name": "staging", "key": ["data": keys[0]], "upToWeight": 0], ["name": "release", "key": ["data": keys[1]]],
                        ]
                    ]
                ] as JSON)
            try await bench.registerHost(runtimeVersion: "2.4.1")
            let waiting = try await bench.applyAlone(Manifest(reference: "\(bench.registry)/modules/limited/http-filter:1.0.0")) {
                $0.status.conditions["Ready"]?.reason == "WaitsForSignature"
            }
            _ = try await bench.cluster.hosts.deleteIfPresent("edge-proxy.old")
            return waiting.status.message.replacing(bench.registry, with: "registry.example")
        },
        Mistake("`graft verify` of a module that another key signed") { bench in
            try await bench.cluster.publish("1.3.0", signedBy: .stranger, as: "stranger:1.3.0")
            let finished = try await bench.cluster.graft(
                "verify", "\(bench.registry)/modules/stranger:1.3.0", "--key", "\(bench.directory)/release.pub")
            return bench.trimmed(finished.output).replacing(bench.directory + "/", with: "").replacing(
                bench.registry, with: "registry.example")
        },
    ]
}
