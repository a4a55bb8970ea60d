import Crypto
import CryptoExtras
import JSON

@testable import Trust

/// A Notary Project signature to be: change what a test is about, the rest is what `notation` writes.
struct NotationSample {
    var encoding: NotationEnvelope.Encoding
    /// Root, intermediate and signer, with the keys of the first two.
    var root: CertificateSample
    var intermediate: CertificateSample
    var leaf: CertificateSample
    let rootKey: SampleKey
    let intermediateKey: SampleKey
    /// What comes along instead of signer, intermediate and root.
    var certificates: ((_ chain: [[UInt8]]) throws -> [[UInt8]])?

    // The signed headers; nil leaves one out.
    var algorithm: String?
    var contentType: String? = NotationPayload.mediaType
    var critical: [String]? = [NotationHeader.scheme]
    var scheme: String? = NotationScheme.x509.rawValue
    var times: [String: String] = [NotationHeader.signingTime: "2026-06-01T00:05:00Z"]
    var moreSigned: [(name: String, value: String)] = []
    var moreUnsigned: [(name: String, value: String)] = []
    var timestamp: ((_ signature: [UInt8]) throws -> [UInt8])?

    var payload: [UInt8]
    /// The key that signs, where it isn't the leaf's.
    var signer: SampleKey?
    var changeSignature: ([UInt8]) -> [UInt8] = { $0 }

    // What whoever verifies knows.
    var requirement = PolicySource.Notation()
    /// The scheme that the policy names the root for, where it isn't the signature's.
    var rootServes: NotationScheme?
    var occasion = Occasion(now: Moment(rfc3339: "2026-06-01T00:06:00Z")!, mediaType: mediaType, size: 4242)
    var digest = Samples.digest

    static let mediaType = "application/vnd.oci.image.manifest.v1+json"
    static let subject = "C=US,ST=WA,O=wabbit-networks.example,CN=SecureBuilder"

    init(_ encoding: NotationEnvelope.Encoding, _ kind: SampleKey.Kind = .p256) throws {
        self.encoding = encoding
        rootKey = try SampleKey(31)
        intermediateKey = try SampleKey(32)
        root = try .authority(
            "C=US,ST=WA,O=wabbit-networks.example,CN=root", by: "C=US,ST=WA,O=wabbit-networks.example,CN=root", key: rootKey)
        intermediate = try .authority("signing", by: root.subject, key: intermediateKey, pathLength: 0)
        leaf = CertificateSample(
            subject: Self.subject, issuer: "signing", notBefore: "260601000000Z", notAfter: "260701000000Z", key: try SampleKey(33, kind))
        leaf.extensions = [CertificateSample.keyUsage(0x80), try CertificateSample.extendedKeyUsage("1.3.6.1.5.5.7.3.3")]
        payload = Self.payload()
        requirement.identities = ["x509.subject: C=US, ST=WA, O=wabbit-networks.example"]
    }

