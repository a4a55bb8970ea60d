import GraftAPI
import Harness
import JSON
import KubeClient
import KubeCore
import OCI
import Schema
import Testing

@testable import Controllers

/// Modules that were signed with `notation`, delivered by policies that name the signer's root and subject.
@Suite struct NotationDeliveryTests {
    private func demand(_ identity: String, _ scenario: Scenario) async throws {
        var signer = NotationSigner()
        signer.certificates = [try NotationModule.text("root.pem")]
        signer.timestampAuthorities = [try NotationModule.text("stamp-root.pem")]
        signer.identities = [identity]
        _ = try await Api<VerificationPolicy>(scenario.cluster.client).mergePatch(
            "edge-modules", ["spec": ["authorities": [PolicyAuthority(name: "wabbit", notation: signer).json]]] as JSON)
    }

    @Test(arguments: ["stamped.jws", "stamped.cose"])
    func `the policy's signer opens the way, another one doesn't, and the revision says who it was`(_ name: String) async throws {
        try await withScenario(hosts: 1) { scenario in
            // Given a module and its signature
            let pushed = try await NotationModule.push(to: scenario.shelf.layout, tag: "notary", signature: name)
            // When the policy wants another signer
            try await demand("x509.subject: C=US, ST=WA, O=other", scenario)
            try await scenario.apply("notary")
            // Then it is refused by name
            _ = try await scenario.becomes("refused") { deployment in
                let verified = deployment.status.conditions["Verified"]
                return verified?.status == .isFalse && verified?.message.contains("signed by \(NotationModule.subject)") == true
            }
            // When it wants this one
            try await demand("x509.subject: C=US, ST=WA, O=wabbit-networks.example", scenario)
            // Then it is verified, and what vouched for it is kept
            _ = try await scenario.becomes("verified") { $0.status.conditions["Verified"]?.status == .isTrue }
            let revision = try await eventually("a revision with evidence") {
                try await scenario.revisions.list().items.first {
                    $0.spec.digest == pushed.module.description && !$0.status.evidence.isEmpty
                }
            }
            #expect(revision.spec.signatures.map(\.digest) == [pushed.signature.description])
            let evidence = try #require(revision.status.evidence.first)
            #expect(evidence.authority == "wabbit" && evidence.subject == NotationModule.subject)
            #expect(evidence.issuer?.hasPrefix("sha256:") == true && evidence.issuer == evidence.trustRoot)
            #expect(evidence.signedAt != nil, "when it was stamped")
        }
    }
}
