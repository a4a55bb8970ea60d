/// A time that a stamp shows whose authority's certificates came along with it, and end at a root that is trusted to vouch for such authorities.
///
/// A `TimestampAuthority` is pinned by its own certificate; here any is taken that the root vouches for. So the stamp has to name its certificate
/// by hash (RFC 5816 §2.2.1, signingCertificateV2): no other one of the same name serves.
struct RootedTimestamp: Sendable, Hashable {
    let time: Moment
    /// Subject of the authority's certificate.
    let authority: String
    /// `time` less and plus the uncertainty that the stamp states.
    let earliest: Moment
    let latest: Moment

    /// - Parameter stamped: the bytes that must have existed.
    init(token bytes: [UInt8], over stamped: [UInt8], roots: [Certificate]) throws(TimestampFailure) {
        let token = try TimestampToken(token: bytes)
        let uncertainty: Int64
        do throws(ASN1Fault) {
            guard try token.signer.value(SigningCertificate.typeV2) != nil else {
                throw ASN1Fault("it doesn't name its certificate (signingCertificateV2)")
            }
            uncertainty = try token.info.uncertainty()
        } catch {
            throw .signer(error.reason)
        }
        let verified = try Self.verified(token, over: stamped, roots: roots)
        time = verified.time
        authority = verified.authority
        earliest = time.advanced(byNanoseconds: -uncertainty)
        latest = time.advanced(byNanoseconds: uncertainty)
    }

    private static func verified(
        _ token: TimestampToken, over stamped: [UInt8], roots: [Certificate]
    ) throws(TimestampFailure) -> VerifiedTimestamp {
        let brought = token.certificates.compactMap { try? Certificate(der: $0) }
        let signers = brought.filter(token.signer.names)
        guard !signers.isEmpty else { throw .signer("it brings no certificate of its signer") }
        guard !roots.isEmpty else { throw .signer("the policy names no time-stamp authority") }
        var failures: [TimestampFailure] = []
        for signer in signers.prefix(2) {
            let others = brought.filter { $0 != signer }.prefix(CertificateAuthority.chainLimit - 2)
            for root in roots {
                do throws(TimestampFailure) {
                    let authority = try TimestampAuthority(
                        name: "\(signer.subject)", certificates: [signer] + others + [root], window: always)
                    return try authority.verify(token, over: stamped)
                } catch {
                    failures.append(error)
                }
            }
        }
        // That another root didn't issue it is no news.
        throw failures.first { !$0.isUntrustedChain } ?? failures[0]
    }

    private static let always = ValidityWindow(start: Moment(seconds: 0))
}

extension TimestampFailure {
    fileprivate var isUntrustedChain: Bool { if case .chain(.untrustedChain) = self { true } else { false } }
}
