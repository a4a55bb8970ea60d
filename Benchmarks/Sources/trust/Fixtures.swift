import FoundationEssentials
import JSON
import Trust

/// Files that Graft's tests verify, found from this source file.
enum Fixtures {
    private static let folder: String = {
        var components = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        components.removeLast(4)
        return components.joined(separator: "/") + "/Tests/Fixtures/signatures/bundles"
    }()

    static let subject =
        "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main"
    static let issuer = "https://token.actions.githubusercontent.com"
    /// Of `a.txt`, which the conformance suite's bundles sign.
    static let digestText = "sha256:a0cfc71271d6e278e57cd332ff957c3f7043fdda354c4cbb190a30d56efa01bf"
    static let delivery = Delivery(
        namespace: "payments", class: "edge-proxy", slot: "net/filter", repository: "registry.example/filters/http")

    static func bytes(_ path: String) throws -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: "\(folder)/\(path)") else { throw Failure("there is no \(folder)/\(path)") }
        return Array(data)
    }

    static func root(_ name: String) throws -> TrustedRoot { try TrustedRoot(json: bytes("roots/\(name).json")) }

    static func digest() throws -> MessageDigest {
        guard let digest = MessageDigest(text: digestText) else { throw Failure("no digest: \(digestText)") }
        return digest
    }

    static func identity() throws -> IdentityRequirement { try IdentityRequirement(issuer: .exact(issuer), subject: .exact(subject)) }

    /// A bundle as a referrer carries it.
    static func manifest(_ payload: [UInt8]) -> SignatureManifest {
        let digest = self.digest(of: payload)
        let layer = SignatureLayer(
            mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json", digest: digest, size: payload.count, annotations: [:],
            payload: payload)
        return SignatureManifest(digest: digest, layers: [layer])
    }

    static func digest(of payload: [UInt8]) -> String { MessageDigest(hashing: payload, with: .sha256).text }

    /// The envelope, certificate and promise of a bundle, where cosign puts them in an attestation's layer.
    static func classicAttestation() throws -> SignatureLayer {
        let json = try JSON.parse(bytes("conformance/happy-path-intoto-in-dsse-v3.json"))
        let bundle = try Bundle(json: bytes("conformance/happy-path-intoto-in-dsse-v3.json"))
        guard let envelope = json["dsseEnvelope"], case .certificate(let der, _) = bundle.signer, let entry = bundle.logEntries.first,
            let body = entry.body, let promise = entry.promise, let time = entry.integratedTime
        else { throw Failure("the bundle lacks what a classic attestation has") }
        let payload = envelope.bytes()
        let log = entry.logID.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let annotation: JSON = [
            "SignedEntryTimestamp": .string(Base64.encode(promise)),
            "Payload": [
                "body": .string(Base64.encode(body)), "integratedTime": .integer(time), "logIndex": .integer(entry.index),
                "logID": .string(log),
            ],
        ]
        let leaf = try Certificate(der: der)
        let chain = try root("production").certificateAuthorities.filter {
            (try? $0.validate(leaf: leaf, at: [Moment(seconds: time)])) != nil
        }
        return SignatureLayer(
            mediaType: SignatureLayer.attestationMediaType, digest: digest(of: payload), size: payload.count,
            annotations: [
                SignatureLayer.certificateAnnotation: leaf.pem, SignatureLayer.bundleAnnotation: annotation.text(),
                SignatureLayer.chainAnnotation: chain.first?.certificates.map(\.pem).joined() ?? "",
            ], payload: payload)
    }
}
