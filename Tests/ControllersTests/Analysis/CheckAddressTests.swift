import Randomness
import Testing

@testable import Controllers

@Suite("An address that a check calls")
struct CheckAddressTests {
    @Test(
        "is taken apart",
        arguments: [
            ("http://prometheus.monitoring:9090", "http://prometheus.monitoring:9090", "/"),
            ("https://Metrics.Example./a/b?c=d", "https://metrics.example:443", "/a/b?c=d"),
            ("HTTP://10.0.0.7?x", "http://10.0.0.7:80", "/?x"),
            ("https://[FD00::7]:8443/x", "https://[fd00::7]:8443", "/x"),
        ])
    func reading(text: String, origin: String, path: String) throws {
        let address = try CheckAddress(parsing: text, field: "url")
        #expect(address.origin == origin)
        #expect(address.path == path)
    }

    @Test(
        "is refused, and the field named, when it is something else",
        arguments: [
            "", "ftp://a", "//a/b", "http://", "http://:80", "http://a:0", "http://a:65536", "http://a:8x", "http://user@a/",
            "http://user:pw@169.254.169.254/",
            "http://a/#b", "http://a b/", "http://a\r\nX: y/", "http://[::1", "http://[nothing]/", "http://a\\@b/", "http://ex\u{E4}mple/",
            "http://a:80:90/",
        ])
    func refusals(text: String) {
        let error = #expect(throws: CheckRefusal.self) { _ = try CheckAddress(parsing: text, field: "provider.web.url") }
        #expect(error?.description.hasPrefix("provider.web.url: ") == true)
        #expect(error?.description.contains("pw") == false, "nothing of it is repeated")
    }

    @Test("that is read means the same host to whoever connects, whatever is fed in")
    func fuzz() throws {
        var random = SeededRandom(seed: 5)
        let seeds = [
            "http://prometheus.monitoring:9090/api?x=y", "https://[fe80::1]:443/", "http://169.254.169.254/latest", "http://0x7f.1/",
        ]
        var read = 0
        for _ in 0..<4000 {
            let bytes = Array(seeds.randomElement(using: &random)!.utf8).mutated(with: Array("@:/?#[].\\% \r\nx0".utf8), using: &random)
            guard let address = try? CheckAddress(parsing: String(decoding: bytes, as: UTF8.self), field: "url") else { continue }
            read += 1
            #expect(try CheckAddress(parsing: address.origin + address.path, field: "url") == address)
            #expect(!address.host.isEmpty && !address.host.contains("@") && !address.host.contains("/") && address.path.hasPrefix("/"))
        }
        #expect(read > 100)
    }
}

@Suite("Rules for whom checks call")
struct CheckRulesTests {
    @Test(
        "keep tenants from the controller's own machine and link, in every way of writing them",
        arguments: [
            "http://169.254.169.254/latest/meta-data/", "http://127.0.0.1:8080/metrics", "http://127.1/", "http://0x7f000001/",
            "http://2130706433/", "http://0/",
            "http://0251.0376.0251.0376/", "http://[::1]/", "http://[::]/", "http://[::ffff:169.254.169.254]/", "http://[::ffff:7f00:1]/",
            "http://[64:ff9b::a9fe:a9fe]/", "http://[2002:7f00:1::]/", "http://[fe80::1]/", "http://[fd00:ec2::254]/",
            "http://100.100.100.200/",
            "http://168.63.129.16/", "http://224.0.0.1/", "http://255.255.255.255/", "http://[ff02::1]/", "http://[::127.0.0.1]/",
        ])
    func reserved(url: String) throws {
        let address = try CheckAddress(parsing: url, field: "url")
        #expect(throws: CheckRefusal.self) { try CheckRules.standard.check(address) }
        #expect(address.literal.map(CheckRules.standard.mayConnect) == false)
    }

    @Test(
        "let services pass, whatever their names look like",
        arguments: [
            "http://10.96.0.10:9090/", "http://prometheus.monitoring.svc:9090/", "https://127.0.0.1.example/", "http://[fd12::7]/",
            "http://[2001:db8::1]/",
        ])
    func others(url: String) throws { try CheckRules.standard.check(try CheckAddress(parsing: url, field: "url")) }

    @Test("open just the networks that whoever runs the controller names")
    func networks() throws {
        let rules = try CheckRules(hosts: [], networks: ["127.0.0.0/8", "::1/128"])
        for url in ["http://127.0.0.1:9090/", "http://[::1]/", "http://[::ffff:127.0.0.1]/"] {
            try rules.check(try CheckAddress(parsing: url, field: "url"))
        }
        #expect(throws: CheckRefusal.self) { try rules.check(try CheckAddress(parsing: "http://169.254.169.254/", field: "url")) }
    }

    @Test(
        "hold every call to the hosts that are named, if any are",
        arguments: [
            ("http://prometheus.monitoring:9090/", true), ("https://prometheus.monitoring/", true), ("http://a.b.example.com:9443/", true),
            ("http://a.b.example.com/", false), ("http://example.com:9443/", false), ("http://prometheus.monitoring.evil.example/", false),
            ("http://10.0.0.7/", false),
        ])
    func hosts(url: String, passes: Bool) throws {
        let rules = try CheckRules(hosts: ["prometheus.monitoring", "*.example.com:9443"], networks: [])
        let address = try CheckAddress(parsing: url, field: "url")
        if passes { return try rules.check(address) }
        let error = #expect(throws: CheckRefusal.self) { try rules.check(address) }
        #expect(error?.description.contains("--check-host") == true)
    }

    @Test(
        "that can't be read are refused, and quoted",
        arguments: [("a/b", "127.0.0.0/8"), ("", "::1"), ("a:0", "::1"), ("a", "127.0.0.0/33"), ("a", "localhost"), ("a", "1/2/3")])
    func unreadable(host: String, network: String) {
        #expect(throws: CheckRefusal.self) { _ = try CheckRules(hosts: [host], networks: [network]) }
    }
}
