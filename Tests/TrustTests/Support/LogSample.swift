import JSON

@testable import Trust

/// A transparency log of the first generation with a key of its own, to log what no log would.
struct LogSample {
    static let host = "log.example.test"
    static let start = Moment(seconds: 1_700_000_000)
    /// Within the log's window, which has no end.
    static let time: Int64 = 1_800_000_000

    let key: PrivateKey

    init(_ number: UInt8 = 9) throws { key = try Samples.key(number) }

    var id: [UInt8] { DigestAlgorithm.sha256.hash(key.publicKey.der) }

    func log(window: ValidityWindow = ValidityWindow(start: start)) throws -> TransparencyLog {
        guard let log = TransparencyLog(id: id, name: Self.host, key: key.publicKey, window: window) else {
            throw Fixtures.Missing(path: "id")
        }
        return log
    }

    func root(window: ValidityWindow = ValidityWindow(start: start)) throws -> TrustedRoot {
        TrustedRoot(
            digest: "sha256:test", certificateAuthorities: [], logs: [try log(window: window)], certificateLogs: [],
            timestampAuthorities: [], skipped: [])
    }

    func promise(body: [UInt8], time: Int64 = time, index: Int64) throws -> [UInt8] {
        try key.sign(SignedEntryTimestamp.signedBytes(body: body, integratedTime: time, logID: id, logIndex: index))
    }

    func note(_ text: String) throws -> String {
        let signature = Array(id.prefix(4)) + (try key.sign(Array(text.utf8)))
        return "\(text)\n\u{2014} \(Self.host) \(Base64.encode(signature))\n"
    }

    /// The checkpoint of a tree whose only leaf is the body.
    func checkpoint(body: [UInt8]) throws -> String {
        try note("\(Self.host) - 1\n1\n\(Base64.encode(MerkleTree.leafHash(body)))\n")
    }

    /// An entry of a bundle, with promise and proof.
    func entry(kind: String, version: String, body: [UInt8], index: Int64 = 7) throws -> JSON {
        [
            "logIndex": .string("\(index)"), "logId": ["keyId": .string(Base64.encode(id))],
            "kindVersion": ["kind": .string(kind), "version": .string(version)], "integratedTime": .string("\(Self.time)"),
            "inclusionPromise": ["signedEntryTimestamp": .string(Base64.encode(try promise(body: body, index: index)))],
            "inclusionProof": [
                "logIndex": "0", "treeSize": "1", "rootHash": .string(Base64.encode(MerkleTree.leafHash(body))), "hashes": [],
                "checkpoint": ["envelope": .string(try checkpoint(body: body))],
            ],
            "canonicalizedBody": .string(Base64.encode(body)),
        ]
    }
}

/// Bundles by a managed key, logged in `LogSample`, to change at will.
struct BundleSample {
    static let artifact = Array("an artifact".utf8)
    static let number: UInt8 = 3
    static let mediaType = "application/vnd.dev.sigstore.bundle.v0.3+json"

    static func verifier() throws -> PublicKey { try Samples.key(number).publicKey }
    static func requirement(_ content: BundleRequirement.Content = .any, entries: Int = 1) throws -> BundleRequirement {
        BundleRequirement(signer: .keys([ManagedKey(try verifier())]), content: content, logs: entries)
    }

    /// A signature over the artifact.
    static func message(index: Int64 = 7) throws -> JSON {
        let signature = try Samples.key(number).sign(artifact)
        let hash: JSON = [
            "algorithm": "sha256", "value": .string(ContentDigest.hexadecimal(DigestAlgorithm.sha256.hash(artifact))),
        ]
        let body: JSON = [
            "apiVersion": "0.0.1", "kind": "hashedrekord",
            "spec": [
                "data": ["hash": hash],
                "signature": [
                    "content": .string(Base64.encode(signature)),
                    "publicKey": ["content": .string(Base64.encode(Array(try verifier().pem.utf8)))],
                ],
            ],
        ]
        let entry = try LogSample().entry(kind: "hashedrekord", version: "0.0.1", body: body.bytes(), index: index)
        return [
            "mediaType": .string(mediaType),
            "verificationMaterial": ["publicKey": ["hint": "x"], "tlogEntries": [entry]],
            "messageSignature": [
                "messageDigest": ["algorithm": "SHA2_256", "digest": .string(Base64.encode(DigestAlgorithm.sha256.hash(artifact)))],
                "signature": .string(Base64.encode(signature)),
            ],
        ]
    }

