import JSON

@testable import Trust

extension FuzzTarget {
    /// A statement is read or refused; written again it is the same.
    static let statement = FuzzTarget(
        "statement", limit: 16 << 10,
        seeds: {
            let payloads = try SeedFiles.readBundles().compactMap { bundle -> [UInt8]? in
                guard case .envelope(let envelope) = bundle.content else { return nil }
                return envelope.payload
            }
            return SeedFiles.distinct(payloads + StatementSeeds.all.map { Array($0.utf8) })
        },
        check: { bytes in
            guard let statement = try answer({ () throws(StatementFailure) in try Statement(payload: bytes) }) else { return }
            let written = statement.payload
            try promise("what is written is read as the same", (try? Statement(payload: written)) == statement)
            if let provenance = try answer({ () throws(StatementFailure) in try Provenance(statement) }) {
                try promise("provenance names a builder", !provenance.builder.isEmpty && !provenance.buildType.isEmpty)
                let isEmpty = provenance.externalParameters.object?.isEmpty ?? true
                try promise("without rules, the first parameter is unnamed", (provenance.firstUnnamed(by: []) == nil) == isEmpty)
            }
            try answer { () throws(StatementFailure) in
                try SoftwareBill.check(statement)
                return true
            }
            try answer { () throws(StatementFailure) in
                try statement.checkSubject(.bytes([]))
                return true
            }
        })

    /// An envelope is read or refused; written again it is the same.
    static let envelope = FuzzTarget(
        "envelope", .base64, limit: 16 << 10,
        seeds: {
            try SeedFiles.readBundles().compactMap { bundle -> [UInt8]? in
                guard case .envelope(let envelope) = bundle.content else { return nil }
                return envelope.classicBytes
            }
        },
        check: { bytes in
            guard let envelope = try answer({ () throws(VerificationFailure) in try DSSEEnvelope(json: bytes) }) else { return }
            try promise("what is written is read as the same", (try? DSSEEnvelope(json: envelope.classicBytes)) == envelope)
            let encoded = envelope.preAuthenticationEncoding
            try promise(
                "what is signed holds type and payload and their lengths",
                encoded.starts(with: "DSSEv1 \(envelope.payloadType.utf8.count) \(envelope.payloadType) \(envelope.payload.count) ".utf8)
                    && encoded.suffix(envelope.payload.count).elementsEqual(envelope.payload))
        })

    /// A simple-signing payload is read or refused; written again it is the same.
    static let payload = FuzzTarget(
        "payload",
        seeds: {
            let digest = ContentDigest.sha256(of: [])
            let optional: JSONObject = ["creator": "cosign", "timestamp": 1_700_000_000]
            return [
                SimpleSigning(dockerReference: "registry.example/filters/http", manifestDigest: digest).bytes,
                SimpleSigning(dockerReference: "registry.example/filters/http:1.0", manifestDigest: digest, optional: optional).bytes,
            ]
        },
        check: { bytes in
            guard let signed = try answer({ () throws(VerificationFailure) in try SimpleSigning(payload: bytes) }) else { return }
            try promise("what is written is read as the same", (try? SimpleSigning(payload: signed.bytes)) == signed)
        })

    /// A rule of a policy, in the first line, holds or doesn't for the predicate behind it.
    static let rule = FuzzTarget(
        "rule",
        seeds: { StatementSeeds.rules.map { Array("\($0)\n\(StatementSeeds.predicate)".utf8) } },
        check: { bytes in
            let (line, rest) = bytes.parted
            guard let json = try? JSON.parse(line) else { return }
            guard let rule = try answer({ () throws(PolicyProblem) in try PredicateRule(json, at: "rules[0]") }) else { return }
            try promise("a path is written as it was read", (try? PredicatePath(rule.path.description)) == rule.path)
            try promise("a path has steps", (1...PredicatePath.stepLimit).contains(rule.path.steps.count))
            guard let predicate = try? JSON.parse(rest, limits: JSONLimits(size: 1 << 20, depth: Statement.depthLimit)) else { return }
            let holds = try answer({ () throws(StatementFailure) in
                try rule.check(predicate)
                return true
            })
            let values = rule.path.values(in: predicate)
            if case .exists(let wanted) = rule.condition {
                let other = PredicateRule(path: rule.path, condition: .exists(!wanted))
                try promise("something is there, or it is not", (holds == nil) != ((try? other.check(predicate)) == nil))
            } else if holds != nil {
                try promise("a rule that holds holds for every value, and there is one", values?.isEmpty == false)
                for value in values ?? [] {
                    let alone = PredicateRule(path: rule.path, condition: .exact(value))
                    if values?.count == 1 { try promise("a value is exactly itself", (try? alone.check(predicate)) != nil) }
                }
            }
        })
}

extension [UInt8] {
    /// The first line, and what is behind its line feed.
    var parted: (line: [UInt8], rest: [UInt8]) {
        guard let end = firstIndex(of: 0x0A) else { return (self, []) }
        return (Array(self[..<end]), Array(self[(end + 1)...]))
    }
}

private enum StatementSeeds {
    static let predicate =
        #"{"buildDefinition":{"buildType":"https://example.org/build/v1","externalParameters":{"workflow":{"ref":"refs/heads/main"},"#
        + #""inputs":[1,2,3.5],"started":"2026-01-01T00:00:00Z"}},"runDetails":{"builder":{"id":"https://example.org/builder"}}}"#

    static let all = [
        statement("https://slsa.dev/provenance/v1", predicate),
        statement(
            "https://slsa.dev/provenance/v0.2",
            #"{"builder":{"id":"b"},"buildType":"t","invocation":{"configSource":{"uri":"u"},"parameters":{"a":[{}]}}}"#),
        statement("https://spdx.dev/Document", #"{"spdxVersion":"SPDX-2.3","packages":[]}"#),
        statement("https://cyclonedx.org/bom", #"{"bomFormat":"CycloneDX","specVersion":"1.5","components":[{"name":"a"}]}"#),
    ]

    static let rules = [
        #"{"path":"buildDefinition.externalParameters.workflow.ref","exact":"refs/heads/main"}"#,
        #"{"path":"buildDefinition.externalParameters.inputs[*]","range":{"min":1,"max":4}}"#,
        #"{"path":"buildDefinition.externalParameters.started","range":{"min":"2025-01-01T00:00:00Z","max":"2027-01-01T00:00:00+01:00"}}"#,
        #"{"path":"runDetails[\"builder\"].id","oneOf":["a","https://example.org/builder"]}"#,
        #"{"path":"runDetails.metadata","exists":false}"#, #"{"path":"buildDefinition.externalParameters.inputs[0]","exact":1.0}"#,
    ]

    private static func statement(_ type: String, _ predicate: String) -> String {
        #"{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"a","digest":{"sha256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e46"#
            + #"49b934ca495991b7852b855"}}],"predicateType":"\#(type)","predicate":\#(predicate)}"#
    }
}
