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
        case CURLE_RECV_ERROR where isCertificateRefused:
            return failed(.tls, clientCertificateRefusal)
        case CURLE_RECV_ERROR where detail.contains("chunk"): return failed(.malformed, "the answer is not HTTP: \(detail)")
        case CURLE_PARTIAL_FILE: return failed(.closed, "the connection closed before the response was whole (\(detail))")
        case CURLE_GOT_NOTHING: return failed(.closed, "the connection closed without a response")
        case CURLE_RECV_ERROR where detail.contains("CONNECT tunnel failed"), CURLE_COULDNT_CONNECT where detail.contains("CONNECT"):
            return failed(
                .unreachable,
                "the proxy refuses a tunnel to it (\(detail)); check the proxy's rules, and the user and password given for it")
        case CURLE_RECV_ERROR where isSilent, CURLE_SEND_ERROR where isSilent:
            return failed(.closed, "the peer no longer answers, not even for TCP (\(detail)); check it and the network in between")
        case CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_SEND_FAIL_REWIND, CURLE_HTTP2, CURLE_HTTP2_STREAM:
            return failed(.closed, "the connection broke (\(detail.isEmpty ? String(cString: curl_easy_strerror(code)) : detail))")
        case CURLE_URL_MALFORMAT: return failed(.unsupported, "libcurl refuses the address: \(detail)")
        default:
            if let text = tlsFailure(code, configuration) { return failed(.tls, text) }
            return failed(.unreachable, detail.isEmpty ? String(cString: curl_easy_strerror(code)) : detail)
        }
    }

    /// The kernel gave the connection up for want of an acknowledgement.
    private var isSilent: Bool { detail.contains(String(cString: strerror(ETIMEDOUT))) || detail.contains("errno \(ETIMEDOUT)") }

    private func connectionFailure(_ configuration: HTTPClient.Configuration) -> ExchangeState.Ending {
        let target = request.target
        if let forbidden {
            return .failed(
                TransportError(
                    .forbidden, "\(target.address): it stands for \(Self.text(of: forbidden)), which must not be connected to from here"))
        }
        let place =
            configuration.unixSocketPath.map { "the socket \($0)" }
            ?? request.proxy.map { "\(target.address): the proxy \(ProxyRules.name(of: $0))" } ?? target.address
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

    private static func text(of address: [UInt8]) -> String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let family = address.count == 4 ? AF_INET : AF_INET6
        guard inet_ntop(family, address, &text, socklen_t(text.count)) != nil else { return "an address" }
        return text.withUnsafeBytes { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    /// Names the limit that passed.
    func timeout(_ limit: Limit, _ configuration: HTTPClient.Configuration) -> ExchangeState.Ending {
        let limits = request.limits
        let text: String
        switch (limit, phase) {
        case (.queue, _):
            let allowed = configuration.maxConnectionsPerHost ?? 0
            text =
                "no free connection within \((limits.queue ?? .zero).inWords) (limit: queue): all \(allowed) allowed to this host are busy; "
                + "end requests sooner, or raise the client's maxConnectionsPerHost"
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