    static func payload(
        digest: String = Samples.digest, mediaType: String = mediaType, size: Int = 4242, more: String = ""
    ) -> [UInt8] {
        Array(#"{"targetArtifact":{"mediaType":"\#(mediaType)","digest":"\#(digest)","size":\#(size)\#(more)}}"#.utf8)
    }

    /// The signing authority's scheme, for which it says when.
    mutating func useSigningAuthority(at time: String = "2026-06-01T00:05:00Z") {
        scheme = NotationScheme.signingAuthority.rawValue
        critical = [NotationHeader.scheme, NotationHeader.authenticSigningTime]
        times = [NotationHeader.authenticSigningTime: time]
    }

    /// Made anew each time: signatures of ECDSA differ.
    func chain() throws -> [[UInt8]] {
        [try leaf.der(signedBy: intermediateKey), try intermediate.der(signedBy: rootKey), try root.der(signedBy: rootKey)]
    }

    func envelope(_ chain: [[UInt8]]? = nil) throws -> [UInt8] {
        let chain = try chain ?? self.chain()
        let brought = try certificates?(chain) ?? chain
        return switch encoding {
        case .jws: try jws(brought)
        case .cose: try cose(brought)
        }
    }

    private var statedAlgorithm: String {
        if let algorithm { return algorithm }
        return switch leaf.key {
        case .p256: "ES256"
        case .p384: "ES384"
        case .p521: "ES512"
        case .rsa: "PS256"
        case .ed25519: "EdDSA"
        }
    }

    private func jws(_ chain: [[UInt8]]) throws -> [UInt8] {
        var headers: JSONObject = [:]
        headers.set("alg", statedAlgorithm)
        headers.set("cty", contentType)
        headers.set("crit", critical.map { JSON.array($0.map { .string($0) }) })
        headers.set(NotationHeader.scheme, scheme)
        for (name, time) in times.sorted(by: { $0.key < $1.key }) { headers.set(name, time) }
        for (name, value) in moreSigned { headers.set(name, value) }
        let protected = Self.base64URL(JSON.object(headers).bytes())
        let body = Self.base64URL(payload)
        let signature = changeSignature(try (signer ?? leaf.key).signPlainly(Array("\(protected).\(body)".utf8)))
        var header: JSONObject = chain.isEmpty ? [:] : ["x5c": .array(chain.map { .string(Base64.encode($0)) })]
        header.set(NotationHeader.timestamp, try timestamp.map { Base64.encode(try $0(signature)) })
        for (name, value) in moreUnsigned { header.set(name, value) }
        let envelope: JSON = [
            "payload": .string(body), "protected": .string(protected), "header": .object(header),
            "signature": .string(Self.base64URL(signature)),
        ]
        return envelope.bytes()
    }

    private func cose(_ chain: [[UInt8]]) throws -> [UInt8] {
        var signed: [[UInt8]] = [CBORSample.unsigned(1) + CBORSample.integer(NotationAlgorithm(rawValue: statedAlgorithm)?.label ?? -8)]
        if let critical {
            signed.append(CBORSample.unsigned(2) + CBORWriter.array(critical.count) + critical.flatMap { CBORWriter.text($0) })
        }
        if let contentType { signed.append(CBORSample.unsigned(3) + CBORWriter.text(contentType)) }
        if let scheme { signed.append(CBORWriter.text(NotationHeader.scheme) + CBORWriter.text(scheme)) }
        for (name, time) in times.sorted(by: { $0.key < $1.key }) {
            let value = Moment(rfc3339: time).map { [0xc1] + CBORSample.unsigned(UInt64($0.seconds)) } ?? CBORWriter.text(time)
            signed.append(CBORWriter.text(name) + value)
        }
        for (name, value) in moreSigned { signed.append(CBORWriter.text(name) + CBORWriter.text(value)) }
        let protected = CBORSample.map(signed)
        let signature = changeSignature(
            try (signer ?? leaf.key).signPlainly(NotationEnvelope.signedBytes(protected: protected, payload: payload)))
        var unsigned: [[UInt8]] = []
        if !chain.isEmpty { unsigned.append(CBORSample.unsigned(33) + CBORWriter.array(chain.count) + chain.flatMap(CBORWriter.bytes)) }
        if let timestamp { unsigned.append(CBORWriter.text(NotationHeader.timestamp) + CBORWriter.bytes(try timestamp(signature))) }
        for (name, value) in moreUnsigned { unsigned.append(CBORWriter.text(name) + CBORWriter.text(value)) }
        return [0xd2] + CBORWriter.array(4) + CBORWriter.bytes(protected) + CBORSample.map(unsigned) + CBORWriter.bytes(payload)
            + CBORWriter.bytes(signature)
    }

    static func base64URL(_ bytes: [UInt8]) -> String {
        String(Base64.encode(bytes).compactMap { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 == "=" ? nil : $0 })
    }

    /// What the policy says: this chain's root, where the test names none.
    func source(_ chain: [[UInt8]]) throws -> PolicySource.Notation {
        var source = requirement
        guard source.certificates.isEmpty else { return source }
        let pem = PEMDocument(label: "CERTIFICATE", bytes: chain[2]).text
        switch rootServes ?? NotationScheme(rawValue: scheme ?? "") ?? .x509 {
        case .x509: source.certificates = [pem]
        case .signingAuthority: source.signingAuthorities = [pem]
        }
        return source
    }

    func verify() throws -> BundleEvidence {
        let chain = try chain()
        var problems: [String] = []
        let requirement = NotationRequirement(try source(chain), "notation", &problems)
        if !problems.isEmpty { throw PolicyProblem(problems.joined(separator: "; ")) }
        return try NotationSignature.verify(try envelope(chain), as: encoding, requirement: requirement, digest: digest, on: occasion)
    }

    /// As it is attached to an artifact, and what a policy says that accepts it.
    func attached() throws -> (manifest: SignatureManifest, source: PolicySource.Notation) {
        let chain = try chain()
        let payload = try envelope(chain)
        let digest = ContentDigest.sha256(of: payload)
        let layer = SignatureLayer(mediaType: encoding.rawValue, digest: digest, size: payload.count, annotations: [:], payload: payload)
        return (SignatureManifest(digest: Samples.otherDigest, layers: [layer]), try source(chain))
    }

    /// The failure's name; "ok" without one.
    func verdict() -> String { failureName { try verify() } }
}

extension SampleKey {
    /// As JWS and COSE have it: r and s side by side, or RSA-PSS.
    func signPlainly(_ message: [UInt8]) throws -> [UInt8] {
        switch self {
        case .p256(let key): Array(try key.signature(for: message).rawRepresentation)
        case .p384(let key): Array(try key.signature(for: message).rawRepresentation)
        case .p521(let key): Array(try key.signature(for: message).rawRepresentation)
        case .ed25519(let key): Array(try key.signature(for: message))
        case .rsa(let key): Array(try key.signature(for: SHA256.hash(data: message), padding: .PSS).rawRepresentation)
        }
    }
}

/// Parts of CBOR, to write what nobody would.
enum CBORSample {
    static func unsigned(_ number: UInt64) -> [UInt8] { CBORWriter.head(0, Int(number)) }
    static func integer(_ number: Int64) -> [UInt8] {
        number < 0 ? CBORWriter.head(1, Int(-1 - number)) : CBORWriter.head(0, Int(number))
    }
    static func map(_ entries: [[UInt8]]) -> [UInt8] { CBORWriter.head(5, entries.count) + entries.flatMap { $0 } }
}
