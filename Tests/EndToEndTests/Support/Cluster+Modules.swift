import GraftAPI
import JSON
import KubeClient
import KubeCore

extension Cluster {
    /// Signed with what the policy trusts.
    enum SigningKey: String { case release, stranger }

    func keyPath(_ key: SigningKey) -> String { "\(directory)/\(key.rawValue).key" }

    /// Two keys, a namespace, and a policy that trusts one of the keys.
    func prepareTrust() async throws {
        for key in [SigningKey.release, .stranger] where !File.exists(keyPath(key)) {
            try await graft("key", "generate", "--no-password", keyPath(key)).orThrow()
        }
        _ = try await Api<Namespace>(client).apply(Self.namespace, [:] as JSON, manager: "end-to-end-test")
        try await applyPolicy()
    }

    func applyPolicy(_ name: String = "edge-modules", repositories: String? = nil, key: String? = nil) async throws {
        let publicKey = try key ?? File.text("\(directory)/release.pub")
        let spec: JSON = [
            "mode": "Enforce",
            "match": [
                "namespaces": [.string(Self.namespace)], "classes": ["edge-proxy"], "slots": ["net/*"],
                "repositories": [.string(repositories ?? "\(registry)/modules/**")],
            ],
            "authorities": [["name": "release", "key": ["data": .string(publicKey)]]],
        ]
        _ = try await Api<VerificationPolicy>(client).apply(name, ["spec": spec] as JSON, manager: "end-to-end-test")
    }

    /// Packs a version of the example's module, pushes it, and signs it.
    func publish(_ version: String, signedBy key: SigningKey? = .release, as name: String? = nil, to other: String? = nil) async throws {
        let reference = "\(other ?? registry)/modules/\(name ?? "http-filter:\(version)")"
        let signing = key.map { ["--sign", keyPath($0)] } ?? []
        try await processes.run(
            [Repository.graft, "push", reference, "--descriptor", ExampleProgram.descriptor(version)] + signing + [
                ExampleProgram.library(version)
            ]
        ).orThrow()
    }
}
