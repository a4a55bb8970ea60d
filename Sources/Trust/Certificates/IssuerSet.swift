/// Authorities that lead to one root, each already validated up to it: its signature, profile, path length and extended key usage.
///
/// Prepared once for a trust root, so that judging a leaf costs the check of the leaf's signature alone. Bounded however many
/// certificates of one name, or circles of them, are handed in: at most `pathLimit` paths, and `checkLimit` signatures tried.
struct IssuerSet: Sendable {
    /// Each path from an authority that may sign leaves up to the root.
    private(set) var paths: [[Certificate]]
    let purpose: CertificatePurpose
    /// What kept a candidate out, for messages.
    private(set) var objections: [String] = []

    static let pathLimit = 16
    static let depthLimit = 8
    static let checkLimit = 64

    /// - Parameter root: trusted as it is; only that it may issue is looked at, and its own signature if it names itself as issuer.
    init(root: Certificate, intermediates: [Certificate], purpose: CertificatePurpose) throws(CertificateFailure) {
        if let objection = root.objectionToIssuing(for: purpose, isAnchor: true) { throw .untrustedChain(objection) }
        if root.issuer == root.subject {
            guard try root.isSigned(by: root) else {
                throw .untrustedChain("the root \(root) names itself as issuer, but didn't sign itself")
            }
        }
        paths = [[root]]
        self.purpose = purpose
        extend(by: intermediates)
    }

    /// The same with candidates that nobody vouches for; they count only where they lead to the root.
    func extended(by candidates: [Certificate]) -> IssuerSet {
        var extended = self
        extended.extend(by: candidates)
        return extended
    }

    /// Level by level from the root: every path grows by each candidate that its lowest authority issued.
    private mutating func extend(by candidates: [Certificate]) {
        var checks = 0
        var index = 0
        while index < paths.count {
            let path = paths[index]
            index += 1
            for candidate in candidates where candidate.issuer == path[0].subject && !path.contains(candidate) {
                guard paths.count < Self.pathLimit, path.count < Self.depthLimit, checks < Self.checkLimit else { return }
                guard Self.mayHaveIssued(path[0], candidate), !paths.contains([candidate] + path) else { continue }
                checks += 1
                if let objection = objection(to: candidate, under: path) {
                    objections.append(objection)
                } else {
                    paths.append([candidate] + path)
                }
            }
        }
    }

    private func objection(to candidate: Certificate, under path: [Certificate]) -> String? {
        if let objection = candidate.objectionToIssuing(for: purpose, isAnchor: false) { return objection }
        for (below, authority) in path.enumerated() {
            // Every authority between counts, also one that renews itself under its own name.
            if let length = authority.extensions.basicConstraints?.pathLength, length < below + 1 {
                return "\(authority) allows \(length) authorities below it, found \(below + 1)"
            }
        }
        // An authority that limits itself to a purpose issues none without that limit.
        guard candidate.extensions.extendedKeyUsage != nil || path.allSatisfy({ $0.extensions.extendedKeyUsage == nil }) else {
            return "\(candidate) isn't limited to \(purpose), as an authority above it is"
        }
        do throws(CertificateFailure) {
            return try candidate.isSigned(by: path[0]) ? nil : "\(candidate) isn't signed by \(path[0])"
        } catch {
            return error.description
        }
    }

    /// Whether the key identifiers, where both stand there, agree: tells apart authorities of one name.
    private static func mayHaveIssued(_ issuer: Certificate, _ certificate: Certificate) -> Bool {
        guard let wanted = certificate.extensions.authorityKeyIdentifier, let found = issuer.extensions.subjectKeyIdentifier else {
            return true
        }
        return wanted == found
    }

    func mayHaveIssued(_ leaf: Certificate) -> Bool {
        paths.contains { $0[0].subject == leaf.issuer && Self.mayHaveIssued($0[0], leaf) }
    }

    /// The paths of those who signed `leaf`; at least one.
    func paths(to leaf: Certificate) throws(CertificateFailure) -> [CertificatePath] {
        let named = paths.filter { $0[0].subject == leaf.issuer }
        guard !named.isEmpty else {
            let why = objections.isEmpty ? "" : " (\(objections.joined(separator: "; ")))"
            throw .untrustedChain("nothing in the trust root is called \"\(leaf.issuer)\", who issued \(leaf)\(why)")
        }
        // A key is tried once, though it may stand in several certificates.
        var answers: [[UInt8]: Bool] = [:]
        var found: [CertificatePath] = []
        for path in named where Self.mayHaveIssued(path[0], leaf) {
            let key = path[0].subjectPublicKeyInfo
            if answers[key] == nil { answers[key] = try leaf.isSigned(by: path[0]) }
            if answers[key] == true { found.append(CertificatePath(leaf: leaf, authorities: path)) }
        }
        guard !found.isEmpty else { throw .untrustedChain("\(leaf) isn't signed by the \"\(leaf.issuer)\" of the trust root") }
        return found
    }
}
