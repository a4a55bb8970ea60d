import JSON
import Testing
import YAML

@testable import OCI

@Suite("The configuration of registries")
struct RegistriesConfigurationTests {
    @Test("says mirrors, authorities, hosts without TLS and token servers")
    func all() throws {
        let text = """
            registries:
            - host: Registry.example:5000
              mirrors:
              - location: mirror.example/cache/hub
                tags: true
                ca: /etc/mirror.pem
              - location: 10.0.0.1:5000
                insecure: true
              ca: /etc/registry.pem
              tokenServers: [auth.example]
            - host: "*"
              mirrors: [{location: everything.example}]
            """
        let configuration = try RegistriesConfiguration(from: try YAML.document(Array(text.utf8)))
        #expect(
            configuration.mirrors == [
                "registry.example:5000": [
                    RegistryMirror(registry: "mirror.example", prefix: "cache/hub", resolvesTags: true),
                    RegistryMirror(registry: "10.0.0.1:5000"),
                ],
                "*": [RegistryMirror(registry: "everything.example")],
            ])
        #expect(configuration.insecureHosts == ["10.0.0.1:5000"])
        #expect(configuration.authorities == ["registry.example:5000": "/etc/registry.pem", "mirror.example": "/etc/mirror.pem"])
        #expect(configuration.tokenServers == ["registry.example:5000": ["auth.example"]])
    }

    @Test(
        "refuses what it does not know, and what contradicts itself, by place",
        arguments: [
            ("{registry: []}", "registry"), ("{registries: [{host: a.b, mirrors: [{location: c.d, tag: true}]}]}", "tag"),
            ("{registries: [{mirrors: []}]}", "host"), ("{registries: [{host: a.b}, {host: A.B}]}", "host"),
            ("{registries: [{host: 'https://a.b'}]}", "host"), ("{registries: [{host: a.b, mirrors: [{location: nohost}]}]}", "location"),
            ("{registries: [{host: a.b, mirrors: [{location: c.d/UP}]}]}", "location"),
            ("{registries: [{host: a.b, insecure: true, ca: x}]}", "ca"), ("{registries: [{host: '*', insecure: true}]}", "registries"),
            ("{registries: [{host: a.b, ca: x}, {host: c.d, mirrors: [{location: a.b, ca: z}]}]}", "a.b"),
            ("[]", "object"), ("{registries: [{host: a.b, mirrors: [{location: c.d/}]}]}", "location"),
        ])
    func refused(text: String, word: String) throws {
        let json = try YAML.document(Array(text.utf8))
        let error = #expect(throws: JSONDecodingError.self) { try RegistriesConfiguration(from: json) }
        #expect("\(error!)".contains(word))
    }

    @Test("of any text neither traps", arguments: 0..<4)
    func fuzz(seed: Int) {
        var random = SeededGenerator(seed)
        let text =
            #"{"registries":[{"host":"a.b:5","mirrors":[{"location":"c.d/e","tags":true,"insecure":false,"ca":"x"}],"tokenServers":["f.g"]}]}"#
        for _ in 0..<1000 {
            guard let json = try? JSON.parse(Array(random.mutated(text).utf8)), let found = try? RegistriesConfiguration(from: json) else {
                continue
            }
            #expect(found.mirrors.values.allSatisfy { $0.allSatisfy { !$0.registry.isEmpty && !$0.prefix.hasPrefix("/") } })
        }
    }
}
