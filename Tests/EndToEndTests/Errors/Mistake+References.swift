import GraftAPI
import JSON
import KubeClient

extension Mistake {
    /// What `spec.module` names.
    static let onReferences: [Mistake] = [
        Mistake("A reference without a registry") {
            try await $0.refusal(of: Manifest(reference: "modules/http-filter:1.0.0"))
        },
        Mistake("A reference without tag or digest") {
            try await $0.refusal(of: Manifest(reference: "\($0.registry)/modules/http-filter"))
        },
        Mistake("A digest that is none") {
            try await $0.refusal(of: Manifest(reference: "\($0.registry)/modules/http-filter@sha256:1234"))
        },
        Mistake("A digest that the registry does not have") {
            let digest = "sha256:" + String(repeating: "0", count: 64)
            return try await $0.refusal(of: Manifest(reference: "\($0.registry)/modules/http-filter@\(digest)"))
        },
        Mistake("A tag that the registry does not have") { try await $0.refusal(of: Manifest(version: "9.9.9")) },
        Mistake("A registry where nothing listens") { bench in
            try await bench.cluster.applyPolicy("nowhere", repositories: "127.0.0.1:1/**")
            return try await bench.refusal(of: Manifest(reference: "127.0.0.1:1/modules/http-filter:1.0.0"))
        },
        Mistake("An artifact that is no module") { bench in
            let digest = try await bench.digest(of: "http-filter:1.0.0")
            // A signature is an artifact, too, and can be signed as well.
            let signature = "\(bench.registry)/modules/http-filter:\(digest.replacing(":", with: "-")).sig"
            try await bench.cluster.graft("sign", signature, "--key", bench.cluster.keyPath(.release)).orThrow()
            return try await bench.refusal(of: Manifest(version: "\(digest.replacing(":", with: "-")).sig"))
        },
    ]
}

extension Workbench {
    /// The digest that a tag in the cluster's registry stands for.
    func digest(of name: String) async throws -> String {
        let finished = try await cluster.graft("verify", "\(registry)/modules/\(name)", "--key", "\(directory)/release.pub", "-o", "json")
            .orThrow()
        return try JSON.parse(finished.output)["digest"]?.string ?? ""
    }
}
