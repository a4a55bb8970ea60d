extension Judgement {
    /// All that was tried, what passed, what failed and why: a line each, indented by what it belongs to.
    package var tree: [String] {
        var lines = ["\(Self.mark(isTrusted)) \(isTrusted ? "trusted" : "not trusted: \(message)")"]
        for finding in findings {
            lines.append("  \(Self.mark(finding.failure == nil)) policy \(finding.policy) (\(finding.mode.rawValue))")
            if !finding.verdict.attempts.isEmpty || finding.attestations.isEmpty {
                lines.append("    \(Self.mark(finding.verdict.failure == nil)) signature")
                lines += Self.lines(finding.verdict)
            }
            for attestation in finding.attestations {
                lines.append("    \(Self.mark(attestation.verdict.failure == nil)) attestation \(attestation.name)")
                lines += Self.lines(attestation.verdict)
            }
        }
        return lines
    }

    private static func lines(_ verdict: SignatureVerdict) -> [String] {
        guard !verdict.attempts.isEmpty else { return ["      \(verdict.failure.map { "\($0.name): \($0)" } ?? "nothing was tried")"] }
        return verdict.attempts.flatMap { attempt -> [String] in
            let what = "\(attempt.layerDigest.prefix(19))…"
            let who = attempt.authority.map { " by \($0)" } ?? ""
            guard let failure = attempt.failure else {
                return ["      \(mark(true)) \(what)\(who): \(attempt.signer)"] + (attempt.evidence?.tree ?? []).map { "          \($0)" }
            }
            return ["      \(mark(false)) \(what)\(who): \(failure.name): \(failure)"]
        }
    }

    private static func mark(_ isGood: Bool) -> String { isGood ? "✔" : "✘" }
}

extension SignatureVerdict.Attempt {
    fileprivate var signer: String { evidence.map { "\($0.signer)" } ?? "key \(keyFingerprint ?? "")" }
}

extension BundleEvidence {
    /// What was shown beside the signature itself.
    fileprivate var tree: [String] {
        var lines: [String] = []
        if let authority { lines.append("certificate issued by \(authority)") }
        lines += times.map { "existed at \($0.time), says \($0.source)" }
        lines += logEntries.map { "entry \($0.index) of \($0.log)" }
        lines += certificateLogs.map { "certificate in \($0)" }
        if let predicateType { lines.append("predicate \(predicateType)") }
        lines += rejectedTimestamps.map { "not counted: \($0)" }
        if let holdsUntil { lines.append("holds until \(holdsUntil)") }
        return lines
    }
}
