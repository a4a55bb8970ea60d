import GraftAPI
import JSON
import KubeClient

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
        Mistake("`graft verify` of a module that another key signed") { bench in
            try await bench.cluster.publish("1.3.0", signedBy: .stranger, as: "stranger:1.3.0")
            let finished = try await bench.cluster.graft(
                "verify", "\(bench.registry)/modules/stranger:1.3.0", "--key", "\(bench.directory)/release.pub")
            return bench.trimmed(finished.output).replacing(bench.directory + "/", with: "").replacing(
                bench.registry, with: "registry.example")
        },
    ]
}
