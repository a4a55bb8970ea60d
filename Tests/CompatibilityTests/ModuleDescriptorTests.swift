import Compatibility
import JSON
import Schema
import Testing

@Suite("Module descriptors")
struct ModuleDescriptorTests {
    static let complete: JSON = [
        "name": "http-filter", "version": "1.1.0", "slot": "net/filter", "contract": "edge/3", "minimumRuntimeVersion": "2.4.0",
        "capabilities": ["reload", "net.admin"], "needs": [["name": "base", "range": "^1.2"]],
        "configSchema": [
            "type": "object", "required": ["port"], "properties": ["port": ["type": "integer", "minimum": 1, "maximum": 65535]],
        ],
        "probe": ["path": "/version?m=http-filter", "timeoutSeconds": 2, "status": 200, "expect": "1.1.0"], "entrypoint": "lib/filter.so",
    ]

    static let minimal: JSON = ["name": "a", "version": "1.0.0", "slot": "s", "contract": "c/1"]

    @Test("a descriptor is read whole, and written as it was")
    func complete() throws {
        let descriptor = try ModuleDescriptor(bytes: Self.complete.bytes())
        #expect(descriptor.name == "http-filter")
        #expect(descriptor.version == SemanticVersion(1, 1, 0))
        #expect(descriptor.slot == "net/filter")
        #expect(descriptor.contract == Contract(name: "edge", number: 3))
        #expect(descriptor.minimumRuntimeVersion == SemanticVersion(2, 4, 0))
        #expect(descriptor.capabilities == ["reload", "net.admin"])
        #expect(descriptor.needs.map(\.name) == ["base"])
        #expect(descriptor.needs.first?.range.contains(SemanticVersion(1, 9, 0)) == true)
        #expect(descriptor.configSchema?.required == ["port"])
        #expect(descriptor.probe == .init(path: "/version?m=http-filter", timeoutSeconds: 2, status: 200, expect: "1.1.0"))
        #expect(descriptor.entrypoint == "lib/filter.so")
        #expect(descriptor.json == Self.complete)
    }

