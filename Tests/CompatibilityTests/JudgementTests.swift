import Compatibility
import JSON
import Schema
import Testing

@Suite("Judging compatibility")
struct JudgementTests {
    let descriptor: ModuleDescriptor
    let host = HostFacts(runtimeVersion: "2.4.1", contract: "edge/3", capabilities: ["reload", "net.admin"], modules: nil)

    init() throws { descriptor = try ModuleDescriptor(from: ModuleDescriptorTests.complete) }

    @Test("a module that fits its deployment and the host is compatible")
    func fits() {
        let verdict = descriptor.judge(slot: "net/filter", config: ["port": 8080], host: host)
        #expect(verdict.isCompatible)
        #expect(verdict.description == "compatible")
    }

    @Test(
        "a deployment that does not fit says which field, what it found, what it wanted and what to do",
        arguments: [
            (
                "sched", ["port": 80], .slot,
                "spec.slot: found \"sched\", wanted \"net/filter\", which http-filter 1.1.0 is made for; deploy it to that slot, or name a module made for \"sched\""
            ),
            (
                "net/filter", nil, .config,
                "spec.config.port: found Required value, wanted what the schema of http-filter 1.1.0 allows; correct spec.config, or name a version of the module that takes it"
            ),
            (
                "net/filter", ["port": 80, "prot": 1], .config,
                "spec.config.prot: found a member that http-filter 1.1.0 does not know, wanted only members its schema names; remove it, or look for a misspelling"
            ),
            (
                "net/filter", ["port": 80, "blob": .string(String(repeating: "x", count: 256 << 10))], .config,
                "spec.config: found 262165 bytes, wanted at most 262144 bytes; move bulk data into the module's payload"
            ),
        ] as [(String, JSON?, Incompatibility.Aspect, String)])
    func deployment(slot: String, config: JSON?, aspect: Incompatibility.Aspect, message: String) {
        let verdict = descriptor.judge(slot: slot, config: config)
        #expect(verdict.reasons.map(\.aspect) == [aspect])
        #expect(verdict.description == message)
    }

    @Test(
        "a config of the wrong type or out of bounds is told with its path",
        arguments: [["port": "80"], ["port": 0], ["port": 65536]] as [JSON])
    func config(config: JSON) throws {
        let verdict = descriptor.judge(slot: "net/filter", config: config)
        let reason = try #require(verdict.reasons.first)
        #expect(reason.aspect == .config)
        #expect(reason.field == "spec.config.port")
        #expect(reason.found.contains("Invalid value"))
    }

    @Test("without a schema, any configuration fits")
    func withoutSchema() {
        var descriptor = descriptor
        descriptor.configSchema = nil
        #expect(descriptor.judge(slot: "net/filter", config: ["anything": [1]]).isCompatible)
        #expect(descriptor.judge(slot: "net/filter", config: nil).isCompatible)
    }

    @Test("a schema whose objects are closed as JSON Schema does it refuses what it does not name, at every depth")
    func closed() throws {
        let schema: JSON = [
            "type": "object", "additionalProperties": false,
            "properties": [
                "routes": [
                    "type": "array",
                    "items": ["type": "object", "additionalProperties": false, "properties": ["path": ["type": "string"]]],
                ]
            ],
        ]
        let module = try ModuleDescriptor(
            from: ModuleDescriptorTests.complete.mergePatched(with: ["configSchema": nil]).mergePatched(with: ["configSchema": schema]))
        #expect(module.judge(slot: "net/filter", config: ["routes": [["path": "/"]]]).isCompatible)
        let verdict = module.judge(slot: "net/filter", config: ["routes": [["path": "/", "host": "h"]], "port": 1])
        #expect(Set(verdict.reasons.map(\.field)) == ["spec.config.port", "spec.config.routes[0].host"])
    }

    @Test("a schema that preserves unknown members takes them")
    func preserved() throws {
        let open = ModuleDescriptorTests.complete.mergePatched(with: ["configSchema": ["x-kubernetes-preserve-unknown-fields": true]])
        #expect(try ModuleDescriptor(from: open).judge(slot: "net/filter", config: ["port": 1, "more": 2]).isCompatible)
    }

