import JSON
import Schema
import Testing

@testable import GraftAPI

@Suite("Authorities of policies")
struct PolicyAuthorityTests {
    private static let notation: JSON = ["certificates": ["PEM"], "identities": ["x509.subject: C=US, ST=WA, O=example"]]

    private static func policy(_ authority: JSON) -> JSON {
        [
            "spec": [
                "match": ["namespaces": ["*"], "classes": ["*"], "slots": ["**"], "repositories": ["**"]], "authorities": [authority],
                "mode": "Enforce",
            ]
        ]
    }

    @Test("A signer is of exactly one kind")
    func oneKind() {
        let key: JSON = ["data": "PEM"]
        for authority: JSON in [["name": "a", "key": key], ["name": "a", "notation": Self.notation]] {
            #expect(VerificationPolicy.objections(to: Self.policy(authority)) == [])
        }
        for authority: JSON in [["name": "a"], ["name": "a", "key": key, "notation": Self.notation]] {
            #expect(!VerificationPolicy.objections(to: Self.policy(authority)).isEmpty)
        }
    }

    @Test("Unknown members of a notation signer and missing identities are refused")
    func strict() {
        var wrong = Self.notation
        wrong["identity"] = "*"
        let objections = VerificationPolicy.objections(to: Self.policy(["name": "a", "notation": wrong]))
        #expect(objections == ["unknown field spec.authorities[0].notation.identity"])
        let none: JSON = ["certificates": ["PEM"], "identities": []]
        #expect(!VerificationPolicy.objections(to: Self.policy(["name": "a", "notation": none])).isEmpty)
        #expect(!VerificationPolicy.objections(to: Self.policy(["name": "a", "notation": ["certificates": ["PEM"]]])).isEmpty)
    }

    @Test("What is written is read back")
    func roundTrip() throws {
        var signer = NotationSigner()
        signer.certificates = ["a"]
        signer.signingAuthorities = ["b"]
        signer.timestampAuthorities = ["c"]
        signer.identities = ["*"]
        let authority = PolicyAuthority(name: "a", notation: signer)
        #expect(try PolicyAuthority(from: authority.json) == authority)
    }
}
