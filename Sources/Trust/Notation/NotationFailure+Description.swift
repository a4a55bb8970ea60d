import JSON

extension NotationFailure: CustomStringConvertible {
    package var description: String {
        switch self {
        case .envelopeTooLarge(let bytes, let limit): "the notation signature is \(bytes) bytes, more than the limit of \(limit)"
        case .envelopeMalformed(let why): "the notation signature is malformed: \(why.printable)"
        case .headerMissing(let name): "the signature says nothing under \(name)"
        case .headerMalformed(let name, let why): "the signature's \(name) can't be read: \(why.printable)"
        case .headerUnexpected(let name, let why): "the signature has \(name.printable) where it has no place: \(why)"
        case .headerNotCritical(let name): "the signature's \(name) isn't marked critical, as it must be"
        case .criticalHeaderUnknown(let name): "the signer marked \(name.printable) as critical, which isn't known here"
        case .pluginRequired(let name):
            "the signer demands verification by the plug-in \"\(name.printable)\"; there are no plug-ins here: sign without one"
        case .contentType(let found):
            "what is signed is of type \"\(found.printable)\", wanted \(NotationPayload.mediaType)"
        case .signingScheme(let found): "unknown signing scheme \"\(found.printable)\", wanted \(NotationScheme.names)"
        case .algorithmUnsupported(let what): "unsupported algorithm: \(what.printable); wanted \(NotationAlgorithm.supported)"
        case .algorithmMismatch(let found, let wanted): "signed with \(found.printable), but the signer's key makes \(wanted)"
        case .chainMissing: "the signature brings no certificates; wanted the signer's and its issuers', the root last"
        case .tooManyCertificates(let count, let limit): "\(count) certificates, more than the limit of \(limit)"
        case .certificate(let failure): failure.description
        case .chainInvalid(let why): "the certificates aren't one chain from the signer to a root: \(why)"
        case .profile(_, let why): "a certificate isn't one for this use: \(why)"
        case .untrustedRoot(let who):
            "the chain ends at \(who), which the policy doesn't name for this signing scheme; add that certificate to it if it should count"
        case .signatureInvalid: "the signature was not made by the signer's key over this content"
        case .notValid(let time, let certificate, let notBefore, let notAfter):
            "at \(time), \(certificate) was not valid: it is from \(notBefore) to \(notAfter); sign anew, "
                + "and have it stamped by a time-stamp authority that the policy names"
        case .timestamp(let failure): failure.description
        case .expired(let time): "the signer let the signature expire at \(time); sign anew"
        case .occasionUnknown: "nothing says what time it is, and of which type and size the artifact is"
        case .subjectMalformed(let why): "the signer's subject can't be held against identities: \(why)"
        case .identityMismatch(let found, let wanted): "signed by \(found), wanted \(wanted.joined(separator: " or "))"
        case .payloadMalformed(let why): "the signed payload is malformed: \(why.printable)"
        case .digestMismatch(let found, let wanted): "the signature is for \(found.printable), wanted \(wanted)"
        case .mediaTypeMismatch(let found, let wanted):
            "the signature is for an artifact of type \"\(found.printable)\", wanted \"\(wanted.printable)\""
        case .sizeMismatch(let found, let wanted): "the signature is for an artifact of \(found) bytes, wanted \(wanted)"
        }
    }
}
