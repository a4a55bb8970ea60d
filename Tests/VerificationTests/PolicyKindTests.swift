import GraftAPI
import KubeCore
import Testing
import Trust

@testable import Verification

@Suite("Policies as objects and as values")
struct PolicyKindTests {
    private func policy(mode: VerificationPolicySpec.Mode = .enforce, key: String) -> VerificationPolicy {
        var spec = VerificationPolicySpec()
        spec.match = PolicyMatch(
            namespaces: ["team-*"], classes: ["edge-proxy"], slots: ["net/*"], repositories: ["registry.example/team/**"])
        spec.authorities = [PolicyAuthority(name: "release", key: AuthorityKey(data: key))]
        spec.mode = mode
        return VerificationPolicy(metadata: ObjectMeta(name: "p"), spec: spec)
    }

    private let inside = Delivery(namespace: "team-a", class: "edge-proxy", slot: "net/filter", repository: "registry.example/team/x/y")

    @Test("A policy covers what all four of its patterns match, and nothing else")
    func covers() throws {
        let set = PolicySet([policy(key: try PrivateKey.generate().publicKey.pem)])
        #expect(set.tenancy(inside).isGranted)
        for outside in [
            Delivery(namespace: "other", class: "edge-proxy", slot: "net/filter", repository: "registry.example/team/x"),
            Delivery(namespace: "team-a", class: "kv-node", slot: "net/filter", repository: "registry.example/team/x"),
            Delivery(namespace: "team-a", class: "edge-proxy", slot: "heap", repository: "registry.example/team/x"),
            Delivery(namespace: "team-a", class: "edge-proxy", slot: "net/filter", repository: "elsewhere.example/team/x"),
        ] {
            #expect(!set.tenancy(outside).isGranted)
        }
    }

    @Test("Warn never grants, and a key that can't be read lets nothing through")
    func failsClosed() throws {
        let key = try PrivateKey.generate().publicKey.pem
        #expect(!PolicySet([policy(mode: .warn, key: key)]).tenancy(inside).isGranted)
        #expect(!PolicySet([policy(key: "no key")]).tenancy(inside).isGranted)
        #expect(!PolicySet([] as [VerificationPolicy]).tenancy(inside).isGranted)
    }

    @Test("A notation signer is handed on whole")
    func notation() throws {
        var signer = NotationSigner()
        signer.certificates = ["one", "two"]
        signer.signingAuthorities = ["three"]
        signer.timestampAuthorities = ["four"]
        signer.identities = ["x509.subject: C=US, ST=WA, O=example"]
        var object = policy(key: "")
        object.spec.authorities = [PolicyAuthority(name: "wabbit", notation: signer)]
        let source = try #require(PolicySource(object).authorities.first?.notation)
        #expect(source.certificates == signer.certificates && source.signingAuthorities == signer.signingAuthorities)
        #expect(source.timestampAuthorities == signer.timestampAuthorities && source.identities == signer.identities)
        #expect(PolicySet([object]).tenancy(inside).needsOccasion)
        #expect(!PolicySet([object]).tenancy(inside).isGranted, "what isn't PEM lets nothing through")
    }
}
