/// By whom something must have been signed.
package enum SignerRequirement: Sendable, Hashable {
    /// By whoever holds one of these keys.
    case keys([ManagedKey])
    /// By someone whom a certificate of a trust root's authority names so.
    case identities([IdentityRequirement])
}

/// A public key that a policy names, with the time it counts for.
package struct ManagedKey: Sendable, Hashable {
    package var key: PublicKey
    /// With a window, a trusted time must lie within it. Without one the key counts always.
    package var window: ValidityWindow?

    package init(_ key: PublicKey, window: ValidityWindow? = nil) {
        self.key = key
        self.window = window
    }
}

/// By whom something was signed, once all was verified.
package enum VerifiedSigner: Sendable, Hashable, CustomStringConvertible {
    /// The key's fingerprint.
    case key(String)
    case identity(CertificateIdentity)

    package var description: String {
        switch self {
        case .key(let fingerprint): "key \(fingerprint)"
        case .identity(let identity): "\"\(identity.subject)\" vouched for by \(identity.issuer.map { "\"\($0)\"" } ?? "nobody")"
        }
    }
}

extension SignerRequirement {
    func isMet(by signer: VerifiedSigner) -> Bool {
        switch (self, signer) {
        case (.keys(let keys), .key(let fingerprint)): keys.contains { $0.key.fingerprint == fingerprint }
        case (.identities(let requirements), .identity(let identity)):
            requirements.contains { (try? $0.check(identity)) != nil }
        default: false
        }
    }
}
