import JSON
import OCI
import Testing
import Trust

@testable import Commands

@Suite("graft sign and graft attest") struct SigningCommandTests {
    static let keys = ["p256", "p384", "p521", "ed25519", "rsa2048"]

    @Test("A classic signature verifies by its key, for any kind of key, and with graft verify", arguments: keys)
    func classic(name: String) async throws {
        try await SigningBench.with { bench in
            try await bench.graft("sign", bench.reference, "--key", bench.key(name))
            let layers = try await bench.layers(".sig")
            let digest = bench.module.digest.description
            #expect(SignatureLayer.isSigned(digest, repository: bench.repository, by: try bench.publicKey(name), in: layers))
            try await bench.graft("verify", bench.reference, "--key", bench.path(name + ".pub"))
            _ = try bench.key(name == "p256" ? "p384" : "p256")
            await #expect(throws: (any Error).self) {
                try await bench.graft("verify", bench.reference, "--key", bench.path(name == "p256" ? "p384.pub" : "p256.pub"))
            }
        }
    }

    @Test("A bundle verifies by its key, for any kind of key, as a signature and as nothing else", arguments: keys)
    func bundle(name: String) async throws {
        try await SigningBench.with { bench in
            try await bench.graft("sign", bench.reference, "--key", bench.key(name), "--format", "bundle")
            let bundles = try await bench.bundles()
            #expect(bundles.count == 1)
            let key = try bench.publicKey(name)
            #expect(try bench.failure(of: bundles[0], by: key, .signature) == nil)
            let other = AttestationRequirement(predicateTypes: [PredicateType.spdx])
            #expect(try bench.failure(of: bundles[0], by: key, .attestation(other)) != nil)
            #expect(try bench.failure(of: bundles[0], by: PrivateKey.generate().publicKey, .signature) != nil)
            #expect(try await bench.layers(".sig").isEmpty)
            #expect(bundles[0].signer == .publicKey(hint: BundleDocument.hint(for: key)))
        }
    }

    @Test("Signing twice changes nothing, another key adds, and what else stands there stays", arguments: ["classic", "bundle"])
    func again(format: String) async throws {
        try await SigningBench.with { bench in
            func count() async throws -> Int { try await format == "classic" ? bench.layers(".sig").count : bench.bundles().count }
            let first = try bench.key("p256")
            try await bench.graft("sign", bench.reference, "--key", first, "--format", format)
            try await bench.graft("sign", bench.reference, "--key", first, "--format", format)
            #expect(try await count() == 1)
            try await bench.graft("sign", bench.reference, "--key", bench.key("ed25519"), "--format", format)
            #expect(try await count() == 2)
            if format == "classic" {
                try await bench.graft("verify", bench.reference, "--key", bench.path("p256.pub"))
                try await bench.graft("verify", bench.reference, "--key", bench.path("ed25519.pub"))
            }
        }
    }

    @Test("Layers of other kinds under the signatures' tag are not lost")
    func strangers() async throws {
        try await SigningBench.with { bench in
            let strange = Array("something else".utf8)
            let layer = Descriptor(mediaType: "application/x-something", of: strange, annotations: ["a": "b"])
            let layout = try bench.layout
            try await layout.push(.bytes([0x7B, 0x7D]), as: Descriptor(mediaType: SignatureImage.configMediaType, of: [0x7B, 0x7D]))
            try await layout.push(.bytes(strange), as: layer)
            let tag = try Tag(bench.module.digest.description.replacing(":", with: "-") + ".sig")
            let config = Descriptor(mediaType: SignatureImage.configMediaType, of: [0x7B, 0x7D])
            try await layout.push(ManifestDocument(Manifest(config: config, layers: [layer])), tag: tag)
            try await bench.graft("sign", bench.reference, "--key", bench.key("p256"))
            let layers = try await bench.layers(".sig")
            #expect(layers.map(\.mediaType) == ["application/x-something", SignatureLayer.mediaType])
            #expect(layers[0].annotations == ["a": "b"])
        }
    }

    static let predicates = [
        (
            "slsaprovenance1", PredicateType.slsaProvenanceV1,
            #"{"buildDefinition":{"buildType":"https://b.test/v1","externalParameters":{"ref":"main"}},"runDetails":{"builder":{"id":"https://b.test"}}}"#
        ),
        ("spdxjson", PredicateType.spdx, #"{"spdxVersion":"SPDX-2.3","name":"f","packages":[]}"#),
        ("cyclonedx", PredicateType.cycloneDX, #"{"bomFormat":"CycloneDX","specVersion":"1.5"}"#),
        ("https://example.test/tested/v1", "https://example.test/tested/v1", #"{"passed":true}"#),
    ]

    @Test("An attestation verifies for its type alone, in both formats", arguments: predicates, ["classic", "bundle"])
    func attest(kind: (name: String, type: String, predicate: String), format: String) async throws {
        try await SigningBench.with { bench in
            let predicate = try bench.write(kind.predicate, to: "predicate.json")
            func attest() async throws {
                try await bench.graft(
                    "attest", bench.reference, "--key", bench.key("p256"), "--type", kind.name, "--predicate", predicate, "--format", format
                )
            }
            try await attest()
            // The same again changes nothing.
            try await attest()
            let key = try bench.publicKey("p256")
            let wanted = AttestationRequirement(predicateTypes: [kind.type])
            let other = AttestationRequirement(predicateTypes: ["https://example.test/other"])
            if format == "bundle" {
                let bundles = try await bench.bundles()
                #expect(bundles.count == 1)
                #expect(try bench.failure(of: bundles[0], by: key, .attestation(wanted)) == nil)
                #expect(try bench.failure(of: bundles[0], by: key, .attestation(other)) != nil)
                #expect(try bench.failure(of: bundles[0], by: key, .signature) != nil)
            } else {
                let layers = try await bench.layers(".att")
                #expect(layers.count == 1)
                #expect(layers[0].annotations == ["dev.cosignproject.cosign/signature": "", "predicateType": kind.type])
                for (requirement, isMet) in [(wanted, true), (other, false)] {
                    let claim = CosignAttestation.Claim(
                        digest: bench.module.digest.description, authorities: [Authority(name: "release", keys: [key])],
                        requirement: requirement)
                    let verdict = CosignAttestation.verify([SignatureManifest(digest: "", layers: layers)], claim: claim)
                    #expect((verdict.failure == nil) == isMet)
                }
            }
        }
    }

    @Test("Attestations of several types and keys stand beside each other, and beside signatures")
    func several() async throws {
        try await SigningBench.with { bench in
            for format in ["classic", "bundle"] {
                try await bench.graft("sign", bench.reference, "--key", bench.key("p256"), "--format", format)
                for (name, _, predicate) in Self.predicates {
                    let file = try bench.write(predicate, to: "predicate.json")
                    try await bench.graft(
                        "attest", bench.reference, "--key", bench.key("p256"), "--type", name, "--predicate", file, "--format", format)
                }
            }
            #expect(try await bench.layers(".sig").count == 1)
            #expect(try await bench.layers(".att").count == Self.predicates.count)
            #expect(try await bench.bundles().count == Self.predicates.count + 1)
        }
    }

    @Test(
        "What can't be attested is refused by its file's name, and nothing is pushed",
        arguments: [
            ("spdxjson", "{}", "predicate.json: the predicate is refused: no SPDX document: neither spdxVersion nor @context"),
            ("slsa", "{}", "predicate.json: the type \"slsa\" is neither one of slsaprovenance1"),
            ("spdxjson", "[]", "predicate.json: wanted a JSON object, found array"),
            ("spdxjson", "SPDXVersion: SPDX-2.3", "predicate.json: found no JSON (line 1, column 1"),
            ("spdxjson", #"{"spdxVersion":"SPDX-2.3","spdxVersion":"SPDX-2.2"}"#, "predicate.json: found no JSON (line 1"),
        ])
    func refusedPredicate(type: String, predicate: String, message: String) async throws {
        try await SigningBench.with { bench in
            let file = try bench.write(predicate, to: "predicate.json")
            let said = try await bench.complaint(
                "attest", bench.reference, "--key", bench.key("p256"), "--type", type, "--predicate", file)
            #expect(said.hasPrefix(message), "\(said)")
            #expect(try await bench.layers(".att").isEmpty)
        }
    }

    @Test("A push that can't be signed pushes nothing; one that can is signed in the format asked for")
    func push() async throws {
        try await SigningBench.with { bench in
            let descriptor = try bench.write(#"{"name":"f","version":"2.0.0","slot":"net/filter","contract":"edge/3"}"#, to: "module.json")
            let file = try bench.write("code", to: "f.so")
            let reference = "oci:\(bench.directory)/layout:2.0.0"
            let said = await bench.complaint("push", reference, file, "--descriptor", descriptor, "--sign", bench.path("none.key"))
            #expect(said == "none.key: no such file")
            #expect(try await bench.layout.tags().map(\.description) == ["1.0.0"])
            try await bench.graft(
                "push", reference, file, "--descriptor", descriptor, "--sign", bench.key("p256"), "--format", "bundle")
            let pushed = try await bench.layout.resolve(.tag(try Tag("2.0.0")))
            let now = SigningBench(directory: bench.directory, module: pushed)
            #expect(try now.failure(of: try await now.bundles()[0], by: try bench.publicKey("p256"), .signature) == nil)
        }
    }

    @Test("openssl verifies the signatures", .enabled(if: SigningBench.hasOpenSSL), arguments: keys)
    func openssl(name: String) async throws {
        try await SigningBench.with { bench in
            try await bench.graft("sign", bench.reference, "--key", bench.key(name))
            try await bench.graft("sign", bench.reference, "--key", bench.key(name), "--format", "bundle")
            let layer = try #require(try await bench.layers(".sig").first)
            let signature = try #require(Base64.decode(layer.annotations[SignatureLayer.signatureAnnotation] ?? ""))
            #expect(try await bench.openssl(name, verifies: signature, over: layer.payload, hash: "sha256"))
            #expect(try await !bench.openssl(name, verifies: signature, over: layer.payload + [0], hash: "sha256"))
            let bundle = try #require(try await bench.bundles().first)
            guard case .envelope(let envelope) = bundle.content else { return #expect(Bool(false), "no envelope") }
            let hash = ["p384": "sha384", "p521": "sha512"][name] ?? "sha256"
            #expect(try await bench.openssl(name, verifies: envelope.signature, over: envelope.preAuthenticationEncoding, hash: hash))
        }
    }
}

extension SigningBench {
    /// Whether openssl takes the signature under the key's public half.
    fileprivate func openssl(_ key: String, verifies signature: [UInt8], over message: [UInt8], hash: String) async throws -> Bool {
        try write(signature, to: "signature")
        try write(message, to: "message")
        let said =
            key == "ed25519"
            ? try await run(
                "openssl", "pkeyutl", "-verify", "-pubin", "-inkey", path(key + ".pub"), "-rawin", "-in", path("message"), "-sigfile",
                path("signature"))
            : try await run(
                "openssl", "dgst", "-\(hash)", "-verify", path(key + ".pub"), "-signature", path("signature"), path("message"))
        return said.contains("Verified OK") || said.contains("Signature Verified Successfully")
    }
}
