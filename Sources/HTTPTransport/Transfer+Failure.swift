internal import CLibCurl
internal import Glibc
internal import HTTPCore

extension Transfer {
    /// libcurl's verdict in our words: who, what was expected, what to do.
    func ending(_ code: CURLcode, _ configuration: HTTPClient.Configuration) -> ExchangeState.Ending {
        guard code != CURLE_OK else { return .complete }
        let address = request.target.address
        func failed(_ kind: TransportError.Code, _ text: String) -> ExchangeState.Ending {
            .failed(TransportError(kind, "\(address): \(text)"))
        }
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST:
            return failed(
                .unresolved, "the name \(request.target.host) does not resolve; check its spelling and the resolver's configuration")
        case CURLE_COULDNT_RESOLVE_PROXY:
            return failed(.unresolved, "the proxy's name does not resolve (\(detail)); check the proxy settings")
        case CURLE_COULDNT_CONNECT: return connectionFailure(configuration)
        case CURLE_OPERATION_TIMEDOUT: return timeout(.connect, configuration)
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING:
            return failed(
                .malformed, "the answer is not HTTP (\(detail)); check that the port and the scheme \(request.target.scheme) are right")
        // Under TLS 1.3 a server refuses a client's certificate only after the handshake.
        case CURLE_RECV_ERROR
        where detail.contains("alert")
            && ["certificate", "unknown ca", "access denied", "decrypt error"].contains(where: { detail.contains($0) }):
            return failed(
                .tls, "the server refuses the client certificate, or wants one (\(detail)); give it one that its authority has signed")
        case CURLE_RECV_ERROR where detail.contains("chunk"): return failed(.malformed, "the answer is not HTTP: \(detail)")
        case CURLE_PARTIAL_FILE: return failed(.closed, "the connection closed before the response was whole (\(detail))")
        case CURLE_GOT_NOTHING: return failed(.closed, "the connection closed without a response")
        case CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_SEND_FAIL_REWIND, CURLE_HTTP2, CURLE_HTTP2_STREAM:
            return failed(.closed, "the connection broke (\(detail.isEmpty ? String(cString: curl_easy_strerror(code)) : detail))")
        case CURLE_URL_MALFORMAT: return failed(.unsupported, "libcurl refuses the address: \(detail)")
        default:
            if let text = tlsFailure(code, configuration) { return failed(.tls, text) }
            return failed(.unreachable, detail.isEmpty ? String(cString: curl_easy_strerror(code)) : detail)
        }
    }

    private func connectionFailure(_ configuration: HTTPClient.Configuration) -> ExchangeState.Ending {
        let target = request.target
        let place = configuration.unixSocketPath.map { "the socket \($0)" } ?? target.address
        let number = handle.map { graft_get_long($0, CURLINFO_OS_ERRNO) } ?? 0
        let (code, text): (TransportError.Code, String) =
            switch Int32(number) {
            case ECONNREFUSED: (.refused, "connection refused: nothing listens there; start the server or correct the address")
            case ENOENT: (.refused, "there is no such socket; start the server or correct the path")
            case 0: (.unreachable, detail)
            default: (.unreachable, "no connection (\(String(cString: strerror(Int32(number))))); check address, routes and firewalls")
            }
        return .failed(TransportError(code, "\(place): \(text)"))
    }

    /// Nil when the failure is not one of the handshake.
    private func tlsFailure(_ code: CURLcode, _ configuration: HTTPClient.Configuration) -> String? {
        let name = configuration.tlsServerName ?? request.target.host
        switch code {
        case CURLE_PEER_FAILED_VERIFICATION:
            let authorities = configuration.trustedAuthorities == nil ? "the system's authorities" : "the CA bundle given"
            // libcurl compares the name itself and only says so in words. Numbers are OpenSSL's X509_V_ERR_….
            if detail.contains("subject name") {
                return "the server's certificate is not for the name \(name) (\(detail)); correct the address or the certificate"
            }
            switch handle.map({ graft_get_long($0, CURLINFO_SSL_VERIFYRESULT) }) ?? 0 {
            case 2, 18, 19, 20, 21:
                return "the server's certificate is signed by an authority that is not among \(authorities); "
                    + "add the server's CA to them, or correct the address"
            case 9: return "the server's certificate is not valid yet; check both clocks"
            case 10: return "the server's certificate has expired; have it renewed, or check this machine's clock"
            default: return "the server's certificate does not pass (\(detail))"
            }
        case CURLE_SSL_CONNECT_ERROR:
            return "the TLS handshake failed (\(detail)); check that the server speaks TLS on this port"
        case CURLE_SSL_CACERT_BADFILE: return "the CA bundle given holds no certificate that can be read; wanted PEM"
        case CURLE_SSL_CERTPROBLEM: return "the client certificate or its key can't be used; wanted PEM, and the key of this certificate"
        case CURLE_SSL_CIPHER, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_CLIENTCERT, CURLE_USE_SSL_FAILED:
            return detail
        default: return nil
        }
    }

    /// Names the limit that passed.
    func timeout(_ limit: Limit, _ configuration: HTTPClient.Configuration) -> ExchangeState.Ending {
        let limits = request.limits
        let text: String
        switch (limit, phase) {
        case (.connect, .queued):
            text =
                "no free connection within \((limits.connect ?? .zero).inWords) (limit: connect): all "
                + "\(configuration.maxConnectionsPerHost ?? 0) allowed to this host are busy"
        case (.connect, _):
            text = "no connection within \((limits.connect ?? .zero).inWords) (limit: connect); check address, routes and firewalls"
        case (.firstByte, _):
            text = "connected, but no response within \((limits.firstByte ?? .zero).inWords) after the request (limit: firstByte)"
        case (.idle, .sending): text = "took no byte of the request for \((limits.idle ?? .zero).inWords) (limit: idle)"
        case (.idle, _): text = "sent no byte of the response for \((limits.idle ?? .zero).inWords) (limit: idle)"
        case (.whole, _): text = "the exchange was not over within \((limits.whole ?? .zero).inWords) (limit: whole)"
        }
        return .failed(TransportError(.timeout, "\(request.target.address): \(text)"))
    }
}
