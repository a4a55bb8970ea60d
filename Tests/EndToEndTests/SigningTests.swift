import HTTPCore
import HTTPTransport
import HTTPTypes
import JSON
import Testing

extension EndToEnd {
    @Suite("Signing in a real registry") struct SigningTests {
        @Test("Signatures and attestations of both formats stand beside the module, once each, and the classic ones verify")
        func registry() async throws {
            try await withProcesses { processes, directory in
                let registry = try await DockerRegistry.start(with: processes, directory: directory)
                defer { registry.stop() }
                let module = "\(registry.address)/modules/f:1.0.0"
                func graft(_ arguments: String...) async throws -> JSON {
                    let finished = try await processes.run(
                        [Repository.graft] + arguments + ["-o", "json"],
                        environment: ["HOME": directory]
                    ).orThrow()
                    return try JSON.parse(Array(finished.output.utf8))
                }
                try File.write(#"{"name":"f","version":"1.0.0","slot":"net/filter","contract":"edge/3"}"#, to: directory + "/module.json")
                try File.write("code", to: directory + "/f.so")
                try File.write(#"{"spdxVersion":"SPDX-2.3","name":"f","packages":[]}"#, to: directory + "/sbom.json")
                let key = directory + "/release.key"
                _ = try await graft("key", "generate", "--no-password", key)
                let pushed = try await graft(
                    "push", module, directory + "/f.so", "--descriptor", directory + "/module.json", "--sign", key)
                let digest = try #require(pushed["digest"]?.string)

                // Twice each: the second time nothing is new.
                for isNew in [true, false] {
                    #expect(try await graft("sign", module, "--key", key)["new"]?.bool == false)
                    #expect(try await graft("sign", module, "--key", key, "--format", "bundle")["new"]?.bool == isNew)
                    for format in ["classic", "bundle"] {
                        let attested = try await graft(
                            "attest", module, "--key", key, "--type", "spdxjson", "--predicate", directory + "/sbom.json", "--format",
                            format)
                        #expect(attested["new"]?.bool == isNew)
                        #expect(attested["digest"]?.string == digest)
                    }
                }
                _ = try await graft("verify", module, "--key", directory + "/release.pub")

                let client = HTTPClient(HTTPClient.Configuration(proxy: .none))
                func manifest(_ reference: String) async throws -> JSON {
                    let request = HTTPRequest(
                        method: .get, scheme: "http", authority: registry.address, path: "/v2/modules/f/manifests/\(reference)",
                        headerFields: [.accept: "application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json"])
                    let (head, body) = try await client.send(request, body: nil, upTo: 1 << 20)
                    #expect(head.status == .ok)
                    return try JSON.parse(body)
                }
                let tag = digest.replacing(":", with: "-")
                #expect(try await manifest(tag + ".sig")["layers"]?.array?.count == 1)
                #expect(try await manifest(tag + ".att")["layers"]?.array?.count == 1)
                let referrers = try #require(try await manifest(tag)["manifests"]?.array)
                #expect(referrers.count == 2)
                var types: Set<String> = []
                for referrer in referrers {
                    let bundle = try await manifest(try #require(referrer["digest"]?.string))
                    #expect(bundle["subject"]?["digest"]?.string == digest)
                    types.insert(bundle["annotations"]?["dev.sigstore.bundle.predicateType"]?.string ?? "")
                }
                #expect(types == ["https://sigstore.dev/cosign/sign/v1", "https://spdx.dev/Document"])
            }
        }
    }
}
