import Harness
import Testing

/// `graft verify --policy` holds what `graft sign` and `graft attest` make against policies, as controller and agents do.
@Suite struct PolicyCommandTests {
    private func policy(_ bench: SigningBench, _ more: String = "") throws -> String {
        let key = try bench.text("p256.pub").split(separator: "\n").map { "        \($0)" }.joined(separator: "\n")
        return try bench.write(
            """
            apiVersion: graft.dev/v1alpha1
            kind: VerificationPolicy
            metadata: {name: edge}
            spec:
              mode: Enforce
              match: {namespaces: ["*"], classes: ["*"], slots: ["**"], repositories: ["**"]}
              authorities:
              - name: release
                key:
                  data: |
            \(key)
            \(more)
            """, to: "policy.yaml", mode: 0o644)
    }

    @Test("A signature by the policy's key is enough, in either format", arguments: ["classic", "bundle"])
    func signed(format: String) async throws {
        try await SigningBench.with { bench in
            let key = try bench.key("p256")
            let policy = try policy(bench)
            #expect(await bench.complaint("verify", bench.reference, "--policy", policy) == "ExitCode(rawValue: 1)")
            try await bench.graft("sign", bench.reference, "--key", key, "--format", format)
            try await bench.graft("verify", bench.reference, "--policy", policy)
        }
    }

    @Test("What must be attested is missing until someone the policy names attests it", arguments: ["classic", "bundle"])
    func attested(format: String) async throws {
        try await SigningBench.with { bench in
            let key = try bench.key("p256")
            let policy = try policy(
                bench,
                """
                  attestations:
                  - name: tested
                    predicateType: https://example.com/tests/v1
                    rules:
                    - {path: passed, exact: true}
                    - {path: coverage, range: {min: 80}}
                """)
            try await bench.graft("sign", bench.reference, "--key", key, "--format", format)
            let attest = { (predicate: String) in
                try await bench.graft(
                    "attest", bench.reference, "--key", key, "--format", format, "--type", "https://example.com/tests/v1", "--predicate",
                    try bench.write(predicate, to: "predicate.json"))
            }
            try await attest(#"{"passed": true, "coverage": 79}"#)
            #expect(await bench.complaint("verify", bench.reference, "--policy", policy) == "ExitCode(rawValue: 1)")
            try await attest(#"{"passed": true, "coverage": 80}"#)
            try await bench.graft("verify", bench.reference, "--policy", policy)
        }
    }

    @Test("A policy file that can't be read is refused by name")
    func unreadable() async throws {
        try await SigningBench.with { bench in
            let wrong = try bench.write("kind: ConfigMap\n", to: "wrong.yaml")
            #expect(
                await bench.complaint("verify", bench.reference, "--policy", wrong)
                    .contains("wrong.yaml: document 1: found kind ConfigMap, wanted VerificationPolicy or TrustRoot"))
            #expect(await bench.complaint("verify", bench.reference, "--policy", bench.path("none.yaml")).contains("none.yaml"))
        }
    }

    @Test("A notation signature counts by root and subject", arguments: ["jws", "cose"])
    func notation(encoding: String) async throws {
        try await SigningBench.with { bench in
            _ = try await NotationModule.push(to: bench.layout, tag: "notary", signature: "stamped.\(encoding)")
            func policy(_ subject: String, stamps: String = "stamp-root", more: String = "") throws -> String {
                func pem(_ name: String) throws -> String {
                    try NotationModule.text("\(name).pem").split(separator: "\n").map { "        \($0)" }.joined(separator: "\n")
                }
                return try bench.write(
                    """
                    apiVersion: graft.dev/v1alpha1
                    kind: VerificationPolicy
                    metadata: {name: wabbit}
                    spec:
                      mode: Enforce
                      match: {namespaces: ["*"], classes: ["*"], slots: ["**"], repositories: ["**"]}
                      authorities:
                      - name: wabbit
                        notation:
                          identities: ["x509.subject: \(subject)"]
                          certificates:
                          - |
                    \(try pem("root"))
                          timestampAuthorities:
                          - |
                    \(try pem(stamps))
                    \(more)
                    """, to: "notation.yaml", mode: 0o644)
            }
            let reference = "oci:\(bench.directory)/layout:notary"
            let subject = "C=US, ST=WA, O=wabbit-networks.example"
            try await bench.graft("verify", reference, "--policy", policy(subject))
            let refused = "ExitCode(rawValue: 1)"
            #expect(await bench.complaint("verify", reference, "--policy", try policy("C=US, ST=WA, O=other")) == refused)
            let unknown = await bench.complaint("verify", reference, "--policy", try policy(subject, more: "      certificate: x"))
            #expect(unknown.contains("unknown field spec.authorities[0].notation.certificate"))
        }
    }
}
