import Synchronization

/// One authority's issuers, together with certificates that came with signatures and lead to its root: validated once for as long as the authority is
/// kept. Nothing of it depends on time, which each path is held to anew.
///
/// Only what was validated is remembered, so that nobody but those whom the authority trusts can fill it.
final class ExtendedIssuers: Sendable {
    static let limit = 16

    /// By the bytes of the certificates, in the order in which they came.
    private let known = Mutex<[(certificates: [Certificate], issuers: IssuerSet)]>([])

    func issuers(_ own: IssuerSet, with candidates: [Certificate]) -> IssuerSet {
        if let known = known.withLock({ $0.first { $0.certificates == candidates }?.issuers }) { return known }
        let extended = own.extended(by: candidates)
        guard extended.paths.count > own.paths.count else { return extended }
        known.withLock { known in
            guard !known.contains(where: { $0.certificates == candidates }) else { return }
            if known.count >= Self.limit { known.removeFirst() }
            known.append((candidates, extended))
        }
        return extended
    }
}
