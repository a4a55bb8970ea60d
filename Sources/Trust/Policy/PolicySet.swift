/// All policies of a cluster. Fail closed: what no Enforce policy covers is refused.
package struct PolicySet: Sendable, Hashable {
    /// By name.
    package let policies: [Policy]
    /// SHA-256 of all that a judgement by these policies depends on, the content of their roots included: by equal ones everything is judged alike.
    package let content: [UInt8]

    package init(_ policies: [Policy]) {
        self.policies = policies.sorted { $0.name < $1.name }
        var writer = ContentWriter()
        writer.add(self.policies)
        content = DigestAlgorithm.sha256.hash(writer.bytes)
    }

    /// Which policies apply. To be asked before any network I/O: a tenant that no policy lets deliver must not make us call an
    /// address, nor use shared credentials.
    package func tenancy(_ delivery: Delivery) -> Tenancy {
        let covering = policies.filter { $0.match.covers(delivery) }
        var tenancy = Tenancy(
            enforcing: covering.filter { $0.mode == .enforce }, warning: covering.filter { $0.mode == .warn })
        if tenancy.enforcing.isEmpty {
            tenancy.failure = .noPolicy(noPolicyMessage(delivery))
            return tenancy
        }
        let invalid = tenancy.enforcing.filter { !$0.problems.isEmpty }
        if !invalid.isEmpty {
            tenancy.failure = .policyInvalid(invalid.map { "\($0.name): \($0.problems.joined(separator: "; "))" })
        }
        return tenancy
    }

    /// What is missing, how near the nearest policy comes, and the policy to write.
    private func noPolicyMessage(_ delivery: Delivery) -> String {
        var message = "no VerificationPolicy in mode Enforce covers \(PolicyHint(delivery).summary)"
        let missed = policies.filter { $0.mode == .enforce }.map { ($0.name, $0.match.misses(delivery)) }
        if let nearest = missed.min(by: { $0.1.count < $1.1.count }), nearest.1.count < 4 {
            message += "; the nearest, \(nearest.0), does not match in \(nearest.1.joined(separator: ", "))"
        } else if policies.contains(where: { $0.mode == .warn && $0.match.covers(delivery) }) {
            message += "; one in mode Warn does, but Warn grants nothing"
        }
        return message + "; write one with spec: \(PolicyHint(delivery).flow)"
    }
}

/// Which policies apply to a delivery, and whether it may go on.
package struct Tenancy: Sendable, Hashable {
    package var enforcing: [Policy]
    package var warning: [Policy]
    /// Nil when signatures may be fetched and judged.
    package var failure: VerificationFailure?

    package var isGranted: Bool { failure == nil }

    /// Whether it matters when it is judged, and of which type and size the artifact is.
    package var needsOccasion: Bool { (enforcing + warning).contains { $0.authorities.contains { $0.notation != nil } } }
}
