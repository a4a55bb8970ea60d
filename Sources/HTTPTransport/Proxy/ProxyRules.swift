internal import Glibc
internal import HTTPCore

/// Which proxy stands before a host, decided as kubectl decides it: by Go's reading of the environment, or by a kubeconfig's `proxy-url`.
struct ProxyRules: Sendable {
    private enum Source {
        case none
        /// One proxy for all, whatever the environment says.
        case fixed(String, except: DirectHosts)
        case environment(http: String?, https: String?, except: DirectHosts, isCGI: Bool)
    }

    private let source: Source

    init(_ proxy: HTTPClient.Proxy) {
        source =
            switch proxy {
            case .none: .none
            case .url(let url, let except): .fixed(url, except: DirectHosts(except))
            case .environment: Self.source { name in getenv(name).map { String(cString: $0) } }
            case .variables(let variables): Self.source { variables[$0] }
            }
    }

    /// Upper case goes first, as in Go's `httpproxy.FromEnvironment`; empty is unset.
    private static func source(_ variable: (String) -> String?) -> Source {
        func either(_ upper: String, _ lower: String) -> String? {
            for name in [upper, lower] { if let value = variable(name), !value.isEmpty { return value } }
            return nil
        }
        return .environment(
            http: either("HTTP_PROXY", "http_proxy"), https: either("HTTPS_PROXY", "https_proxy"),
            except: DirectHosts(either("NO_PROXY", "no_proxy") ?? ""), isCGI: !(variable("REQUEST_METHOD") ?? "").isEmpty)
    }

    /// The proxy's URL for libcurl; nil when the host is reached directly.
    /// - Throws: `TransportError.unsupported` when the setting names no proxy that can be used. Its user and password are never shown.
    func proxy(for target: RequestTarget) throws -> String? {
        switch source {
        case .none: return nil
        case .fixed(let url, let except): return except.contains(target.host, port: target.port) ? nil : try Self.checked(url, target)
        case .environment(let http, let https, let except, let isCGI):
            guard let url = target.scheme == "https" ? https : http else { return nil }
            if target.isLoopback || except.contains(target.host, port: target.port) { return nil }
            // There, a client's `Proxy` field would be taken for the variable.
            if isCGI && target.scheme == "http" {
                throw TransportError(
                    .unsupported, "\(target.address): HTTP_PROXY is not used where REQUEST_METHOD is set; unset one of them")
            }
            return try Self.checked(url, target)
        }
    }

    /// Host and port of a proxy's URL, without user and password.
    static func name(of url: String) -> Substring {
        let rest = url.firstRange(of: "://").map { url[$0.upperBound...] } ?? url[...]
        let authority = rest.prefix { $0 != "/" }
        return authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] } ?? authority
    }

    private static func checked(_ url: String, _ target: RequestTarget) throws -> String {
        guard let end = url.firstRange(of: "://") else { return try checked("http://" + url, target) }
        let rest = url[end.upperBound...]
        let scheme = url[..<end.lowerBound].lowercased()
        let host = name(of: url)
        guard !host.isEmpty else {
            throw TransportError(.unsupported, "\(target.address): the proxy setting names no host; wanted http://host:port")
        }
        switch scheme {
        case "http", "https", "socks5h": return "\(scheme)://\(rest)"
        // Go has the proxy resolve the name; libcurl calls that by another name.
        case "socks5": return "socks5h://\(rest)"
        default:
            throw TransportError(
                .unsupported, "\(target.address): the scheme of the proxy \(host) is \(scheme); wanted http, https, socks5 or socks5h")
        }
    }
}
