/// When a signature was made, as far as anyone who is trusted says, and how long it holds.
struct NotationTime: Sendable, Hashable {
    var times: [BundleEvidence.Time] = []
    /// Time stamps that don't count.
    var rejected: [String] = []
    var holdsUntil: Moment?

    /// - Throws: unless every certificate of the chain was valid when it mattered: when a signing authority says it signed, when a trusted
    ///   time stamp shows that the signature existed, and else now.
    init(
        of envelope: NotationEnvelope, _ attributes: NotationAttributes, _ chain: NotationChain, _ requirement: NotationRequirement,
        now: Moment
    ) throws(NotationFailure) {
        if let expiry = attributes.expiry {
            guard now < expiry else { throw .expired(at: expiry) }
            holdsUntil = expiry
        }
        switch attributes.scheme {
        case .signingAuthority:
            try chain.requireValid(at: attributes.signingTime)
            times = [.init(time: attributes.signingTime, source: .signingAuthority("\(chain.root.subject)"))]
        case .x509:
            switch Self.stamp(envelope, requirement) {
            case .success(let stamp)?:
                // Never healed by the clock: a trusted time outside of the certificates' contradicts them.
                for edge in [stamp.earliest, stamp.latest] { try chain.requireValid(at: edge) }
                times = [.init(time: stamp.time, source: .timestampAuthority(stamp.authority))]
            case .failure(let failure)?:
                do { try chain.requireValid(at: now) } catch { throw .timestamp(failure) }
                rejected = ["\(failure.name): \(failure)"]
                limit(to: chain)
            case nil:
                try chain.requireValid(at: now)
                limit(to: chain)
            }
        }
    }

    private mutating func limit(to chain: NotationChain) { holdsUntil = min(holdsUntil ?? chain.notAfter, chain.notAfter) }

    private static func stamp(
        _ envelope: NotationEnvelope, _ requirement: NotationRequirement
    ) -> Result<RootedTimestamp, TimestampFailure>? {
        guard let token = envelope.timestamp else { return nil }
        do {
            return .success(try RootedTimestamp(token: token, over: envelope.signature, roots: requirement.timestampAuthorities))
        } catch {
            return .failure(error)
        }
    }
}
