extension DigestAlgorithm {
    /// Its name in OCI digests, statements and Rekor's first generation: `sha256`.
    package var lowercaseName: String {
        switch self {
        case .sha256: "sha256"
        case .sha384: "sha384"
        case .sha512: "sha512"
        }
    }

    /// Its name in Sigstore's protocol buffers (HashAlgorithm of sigstore_common.proto).
    var protoName: String {
        switch self {
        case .sha256: "SHA2_256"
        case .sha384: "SHA2_384"
        case .sha512: "SHA2_512"
        }
    }

    init?(lowercaseName name: String) {
        guard let algorithm = Self.allCases.first(where: { $0.lowercaseName.isIdentical(to: name) }) else { return nil }
        self = algorithm
    }

    init?(protoName name: String) {
        guard let algorithm = Self.allCases.first(where: { $0.protoName.isIdentical(to: name) }) else { return nil }
        self = algorithm
    }
}

extension MessageDigest {
    package var hexadecimal: String { ContentDigest.hexadecimal(bytes) }

    /// `sha256:` and its like, followed by lower-case hexadecimal digits.
    package var text: String { "\(algorithm.lowercaseName):\(hexadecimal)" }

    /// Reads what `text` writes; nil for everything else.
    package init?(text: String) {
        for algorithm in DigestAlgorithm.allCases where text.utf8.starts(with: "\(algorithm.lowercaseName):".utf8) {
            let digits = String(decoding: text.utf8.dropFirst(algorithm.lowercaseName.utf8.count + 1), as: UTF8.self)
            guard let bytes = Hexadecimal.decode(digits) else { return nil }
            self.init(bytes, algorithm: algorithm)
            return
        }
        return nil
    }
}
