import JSON

/// Why a certificate's identity isn't the one that a policy wants, or why the policy itself can't be used.
package enum IdentityFailure: Error, Sendable, Hashable {
    /// The subject is another, or of another kind.
    case subjectMismatch(found: String, wanted: String)
    /// Another identity provider vouched for the subject, or none is named.
    case issuerMismatch(found: String?, wanted: String)
    /// The two extensions that name the identity provider disagree.
    case issuerConflict(String, String)
    /// What the certificate says about the signer isn't what the policy wants.
    case extensionMismatch(oid: String, found: String?, wanted: String)
    /// An extension of Sigstore's that isn't encoded as its list of extensions says.
    case extensionMalformed(oid: String, String)
    /// The policy can't be used.
    case policyInvalid(String)

    /// The failure's name, stable for scripts.
    package var name: String {
        switch self {
        case .subjectMismatch: "identityMismatch"
        case .issuerMismatch: "issuerMismatch"
        case .issuerConflict: "issuerConflict"
        case .extensionMismatch(let oid, _, _): "extensionMismatch(\(oid))"
        case .extensionMalformed(let oid, _): "extensionMalformed(\(oid))"
        case .policyInvalid: "policyInvalid"
        }
    }
}

extension IdentityFailure: CustomStringConvertible {
    package var description: String {
        switch self {
        case .subjectMismatch(let found, let wanted):
            "signed by \(found.printable), wanted \(wanted)"
        case .issuerMismatch(let found, let wanted):
            "the signer's identity was vouched for by \(Self.quoted(found) ?? "nobody the certificate names"), wanted \(wanted)"
        case .issuerConflict(let old, let new):
            "the certificate names two identity providers, \"\(old.printable)\" and \"\(new.printable)\""
        case .extensionMismatch(let oid, let found, let wanted):
            "the certificate's \(oid) is \(Self.quoted(found) ?? "absent"), wanted \(wanted)"
        case .extensionMalformed(let oid, let why):
            "the certificate's \(oid) can't be read: \(why)"
        case .policyInvalid(let why):
            "the policy can't be used: \(why)"
        }
    }

    private static func quoted(_ found: String?) -> String? { found.map { "\"\($0.printable)\"" } }
}
