import ArgumentParser
import Glibc
import OCI
import ProgramOptions
import Testing

@Suite("Options for registries")
struct RegistryOptionsTests {
    private static func withFile<Result>(_ text: String, _ body: (String) throws -> Result) throws -> Result {
        var template = Array("/tmp/graft-options-XXXXXX".utf8CString)
        let directory = try #require(mkdtemp(&template).map { String(cString: $0) })
        defer {
            unlink("\(directory)/file")
            rmdir(directory)
        }
        try LocalFile("\(directory)/file").write(text)
        return try body("\(directory)/file")
    }

    @Test("take mirrors and more from a file, beside registries without TLS")
    func configuration() throws {
        let text = "registries: [{host: r.example, mirrors: [{location: m.example/x, insecure: true}], tokenServers: [t.example]}]"
        try Self.withFile(text) { path in
            let client = try RegistryOptions.parse(["--registry-config", path, "--insecure-registry", "i.example"]).client()
            #expect(client.configuration.mirrors == ["r.example": [RegistryMirror(registry: "m.example", prefix: "x")]])
            #expect(client.configuration.insecureRegistries == ["m.example", "i.example"])
            #expect(client.configuration.tokenServers == ["r.example": ["t.example"]])
        }
    }

    @Test(
        "say which file is wrong, and where",
        arguments: [
            ("registries: [{host: r.example, mirror: []}]", "registries[0].mirror"), ("registries: [", "line"),
            ("registries: [{host: r.example, ca: /nowhere/ca.pem}]", "/nowhere/ca.pem: no such file"),
        ])
    func wrong(text: String, message: String) throws {
        try Self.withFile(text) { path in
            let error = #expect(throws: CommandError.self) { try RegistryOptions.parse(["--registry-config", path]).client() }
            #expect(error?.description.contains(message) == true)
        }
    }

    @Test("refuse a docker config that is named and not there, or is none, without a word of what is in it")
    func dockerConfig() throws {
        #expect(throws: OCIError.self) { try RegistryOptions.parse(["--docker-config", "/nowhere/config.json"]).client() }
        try Self.withFile(#"{"auths":{"r.example":{"auth":"hunter2"}}}"#) { path in
            let error = #expect(throws: OCIError.self) { try RegistryOptions.parse(["--docker-config", path]).client() }
            #expect(error?.message.hasPrefix(path) == true)
            #expect(error?.message.contains("hunter2") == false)
        }
    }
}
