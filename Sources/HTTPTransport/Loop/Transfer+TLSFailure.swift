internal import CLibCurl
internal import HTTPCore

extension Transfer {
    /// Nil when the failure is not one of the handshake. Says what was expected and what was found; keys are never shown.
    func tlsFailure(_ code: CURLcode, _ configuration: HTTPClient.Configuration) -> String? {
        switch code {
        case CURLE_PEER_FAILED_VERIFICATION: return verificationFailure(configuration)
        case CURLE_SSL_CONNECT_ERROR:
            if isCertificateRefused { return clientCertificateRefusal }
            return "the TLS handshake failed (\(detail)); check that the server speaks TLS on this port"
        case CURLE_SSL_CACERT_BADFILE: return "the CA bundle given holds no certificate that can be read; wanted PEM"
        case CURLE_SSL_CERTPROBLEM:
            return "the client certificate or its key can't be used; wanted PEM, and the key of this certificate\(shown)"
        case CURLE_SSL_CIPHER, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_CLIENTCERT, CURLE_USE_SSL_FAILED:
            return detail
        default: return nil
        }
    }

    /// The client certificate in brackets, if there is one.
    private var shown: String {
        guard let client = request.credentials.clientCertificate else { return "" }
        return PeerCertificate.list(in: client.certificate, atMost: 1).first.map { " [\($0.inWords)]" } ?? ""
    }

    /// The peer's alert (RFC 8446, 6.2), in OpenSSL's words, is one about our certificate.
    var isCertificateRefused: Bool {
        detail.contains("alert") && ["certificate", "unknown ca", "access denied", "decrypt error"].contains { detail.contains($0) }
    }

    var clientCertificateRefusal: String {
        let found = request.credentials.clientCertificate == nil ? "found none" : "found one\(shown)"
        return "the server refuses the client certificate, or wants one (\(detail)): \(found); give it one that its authority has signed"
    }

    private func verificationFailure(_ configuration: HTTPClient.Configuration) -> String {
        let name = configuration.tlsServerName ?? request.target.host
        let found = verification?.leaf.map { " [\($0.inWords)]" } ?? ""
        // libcurl compares the name itself, after the chain has passed, and only says so in words.
        if verification?.error ?? 0 == 0, detail.contains("subject name") {
            return "the server's certificate is not for the name \(name) (\(detail)): expected \(name), found\(found); "
                + "correct the address or the certificate"
        }
        let number = verification.map(\.error) ?? handle.map { graft_get_long($0, CURLINFO_SSL_VERIFYRESULT) } ?? 0
        // Where it is not the server's own certificate that fails, but one above it.
        let above = verification?.failed.flatMap { $0 == verification?.leaf ? nil : " because of its authority's [\($0.inWords)]" } ?? ""
        // OpenSSL's X509_V_ERR_….
        switch number {
        case 2, 18, 19, 20, 21:
            return "the server's certificate is signed by an authority that is not among \(expectedAuthorities): found\(found); "
                + "add the server's CA to them, or correct the address"
        case 9: return "the server's certificate is not valid yet\(above): found\(found); check both clocks"
        case 10:
            return "the server's certificate has expired\(above): found\(found); have it renewed, or check this machine's clock"
        default: return "the server's certificate does not pass (\(detail))\(above): expected one for \(name), found\(found)"
        }
    }

    /// Which authorities would have done.
    private var expectedAuthorities: String {
        guard let bundle = request.credentials.trustedAuthorities else { return "the system's authorities" }
        let known = PeerCertificate.list(in: bundle, atMost: 4)
        let names = known.prefix(3).map(\.subject).joined(separator: "; ")
        return "the CA bundle given (\(names)\(known.count > 3 ? "; and more" : ""))"
    }
}
