import JSON

@testable import Trust

/// What most tests speak of: one artifact, one delivery, one signer.
enum Samples {
    static let digest = "sha256:" + String(repeating: "0a", count: 32)
    static let otherDigest = "sha256:" + String(repeating: "0b", count: 32)
    static let repository = "registry.example/filters/http"
    static let delivery = Delivery(namespace: "payments", class: "edge-proxy", slot: "net/filter", repository: repository)

    /// A key made from a fixed scalar; nothing is secret about it.
    static func key(_ number: UInt8 = 1) throws -> PrivateKey { try PrivateKey(scalar: Array(repeating: number, count: 32)) }

    static func signature(by number: UInt8 = 1, digest: String = digest, repository: String = repository) throws -> SignatureLayer {
        try Signer(key: key(number)).sign(digest: digest, repository: repository)
    }

    static func manifest(_ layers: SignatureLayer...) throws -> SignatureManifest {
        SignatureManifest(digest: try SignatureImage(for: digest, layers: layers).manifestDigest, layers: layers)
    }

    static func claim(_ number: UInt8 = 1, digest: String = digest, reference: SignedReference = .ignore) throws -> CosignSignature.Claim {
        CosignSignature.Claim(
            digest: digest, repository: repository, authorities: [Authority(name: "release", keys: [try key(number).publicKey])],
            signedReference: reference)
    }

    static func source(
        _ name: String = "release", namespaces: [String] = ["payments"], classes: [String] = ["edge-proxy"],
        slots: [String] = ["net/*"], repositories: [String] = ["registry.example/filters/*"], by numbers: [UInt8] = [1],
        mode: String = "Enforce", signedReference: String? = nil
    ) throws -> PolicySource {
        PolicySource(
            name: name, namespaces: namespaces, classes: classes, slots: slots, repositories: repositories,
            authorities: try numbers.map { .init(name: "key-\($0)", keys: [try key($0).publicKey.pem]) }, mode: mode,
            signedReference: signedReference)
    }

    /// A layer as a signer other than ours might write it: any payload, any annotation.
    static func layer(payload: [UInt8], signature: String?, mediaType: String = SignatureLayer.mediaType) -> SignatureLayer {
        SignatureLayer(
            mediaType: mediaType, digest: ContentDigest.sha256(of: payload), size: payload.count,
            annotations: signature.map { [SignatureLayer.signatureAnnotation: $0] } ?? [:], payload: payload)
    }

    /// Any payload, properly signed.
    static func signed(_ payload: String, by number: UInt8 = 1) throws -> SignatureLayer {
        let bytes = Array(payload.utf8)
        return layer(payload: bytes, signature: Base64.encode(try key(number).sign(bytes, scheme: .ecdsa(.sha256))))
    }
}

extension [UInt8] {
    init(hexadecimal: String) {
        self = stride(from: 0, to: hexadecimal.utf8.count, by: 2).map { offset in
            let start = hexadecimal.index(hexadecimal.startIndex, offsetBy: offset)
            return UInt8(hexadecimal[start..<hexadecimal.index(start, offsetBy: 2)], radix: 16) ?? 0
        }
    }
}
