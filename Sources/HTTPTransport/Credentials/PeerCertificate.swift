internal import CLibCurl

/// What a certificate says of itself, for the words of errors.
struct PeerCertificate: Equatable {
    var subject: String
    var issuer: String
    /// `DNS:a.test, IP Address:127.0.0.1`; empty when it has none.
    var names: String
    var notBefore: String
    var notAfter: String
    /// SHA-256, hexadecimal.
    var fingerprint: String

    init(_ certificate: graft_certificate) {
        subject = Self.text(certificate.subject)
        issuer = Self.text(certificate.issuer)
        names = Self.text(certificate.names)
        notBefore = Self.text(certificate.not_before)
        notAfter = Self.text(certificate.not_after)
        fingerprint = Self.text(certificate.fingerprint)
    }

    private static func text<Characters>(_ characters: Characters) -> String {
        withUnsafeBytes(of: characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    /// The first certificates of a PEM bundle.
    static func list(in pem: [UInt8], atMost most: Int) -> [PeerCertificate] {
        var room = [graft_certificate](repeating: graft_certificate(), count: most)
        let count = pem.withUnsafeBytes { graft_certificates_read($0.baseAddress, $0.count, 0, &room, Int32(most)) }
        return room.prefix(Int(count)).map(PeerCertificate.init)
    }

    /// Who it is, who signed it, for what names and how long, and which one exactly.
    var inWords: String {
        "subject \(subject.isEmpty ? "(empty)" : subject), names \(names.isEmpty ? "(none)" : names), issuer \(issuer), "
            + "valid from \(notBefore) to \(notAfter), SHA-256 \(fingerprint)"
    }
}

/// The verification of a server's certificate in one handshake.
final class PeerVerification {
    let pointer: OpaquePointer

    init?() {
        guard let pointer = graft_verification_new() else { return nil }
        self.pointer = pointer
    }

    deinit { graft_verification_release(pointer) }

    /// The server's own certificate; nil when it showed none, or the session of an earlier handshake was resumed.
    var leaf: PeerCertificate? { graft_verification_leaf(pointer).map { PeerCertificate($0.pointee) } }
    /// The certificate of the chain at which it stopped.
    var failed: PeerCertificate? { graft_verification_failed(pointer).map { PeerCertificate($0.pointee) } }
    /// OpenSSL's X509_V_ERR_…; 0 when it passed.
    var error: Int { Int(graft_verification_error(pointer)) }
}