    @Test(
        "a host that does not fit says which field, what it found, what it wanted and what to do",
        arguments: [
            (
                ["runtimeVersion": "2.3.9"], [.runtimeVersion],
                "spec.runtimeVersion: found 2.3.9, wanted 2.4.0 or later, which http-filter 1.1.0 requires; update the host, or name a version of the module for older hosts"
            ),
            (
                ["runtimeVersion": "2.4.0-rc.1"], [.runtimeVersion],
                "spec.runtimeVersion: found 2.4.0-rc.1, wanted 2.4.0 or later, which http-filter 1.1.0 requires; update the host, or name a version of the module for older hosts"
            ),
            (
                ["runtimeVersion": "dev"], [.runtimeVersion],
                "spec.runtimeVersion: found \"dev\", which is no semantic version, wanted 2.4.0 or later, which http-filter 1.1.0 requires; let the host report its version as major.minor.patch"
            ),
            (
                ["contract": "edge/4"], [.contract],
                "spec.contract: found \"edge/4\", wanted \"edge/3\", which http-filter 1.1.0 was built against; name a module built for the host's contract, or update the host"
            ),
            (
                ["contract": ""], [.contract],
                "spec.contract: found none, wanted \"edge/3\", which http-filter 1.1.0 was built against; name a module built for the host's contract, or update the host"
            ),
            (
                ["capabilities": ["reload"]], [.capability],
                "spec.capabilities: found reload, wanted \"net.admin\", which http-filter 1.1.0 requires; update the host, or narrow the deployment's selector to hosts that offer it"
            ),
            (
                ["modules": [:]], [.need],
                "status.slots: found no base, wanted base ^1.2, which http-filter 1.1.0 needs beside it; deploy base to these hosts first"
            ),
            (
                ["modules": ["base": "2.0.0"]], [.need],
                "status.slots: found base 2.0.0, wanted base ^1.2, which http-filter 1.1.0 needs beside it; deploy base to these hosts first"
            ),
            (["modules": ["base": "1.2.0"]], [], "compatible"),
            (["runtimeVersion": "10.0.0"], [], "compatible"),
        ] as [(JSON, [Incompatibility.Aspect], String)])
    func host(change: JSON, aspects: [Incompatibility.Aspect], message: String) throws {
        var host = host
        if let version = change["runtimeVersion"]?.string { host.runtimeVersion = version }
        if let contract = change["contract"]?.string { host.contract = contract }
        if let capabilities = change["capabilities"] { host.capabilities = try [String](from: capabilities) }
        if let modules = change["modules"] { host.modules = try [String: SemanticVersion](from: modules) }
        let verdict = descriptor.judge(host)
        #expect(verdict.reasons.map(\.aspect) == aspects)
        #expect(verdict.description == message)
    }

    @Test("a module without a minimum fits a host whose version is unreadable")
    func withoutMinimum() {
        var descriptor = descriptor
        descriptor.minimumRuntimeVersion = nil
        #expect(descriptor.judge(HostFacts(runtimeVersion: "dev", contract: "edge/3", capabilities: ["net.admin", "reload"])).isCompatible)
    }

    @Test("everything wrong is told at once, in one bounded message")
    func everything() {
        let verdict = descriptor.judge(
            slot: "sched", config: [:], host: HostFacts(runtimeVersion: "1.0.0", contract: "", capabilities: [], modules: [:]))
        #expect(verdict.reasons.map(\.aspect) == [.slot, .config, .runtimeVersion, .contract, .capability, .capability, .need])
        #expect(verdict.description.hasSuffix(". And 4 more"))
    }

    private func module(_ name: String, _ version: String, needs: [String: String] = [:]) throws -> ModuleDescriptor {
        var descriptor = ModuleDescriptor(
            name: name, version: try SemanticVersion(version), slot: "net/\(name)", contract: Contract(name: "edge", number: 3))
        descriptor.needs = try needs.map { ModuleDescriptor.Need(name: $0.key, range: try VersionRange($0.value)) }
        return descriptor
    }

    @Test(
        "What a module needs beside it is there, or it says what was found",
        arguments: [
            (["tls": "2.3.0"], ""), ([:], "status.slots: found no tls, wanted tls ^2, which http 1.1.0 needs beside it"),
            (["tls": "1.9.0"], "status.slots: found tls 1.9.0, wanted tls ^2"), (["ssl": "2.3.0"], "status.slots: found no tls"),
        ] as [([String: String], String)])
    func beside(modules: [String: String], message: String) throws {
        let verdict = try module("http", "1.1.0", needs: ["tls": "^2"]).judge(beside: modules.mapValues { try SemanticVersion($0) })
        #expect(verdict.isCompatible == message.isEmpty && (message.isEmpty || verdict.description.hasPrefix(message)), "\(verdict)")
    }

    @Test(
        "What takes the place of a module that another needs must fit as the old one did",
        arguments: [("2.0.0", "2.1.0", true), ("2.0.0", "3.0.0", false), ("1.0.0", "3.0.0", true), (nil, "3.0.0", true)])
    func replacing(current: String?, new: String, fits: Bool) throws {
        let http = try module("http", "1.1.0", needs: ["tls": "^2"])
        let verdict = try module("tls", new).judge(replacing: try current.map { try module("tls", $0) }, neededBy: http)
        #expect(verdict.isCompatible == fits, "\(verdict)")
        if !fits {
            #expect(
                verdict.description
                    == "status.slots: found http 1.1.0, which needs tls ^2, wanted one that works with tls 3.0.0; roll out a version of http that takes both first"
            )
        }
    }
}
