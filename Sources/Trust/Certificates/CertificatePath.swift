/// A leaf and who issued it, up to a root of the trust root; made by validation alone.
package struct CertificatePath: Sendable, Hashable {
    package let leaf: Certificate
    /// The authorities from the one that signed the leaf up to the root; at least one.
    package let authorities: [Certificate]

    /// The certificate whose key signed the leaf.
    package var issuer: Certificate { authorities[0] }
    package var root: Certificate { authorities[authorities.count - 1] }

    init(leaf: Certificate, authorities: [Certificate]) {
        precondition(!authorities.isEmpty, "a path ends at a root")
        self.leaf = leaf
        self.authorities = authorities
    }

    /// Every certificate of the path is valid at `time`, the root included.
    func requireValid(at time: Moment) throws(CertificateFailure) {
        try Self.requireValid(leaf, time)
        for authority in authorities { try Self.requireValid(authority, time) }
    }

    private static func requireValid(_ certificate: Certificate, _ time: Moment) throws(CertificateFailure) {
        guard certificate.isValid(at: time) else {
            throw .notValid(
                at: time, certificate: "\(certificate)", notBefore: certificate.notBefore, notAfter: certificate.notAfter)
        }
    }

    /// No authority's name constraints exclude what stands below it.
    func requireNamesAllowed() throws(CertificateFailure) {
        for (index, authority) in authorities.enumerated() {
            guard let constraints = authority.extensions.nameConstraints else { continue }
            for certificate in [leaf] + authorities[..<index] {
                if let objection = constraints.objection(to: certificate) { throw .nameConstraints("\(authority): \(objection)") }
            }
        }
    }
}
