import JSON
import Trust
import Verification

/// A signature by a key, as controller and agent judge it: from the manifest as fetched to the verdict.
struct KeySignatures {
    private let classic: SignatureManifest
    private let bundle: SignatureManifest
    private let set: PolicySet

    init() throws {
        let key = try PrivateKey(scalar: [UInt8](repeating: 7, count: 32))
        let layer = try Signer(key: key).sign(digest: Fixtures.digestText, repository: Fixtures.delivery.repository)
        classic = SignatureManifest(digest: layer.digest, layers: [layer])
        bundle = Fixtures.manifest(try Fixtures.bytes("conformance/managed-key-happy-path.json"))
        let managed = String(decoding: try Fixtures.bytes("keys/conformance-managed-key-and-trusted-root.pub"), as: UTF8.self)
        set = PolicySet([
            Policy(.sample("release", by: [.init(name: "ours", keys: [key.publicKey.pem]), .init(name: "theirs", keys: [managed])]))
        ])
    }

    func verifyClassic() throws { try judge(classic) }
    func verifyBundle() throws { try judge(bundle) }

    private func judge(_ manifest: SignatureManifest) throws {
        let judgement = set.judge(Fixtures.delivery, digest: Fixtures.digestText, signatures: [manifest])
        guard judgement.isTrusted else { throw Failure(judgement.message) }
    }
}

extension PolicySource {
    static func sample(_ name: String, by authorities: [Authority]) -> PolicySource {
        PolicySource(
            name: name, namespaces: ["payments"], classes: ["edge-*"], slots: ["net/*"], repositories: ["registry.example/filters/**"],
            authorities: authorities, mode: "Enforce")
    }

    static var keyless: Authority {
        var keyless = Keyless()
        keyless.issuer = Fixtures.issuer
        keyless.subject = Fixtures.subject
        keyless.roots = ["sigstore"]
        return Authority(name: "ci", keyless: keyless)
    }
}

/// Several policies over one delivery, and several keyless bundles attached to the artifact, each of which every policy looks at.
struct Fleet: CustomStringConvertible {
    let description: String
    private let set: PolicySet
    private let manifests: [SignatureManifest]
    private let primitives: [Primitive]

    init(policies: Int, signatures: Int) throws {
        description = "judgement by \(policies) policies over \(signatures) keyless bundles"
        let roots = RootShelf([("sigstore", .bytes(try Fixtures.bytes("roots/production.json")))])
        set = PolicySet((0..<policies).map { Policy(.sample("policy-\($0)", by: [PolicySource.keyless]), roots: roots) })
        let bundle = try Fixtures.bytes("conformance/happy-path-v0.3.json")
        // White space behind a bundle makes it other bytes, of the same meaning.
        manifests = (0..<signatures).map { Fixtures.manifest(bundle + [UInt8](repeating: 0x20, count: $0)) }
        primitives = (0..<signatures).flatMap { [all = try Keyless.logged().primitives] _ in all }
    }

    func judge() throws {
        let judgement = set.judge(Fixtures.delivery, digest: Fixtures.digestText, signatures: manifests)
        guard judgement.isTrusted else { throw Failure(judgement.message) }
    }

    func doPrimitives() { for primitive in primitives { keep(primitive.run()) } }
}

/// The same question again.
struct CachedVerdict {
    static let name = "cached verdict"
    private let cache = VerdictCache()
    private let set: PolicySet
    private let manifests: [SignatureManifest]

    init() throws {
        let roots = RootShelf([("sigstore", .bytes(try Fixtures.bytes("roots/production.json")))])
        set = PolicySet([Policy(.sample("release", by: [PolicySource.keyless]), roots: roots)])
        manifests = [Fixtures.manifest(try Fixtures.bytes("conformance/happy-path-v0.3.json"))]
    }

    func run(_ repetitions: Int) async throws {
        let pinned = Set(manifests.map(\.digest))
        for _ in 0..<repetitions {
            let judgement = try await cache.judge(
                set, Fixtures.delivery, digest: Fixtures.digestText, signatures: manifests, pinned: pinned, now: .zero)
            guard judgement.isTrusted else { throw Failure(judgement.message) }
        }
    }
}
