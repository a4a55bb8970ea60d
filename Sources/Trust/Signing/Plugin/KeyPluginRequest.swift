package import JSON

/// What a program that holds a key is asked, one JSON document on its standard input (docs/signing.md).
///
/// A key never passes; neither does the message, unless the scheme hashes by itself, as Ed25519 does.
package struct KeyPluginRequest: Sendable, Hashable {
    /// The protocol's version, in every request and every answer. Another one is not understood.
    package static let version = "graft.dev/kms/v1"

    package enum Operation: Sendable, Hashable {
        case publicKey
        case sign(message: [UInt8], algorithm: KeyAlgorithm, scheme: SignatureScheme)
    }

    /// Which of its keys; what that means is the program's affair.
    package var key: String
    package var operation: Operation

    package init(key: String, operation: Operation) {
        self.key = key
        self.operation = operation
    }

    package var json: JSON {
        var object: JSONObject = ["version": .string(Self.version)]
        switch operation {
        case .publicKey:
            object["operation"] = "publicKey"
            object["key"] = .string(key)
        case .sign(let message, let algorithm, let scheme):
            object["operation"] = "sign"
            object["key"] = .string(key)
            object["algorithm"] = .string(algorithm.rawValue)
            object["scheme"] = .string(Self.name(of: scheme))
            if let hash = scheme.digest {
                object["digestAlgorithm"] = .string(hash.rawValue)
                object["digest"] = .string(Base64.encode(hash.hash(message)))
            } else {
                object["message"] = .string(Base64.encode(message))
            }
        }
        return .object(object)
    }

    /// The scheme's name in the protocol.
    private static func name(of scheme: SignatureScheme) -> String {
        switch scheme {
        case .ecdsa: "ECDSA-DER"
        case .ecdsaFixedSize: "ECDSA-P1363"
        case .rsaPKCS1: "RSA-PKCS1v15"
        case .rsaPSS: "RSA-PSS"
        case .ed25519: "Ed25519"
        }
    }
}
