import HTTPCore
import HTTPTypes
import Testing

@testable import HTTPTransport

@Suite("NO_PROXY")
struct DirectHostsTests {
    @Test(
        "names hosts as Go reads it",
        arguments: [
            ("a.test", "a.test", 443, true), ("a.test", "b.a.test", 443, true), ("a.test", "ba.test", 443, false),
            (".a.test", "a.test", 443, false), (".a.test", "b.a.test", 443, true), ("*.a.test", "b.c.a.test", 443, true),
            ("*.a.test", "a.test", 443, false), ("A.Test", "a.TEST", 443, true), ("*", "anything", 1, true), ("x,*", "anything", 1, true),
            ("a.test:8443", "a.test", 8443, true), ("a.test:8443", "a.test", 443, false), ("a.test:x", "a.test", 443, false),
            (" a.test , b.test ", "b.test", 443, true), ("", "a.test", 443, false), (",,", "a.test", 443, false),
            ("10.0.0.1", "10.0.0.1", 443, true), ("10.0.0.1", "10.0.0.10", 443, false), ("10.0.0.1:80", "10.0.0.1", 443, false),
            ("10.0.0.1:80", "10.0.0.1", 80, true), ("10.0.0.0/8", "10.255.1.2", 443, true), ("10.0.0.0/8", "11.0.0.1", 443, false),
            ("10.128.0.0/9", "10.127.0.1", 443, false), ("10.128.0.0/9", "10.200.0.1", 443, true), ("0.0.0.0/0", "1.2.3.4", 1, true),
            ("10.0.0.0/33", "10.0.0.1", 443, false), ("10.0.0.0/8", "a.10.0.0.0", 443, false), ("fd00::/8", "fd12::1", 443, true),
            ("fd00::/8", "fe80::1", 443, false), ("::1", "0:0:0:0:0:0:0:1", 443, true), ("[::1]:80", "::1", 80, true),
            ("[::1]:80", "::1", 81, false), ("[::1]", "::1", 81, true), ("::ffff:10.0.0.1", "10.0.0.1", 80, true),
            // Addresses are no domains, and domains no addresses.
            ("0.0.1", "10.0.0.1", 80, false), (".0.0.1", "10.0.0.1", 80, false), (":80", "a.test", 80, false), ("*.", "a.test", 80, false),
            (".svc,.cluster.local", "kubernetes.default.svc", 443, true),
        ])
    func match(list: String, host: String, port: Int, isDirect: Bool) {
        #expect(DirectHosts(list).contains(host, port: port) == isDirect)
    }

    @Test("any list can be read")
    func anything() {
        var state: UInt64 = 42
        let alphabet = Array("a.*:[]/,1 0f%é-")
        for _ in 0..<5000 {
            var list = ""
            for _ in 0..<20 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                list.append(alphabet[Int(state >> 33) % alphabet.count])
            }
            let hosts = DirectHosts(list)
            let isEverything = list.split(separator: ",").contains { $0.filter { $0 != " " } == "*" }
            #expect(hosts.contains("nowhere.test", port: 7) == isEverything, "\(list)")
            _ = hosts.contains("10.0.0.1", port: 1)
        }
    }

    private static func proxy(_ setting: HTTPClient.Proxy, _ url: String) throws -> String? {
        let parts = url.split(separator: "/", omittingEmptySubsequences: true)
        let request = HTTPRequest(method: .get, scheme: String(parts[0].dropLast()), authority: String(parts[1]), path: "/")
        return try ProxyRules(setting).proxy(for: RequestTarget(request))
    }

    @Test(
        "environment: the variables of kubectl, upper case first, never for loopback",
        arguments: [
            (["HTTPS_PROXY": "http://p:1", "HTTP_PROXY": "http://q:2"], "https://a.test", "http://p:1"),
            (["HTTPS_PROXY": "http://p:1", "HTTP_PROXY": "http://q:2"], "http://a.test", "http://q:2"),
            (["https_proxy": "http://p:1"], "https://a.test", "http://p:1"), (["http_proxy": "p:1"], "http://a.test", "http://p:1"),
            (["HTTPS_PROXY": "http://p:1", "https_proxy": "http://q:2"], "https://a.test", "http://p:1"),
            (["HTTPS_PROXY": "", "https_proxy": "http://q:2"], "https://a.test", "http://q:2"),
            (["HTTP_PROXY": "http://q:2"], "https://a.test", nil), (["ALL_PROXY": "http://p:1"], "https://a.test", nil),
            ([:], "http://a.test", nil),
            (["HTTPS_PROXY": "http://p:1"], "https://localhost:8443", nil), (["HTTPS_PROXY": "http://p:1"], "https://127.1.2.3", nil),
            (["HTTPS_PROXY": "http://p:1"], "https://[::1]:6443", nil),
            (["HTTPS_PROXY": "http://p:1", "NO_PROXY": "a.test"], "https://x.a.test", nil),
            (["HTTPS_PROXY": "http://p:1", "no_proxy": "10.0.0.0/8"], "https://10.96.0.1", nil),
            (["HTTPS_PROXY": "socks5://p:1"], "https://a.test", "socks5h://p:1"),
            (["HTTPS_PROXY": "HTTPS://u:w@p:1"], "https://a.test", "https://u:w@p:1"),
        ] as [([String: String], String, String?)])
    func environment(variables: [String: String], url: String, expected: String?) throws {
        #expect(try Self.proxy(.variables(variables), url) == expected)
    }

    @Test("a proxy given by itself stands before everything but what is excepted")
    func fixed() throws {
        #expect(try Self.proxy(.url("http://p:1"), "https://127.0.0.1:1") == "http://p:1")
        #expect(try Self.proxy(.url("http://p:1", except: "127.0.0.1"), "https://127.0.0.1:1") == nil)
        #expect(try Self.proxy(.none, "https://a.test") == nil)
    }

    @Test(
        "a proxy that can't be used is refused by name, without its password",
        arguments: [
            ("ftp://user:secret@p:1", "the scheme of the proxy p:1 is ftp; wanted http, https, socks5 or socks5h"),
            ("http://user:secret@", "the proxy setting names no host"), ("http://", "the proxy setting names no host"),
        ])
    func refused(url: String, message: String) {
        let error = #expect(throws: TransportError.self) { try Self.proxy(.url(url), "https://a.test") }
        #expect(error?.code == .unsupported)
        #expect(error?.message.contains(message) == true, "\(error as Any)")
        #expect(error?.message.contains("secret") == false)
    }

    @Test("HTTP_PROXY is not believed where a request's field could have set it")
    func cgi() {
        let variables = ["HTTP_PROXY": "http://p:1", "REQUEST_METHOD": "GET"]
        #expect(throws: TransportError.self) { try Self.proxy(.variables(variables), "http://a.test") }
    }
}
