import GraftAPI
import JSON
import KubeCore
import Schema

/// What hosts say of the signatures behind what they run, beside what the revisions say. Pure: the same input, the same lines.
struct TrustStatusView {
    /// One slot of one host that serves something.
    struct Entry {
        var host: String
        var slot: SlotStatus
        var active: ActiveRevision
        /// Nil when it is gone.
        var revision: ModuleRevision?
    }

    let entries: [Entry]
    let namespace: String

    /// - Parameter name: of one deployment; nil for all of the namespace.
    init(_ hosts: [ModuleHost], revisions: [ModuleRevision], namespace: String, name: String? = nil) {
        let known = Dictionary(revisions.map { ($0.metadata.name, $0) }) { first, _ in first }
        self.namespace = namespace
        entries = hosts.sorted { $0.metadata.name < $1.metadata.name }.flatMap { host in
            host.status.slots.compactMap { slot in
                guard slot.owner.namespace == namespace, name.map({ $0 == slot.owner.name }) ?? true, let active = slot.active else {
                    return nil
                }
                return Entry(host: host.metadata.name, slot: slot, active: active, revision: known[active.revision])
            }
        }
    }

    var lines: [String] {
        guard !entries.isEmpty else { return ["no host runs anything of namespace \(namespace)"] }
        var table = TextTable(["HOST", "SLOT", "VERSION", "DIGEST", "EVIDENCE", "SAME", "TRUST"])
        for entry in entries {
            table.append([
                entry.host, entry.slot.name, entry.active.version ?? "-", Self.short(entry.active.digest),
                entry.active.evidenceHash.map(Self.short) ?? "-", entry.comparison.rawValue, entry.trust,
            ])
        }
        return table.lines + serving.flatMap { [""] + lines(of: $0) }
    }

    /// The revisions that hosts run, in the order of the table.
    private var serving: [ModuleRevision] {
        var seen: Set<String> = []
        return entries.compactMap(\.revision).filter { seen.insert($0.metadata.name).inserted }
    }

    private func lines(of revision: ModuleRevision) -> [String] {
        let head = "\(revision.metadata.name)   \(revision.spec.version)   \(revision.spec.digest)"
        let evidence = revision.status.evidenceHash.map { "  evidence \($0)" } ?? "  no evidence is kept"
        return ([head, evidence] + revision.status.evidence.map { "  \($0.sentence)" }).map(\.visible)
    }

    private static func short(_ digest: String) -> String { digest.utf8.count > 19 ? "\(digest.prefix(19))…" : digest }

    var json: JSON { .array(entries.map(\.json)) }
}

extension TrustStatusView.Entry {
    /// What a host reports, against its revision.
    enum Comparison: String {
        case same = "yes"
        /// The host found other signatures good, perhaps under other policies.
        case otherEvidence = "other evidence"
        case otherDigest = "OTHER DIGEST"
        /// An agent that is older than this.
        case unreported = "not reported"
        case noRevision = "no revision"
    }

    var comparison: Comparison {
        guard let revision else { return .noRevision }
        guard revision.spec.digest == active.digest else { return .otherDigest }
        guard let found = active.evidenceHash, let wanted = revision.status.evidenceHash else { return .unreported }
        return found == wanted ? .same : .otherEvidence
    }

    fileprivate var trust: String {
        guard let trust = slot.trust else { return "-" }
        guard trust.state != .trusted else { return trust.state.rawValue }
        return ([trust.state.rawValue] + [trust.message ?? trust.reason].compactMap(\.self)).joined(separator: ": ")
    }

    var json: JSON {
        var object: JSONObject = [
            "host": .string(host), "slot": .string(slot.name), "deployment": .string("\(slot.owner.namespace)/\(slot.owner.name)"),
            "revision": .string(active.revision), "digest": .string(active.digest), "comparison": .string(comparison.rawValue),
            "isSame": .bool(comparison == .same),
        ]
        object.set("version", active.version)
        object.set("evidenceHash", active.evidenceHash)
        object.set("revisionEvidenceHash", revision?.status.evidenceHash)
        if let trust = slot.trust { object["trust"] = trust.json }
        object["signatures"] = .array((revision?.status.evidence ?? []).map(\.json))
        return .object(object)
    }
}

extension VerificationEvidence {
    /// Who signed, as which authority of which policy, where that stands and when it was.
    fileprivate var sentence: String {
        var parts = ["\(authority) for policy \(policy)" + (attestation.map { ", attestation \($0)" } ?? "")]
        if let subject {
            parts.append("\(subject), says \(issuer ?? "nobody")")
        } else {
            parts.append("key \(keyFingerprint)")
        }
        if let log { parts.append("entry \(logIndex.map { "\($0)" } ?? "?") of \(log)") }
        if let signedAt { parts.append("signed by \(signedAt)") }
        parts.append("verified \(time)")
        return parts.joined(separator: "; ")
    }
}
