import GraftAPI
import JSON
import KubeClient
import KubeCore
import Testing

extension RealCluster {
    @Suite("What authorities of policies may be")
    struct AuthorityRuleTests {
        private static let key: JSON = ["data": "-----BEGIN PUBLIC KEY-----"]
        private static let keyless: JSON = [
            "issuer": "https://issuer.example", "subject": "https://ci.example/build", "trustRoots": ["sigstore"],
        ]
        private static let notation: JSON = [
            "certificates": ["-----BEGIN CERTIFICATE-----"], "identities": ["x509.subject: C=US, ST=WA, O=example"],
        ]

        private func refusal(of authority: JSON) async throws -> KubeError? {
            let api = Api<VerificationPolicy>(try Cluster.shared.admin)
            return await outcome {
                try await api.create(
                    Sample.policy("authorities").with("spec.authorities", [authority]), options: WriteOptions(dryRun: true))
            }
        }

        static let accepted: [JSON] = [
            ["name": "a", "key": key], ["name": "a", "keyless": keyless], ["name": "a", "notation": notation],
            ["name": "a", "notation": ["signingAuthorities": ["PEM"], "identities": ["*"]]],
        ]

        @Test("A signer of one kind is accepted", arguments: accepted)
        func oneKind(authority: JSON) async throws {
            let refusal = try await refusal(of: authority)
            #expect(refusal == nil, "\(refusal?.message ?? "")")
        }

        static let refused: [(authority: JSON, message: String)] = [
            (["name": "a"], "one and only one"), (["name": "a", "key": key, "notation": notation], "one and only one"),
            (["name": "a", "key": key, "keyless": keyless], "one and only one"),
            (["name": "a", "notation": ["identities": ["*"]]], "wanted certificates, signingAuthorities, or both"),
            (["name": "a", "notation": ["certificates": ["PEM"]]], "Required value"),
            (["name": "a", "notation": ["certificates": ["PEM"], "identities": []]], "at least 1"),
        ]

        @Test("A signer of none or of several kinds, or of whom nothing can be said, is refused", arguments: refused.indices)
        func otherwise(index: Int) async throws {
            let (authority, message) = Self.refused[index]
            let refusal = try #require(try await refusal(of: authority), "it was accepted")
            #expect(refusal.code == .invalid && refusal.message.contains(message), "\(refusal)")
        }
    }
}
