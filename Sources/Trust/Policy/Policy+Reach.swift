/// How far a policy lets an artifact go by the signatures it has, and who could let it go further.
package struct PolicyReach: Sendable, Hashable {
    /// Share of the hosts, in basis points.
    package var basisPoints: Int
    /// Authorities that have signed, or attested, and vouch for no more than that.
    package var limited: [String]
    /// Authorities that vouch for more, and have not signed.
    package var missing: [String]
}

extension Policy {
    /// The largest weight at which the authorities that may speak for it are enough: of those that have signed, as many as the threshold
    /// wants must vouch for it, and one of each attestation's.
    /// - Returns: nil when they vouch for every host. What has an objection reaches nothing at all, and need not be asked about.
    package func reach(of kept: [KeptEvidence]) -> PolicyReach? {
        let counting = counting(kept)
        let signed = authorities.filter { authority in counting.contains { $0.attestation == nil && authority.includes($0) } }
        var reach = PolicyReach(basisPoints: Authority.anyWeight, limited: [], missing: [])
        if threshold > 0 {
            let limits = signed.map(\.weightLimit).sorted(by: >)
            reach.lower(to: limits.count < threshold ? 0 : limits[threshold - 1], signed: signed, among: authorities)
        }
        for demand in attestations {
            let attested = demand.authorities.filter { authority in
                counting.contains { $0.attestation == demand.name && $0.terms == demand.terms(of: authority) }
            }
            reach.lower(to: attested.map(\.weightLimit).max() ?? 0, signed: attested, among: demand.authorities)
        }
        return reach.basisPoints < Authority.anyWeight ? reach : nil
    }
}

extension PolicyReach {
    fileprivate mutating func lower(to limit: Int, signed: [Authority], among all: [Authority]) {
        guard limit < basisPoints else { return }
        basisPoints = limit
        limited = signed.filter { $0.weightLimit <= limit }.map(\.name)
        missing = all.filter { authority in authority.weightLimit > limit && !signed.contains { $0.name == authority.name } }.map(\.name)
    }
}
