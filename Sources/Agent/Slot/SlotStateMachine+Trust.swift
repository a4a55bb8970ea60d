import GraftAPI

extension SlotStateMachine {
    /// Takes down whether what is active would be loaded today. What nobody has looked at since the start stays as it was found last.
    mutating func noteTrust(_ inputs: SlotInputs) {
        guard let active = record.active else {
            if record.trust != nil { record.trust = nil }
            return
        }
        guard let finding = finding(of: active, inputs) else { return }
        let since = record.trust.flatMap { $0.state == finding.state ? $0.since : nil } ?? inputs.wallTime
        var trust = SlotTrust(
            finding.state, reason: finding.reason, message: finding.message.map { String($0.unicodeScalars.prefix(1000)) }, since: since)
        if finding.state == .trusted, let tampering = record.tampering {
            trust.reason = SlotFailure.tampered
            trust.message = String("somebody else changed files of it: \(tampering)".unicodeScalars.prefix(1000))
        }
        record.trust = trust
        // Journals of earlier agents don't say by which signatures it was found good.
        if record.evidence[active] == nil, let hash = finding.evidenceHash { record.evidence[active] = hash }
    }

    private func finding(of active: InstalledRevision, _ inputs: SlotInputs) -> TrustFinding? {
        guard let quarantine = inputs.quarantine(of: active) else { return inputs.findings[active] }
        return TrustFinding(.distrusted, reason: "Quarantined", message: "a ModuleQuarantine covers it: \(quarantine.reason)", stamp: 0)
    }

    /// What is no longer here is vouched for by nobody.
    mutating func forgetEvidence() {
        guard !record.evidence.isEmpty else { return }
        let kept = kept
        if record.evidence.keys.contains(where: { !kept.contains($0) }) {
            record.evidence = record.evidence.filter { kept.contains($0.key) }
        }
    }
}