    /// An attestation, of any payload and type.
    static func envelope(_ payload: [UInt8], type: String = Statement.payloadType) throws -> JSON {
        let encoded = DSSEEnvelope.preAuthenticationEncoding(payloadType: Array(type.utf8), payload: payload)
        let signature = try Samples.key(number).sign(encoded)
        func hash(_ bytes: [UInt8]) -> JSON {
            ["algorithm": "sha256", "value": .string(ContentDigest.hexadecimal(DigestAlgorithm.sha256.hash(bytes)))]
        }
        let body: JSON = [
            "apiVersion": "0.0.1", "kind": "dsse",
            "spec": [
                "envelopeHash": hash([]), "payloadHash": hash(payload),
                "signatures": [
                    [
                        "signature": .string(Base64.encode(signature)),
                        "verifier": .string(Base64.encode(Array(try verifier().pem.utf8))),
                    ]
                ],
            ],
        ]
        return [
            "mediaType": .string(mediaType),
            "verificationMaterial": [
                "publicKey": ["hint": "x"], "tlogEntries": [try LogSample().entry(kind: "dsse", version: "0.0.1", body: body.bytes())],
            ],
            "dsseEnvelope": [
                "payload": .string(Base64.encode(payload)), "payloadType": .string(type),
                "signatures": [["sig": .string(Base64.encode(signature)), "keyid": ""]],
            ],
        ]
    }

    static func statement(_ predicateType: String = "https://example.test/p", predicate: JSON = [:], subject: JSON? = nil) -> JSON {
        let digest = ContentDigest.hexadecimal(DigestAlgorithm.sha256.hash(artifact))
        return [
            "_type": "https://in-toto.io/Statement/v1", "subject": subject ?? [["name": "x", "digest": ["sha256": .string(digest)]]],
            "predicateType": .string(predicateType), "predicate": predicate,
        ]
    }

    /// Nil when it is accepted.
    static func failure(
        _ bundle: JSON, root: TrustedRoot? = nil, _ requirement: BundleRequirement? = nil
    ) throws -> VerificationFailure? { try failure(bundle.bytes(), root: root, requirement) }

    static func failure(
        _ bytes: [UInt8], root: TrustedRoot? = nil, _ requirement: BundleRequirement? = nil
    ) throws -> VerificationFailure? {
        let verifier = BundleVerifier(root: try root ?? LogSample().root())
        let wanted = try requirement ?? self.requirement()
        return BundleFixtures.failure { () throws(VerificationFailure) in
            _ = try verifier.verify(Bundle(json: bytes), of: .bytes(artifact), requirement: wanted)
        }
    }
}

extension JSON {
    /// Changes what stands at a path of keys and indices.
    mutating func change(_ path: String, _ body: (inout JSON) -> Void) {
        let steps = path.split(separator: ".").map(String.init)
        func descend(_ value: inout JSON, _ rest: ArraySlice<String>) {
            guard let step = rest.first else { return body(&value) }
            if let index = Int(step), var elements = value.array, elements.indices.contains(index) {
                descend(&elements[index], rest.dropFirst())
                value = .array(elements)
            } else {
                var member = value[step] ?? .null
                descend(&member, rest.dropFirst())
                value[step] = member
            }
        }
        descend(&self, steps[...])
    }

    func changing(_ path: String, to value: JSON?) -> JSON {
        var copy = self
        let steps = path.split(separator: ".")
        copy.change(steps.dropLast().joined(separator: ".")) { parent in
            if let index = Int(steps.last ?? ""), var elements = parent.array {
                if let value { elements[index] = value } else { elements.remove(at: index) }
                parent = .array(elements)
            } else {
                parent[String(steps.last ?? "")] = value
            }
        }
        return copy
    }
}