    @Test("what may be left out has a default")
    func minimal() throws {
        let descriptor = try ModuleDescriptor(bytes: Self.minimal.bytes())
        #expect(
            descriptor
                == ModuleDescriptor(name: "a", version: SemanticVersion(1, 0, 0), slot: "s", contract: Contract(name: "c", number: 1)))
        #expect(descriptor.json == Self.minimal)
        #expect(try ModuleDescriptor.Probe(from: ["path": "/"]) == .init(path: "/", timeoutSeconds: 5, status: 200, expect: nil))
    }

    @Test(
        "what is wrong names the field, what was found and what was wanted",
        arguments: [
            (["name": nil], "name: wanted a value, found nothing"),
            (["version": nil], "version: wanted a value, found nothing"),
            (["slot": nil], "slot: wanted a value, found nothing"),
            (["contract": nil], "contract: wanted a value, found nothing"),
            (["name": "A b"], "name: wanted lower-case letters and digits, with - . _ / between them, at most 128, found \"A b\""),
            (["name": 1], "name: wanted a string, found integer"),
            (["slot": "/net"], "slot: wanted lower-case letters and digits, with - . / between them, at most 63, found \"/net\""),
            (
                ["version": "1.1"],
                "version: wanted a semantic version (wanted three numbers, major.minor.patch, found 2), found \"1.1\""
            ),
            (
                ["version": .string("1.0.0-" + String(repeating: "x", count: 123))],
                "version: wanted a semantic version of at most 128 bytes, found 129"
            ),
            (["contract": "edge"], "contract: wanted a contract: name/number, as in \"edge/3\", found \"edge\""),
            (["contract": "edge/03"], "contract: wanted a contract: name/number, as in \"edge/3\", found \"edge/03\""),
            (["contract": "edge/0"], "contract: wanted a contract: name/number, as in \"edge/3\", found \"edge/0\""),
            (["contract": "/3"], "contract: wanted a contract: name/number, as in \"edge/3\", found \"/3\""),
            (
                ["minimumRuntimeVersion": "v2"],
                "minimumRuntimeVersion: wanted a semantic version (wanted three numbers, major.minor.patch, found 1), found \"v2\""
            ),
            (
                ["minimalRuntimeVersion": "2.0.0"],
                "minimalRuntimeVersion: wanted one of name, version, slot, contract, minimumRuntimeVersion, capabilities, needs, configSchema, probe, entrypoint, found an unknown member"
            ),
            (["capabilities": "reload"], "capabilities: wanted an array, found string"),
            (
                ["capabilities": ["reload", "Reload"]],
                "capabilities[1]: wanted lower-case letters, digits and - . _ / between them, at most 63, found \"Reload\""
            ),
            (["capabilities": ["a", "b", "a"]], "capabilities[2]: wanted each capability once, found \"a\" again"),
            (["capabilities": .array(Array(repeating: "a", count: 65))], "capabilities: wanted at most 64 elements, found 65"),
            (
                ["needs": [["name": "base", "range": "latest"]]],
                "needs[0].range: wanted a range of versions (wanted a number as major version, found \"latest\"), found \"latest\""
            ),
            (["needs": [["name": "base"]]], "needs[0].range: wanted a value, found nothing"),
            (
                ["needs": [["name": "base", "range": "1", "optional": true]]],
                "needs[0].optional: wanted one of name, range, found an unknown member"
            ),
            (
                ["needs": [["name": "base", "range": "1"], ["name": "base", "range": "2"]]],
                "needs[1].name: wanted each module once, found \"base\" again"
            ),
            (["probe": ["path": nil]], "probe.path: wanted a value, found nothing"),
            (
                ["probe": ["path": "version"]],
                "probe.path: wanted a path that starts with '/', in printable ASCII, at most 255 bytes, found \"version\""
            ),
            (["probe": ["path": "/", "timeoutSeconds": 61]], "probe.timeoutSeconds: wanted a number from 1 to 60, found 61"),
            (["probe": ["path": "/", "status": 99]], "probe.status: wanted a number from 100 to 599, found 99"),
            (["probe": ["path": "/", "expect": ""]], "probe.expect: wanted 1 to 1024 bytes of text, found 0"),
            (
                ["probe": ["path": "/", "port": 80]],
                "probe.port: wanted one of path, timeoutSeconds, status, expect, found an unknown member"
            ),
            (
                ["entrypoint": "/etc/passwd"],
                "entrypoint: wanted a relative path without '.' and '..', at most 255 bytes, found \"/etc/passwd\""
            ),
            (
                ["entrypoint": "a/../../b"],
                "entrypoint: wanted a relative path without '.' and '..', at most 255 bytes, found \"a/../../b\""
            ),
            (["entrypoint": ""], "entrypoint: wanted a relative path without '.' and '..', at most 255 bytes, found \"\""),
        ] as [(JSON, String)])
    func wrong(change: JSON, message: String) {
        let error = #expect(throws: ModuleDescriptorError.self) {
            try ModuleDescriptor(bytes: Self.complete.mergePatched(with: change).bytes())
        }
        #expect(error?.reason == message)
    }

    @Test(
        "a config schema that is none is refused by field",
        arguments: [
            (["type": "string"], "configSchema.type"),
            (["type": "object", "properties": ["a": ["type": "strnig"]]], "configSchema.properties"),
            (["type": "object", "properties": ["a": ["type": "string", "pattern": "("]]], "configSchema.properties"), ([], "configSchema"),
        ] as [(JSON, String)])
    func configSchema(schema: JSON, field: String) {
        let error = #expect(throws: ModuleDescriptorError.self) {
            try ModuleDescriptor(bytes: Self.minimal.mergePatched(with: ["configSchema": schema]).bytes())
        }
        #expect(error?.reason.hasPrefix(field) == true, "\(String(describing: error))")
    }

    @Test("bytes that are no JSON, too many or too deep are refused with a position")
    func bytes() {
        let cut = #expect(throws: ModuleDescriptorError.self) { try ModuleDescriptor(bytes: "{\"name\":".utf8) }
        #expect(cut?.description == "the module descriptor: line 1, column 9: wanted a value, found the end of the document")
        let large = #expect(throws: ModuleDescriptorError.self) {
            try ModuleDescriptor(bytes: Array(repeating: UInt8(ascii: " "), count: ModuleDescriptor.Limits.size + 1))
        }
        #expect(large?.reason.hasSuffix("the document is larger than 131072 bytes; wanted a smaller one") == true)
        #expect(throws: ModuleDescriptorError.self) { try ModuleDescriptor(bytes: Array(repeating: UInt8(ascii: "["), count: 1000)) }
        #expect(throws: ModuleDescriptorError.self) { try ModuleDescriptor(bytes: "[]".utf8) }
    }
}
