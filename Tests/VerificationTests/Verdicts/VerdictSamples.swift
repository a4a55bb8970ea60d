import Trust

@testable import Verification

/// Policies by keys made from fixed scalars, and signatures by them.
enum VerdictSamples {
    static let digest = "sha256:" + String(repeating: "0a", count: 32)
    static let otherDigest = "sha256:" + String(repeating: "0b", count: 32)
    static let delivery = Delivery(
        namespace: "payments", class: "edge-proxy", slot: "net/filter", repository: "registry.example/filters/http")

    static func key(_ number: UInt8) throws -> PrivateKey { try PrivateKey(scalar: [UInt8](repeating: number, count: 32)) }

    static func signature(by number: UInt8) throws -> SignatureManifest {
        let layer = try Signer(key: key(number)).sign(digest: digest, repository: delivery.repository)
        return SignatureManifest(digest: "\(layer.digest)-\(number)", layers: [layer])
    }

    static func source(name: String = "release", by numbers: [UInt8] = [1, 2]) throws -> PolicySource {
        PolicySource(
            name: name, namespaces: ["payments*"], classes: ["edge-*"], slots: ["net/*"], repositories: ["registry.example/**"],
            authorities: try numbers.map { .init(name: "key-\($0)", keys: [try key($0).publicKey.pem]) }, mode: "Enforce")
    }

    static func policies(by numbers: [UInt8] = [1, 2], _ change: (inout PolicySource) throws -> Void = { _ in }) throws -> PolicySet {
        var source = try source(by: numbers)
        try change(&source)
        return PolicySet([Policy(source)])
    }

    static func revocation(of number: UInt8) throws -> Revocation {
        Revocation(keys: [try key(number).publicKey.fingerprint], identities: [])
    }

    /// Signers by certificate, vouched for by a root that holds nothing but its media type, and white space by which contents differ.
    static func keyless(root: String?) throws -> PolicySet {
        let text = root.map { "{\"mediaType\":\"application/vnd.dev.sigstore.trustedroot+json;version=0.1\",\"x\":\($0)}" }
        var source = try source()
        var keyless = PolicySource.Keyless()
        keyless.issuer = "https://issuer.test"
        keyless.subject = "https://subject.test"
        keyless.roots = ["r"]
        source.authorities = [.init(name: "ci", keyless: keyless)]
        return PolicySet([Policy(source, roots: RootShelf(text.map { [("r", .bytes(Array($0.utf8)))] } ?? []))])
    }
}
