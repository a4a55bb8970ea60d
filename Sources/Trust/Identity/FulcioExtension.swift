import SwiftASN1

/// The extensions under 1.3.6.1.4.1.57264.1 that say who signed, and from where (Fulcio's oid-info.md).
package enum FulcioExtension: UInt, Sendable, Hashable, CaseIterable {
    case issuerOld = 1
    case githubWorkflowTrigger = 2
    case githubWorkflowSHA = 3
    case githubWorkflowName = 4
    case githubWorkflowRepository = 5
    case githubWorkflowRef = 6
    case issuer = 8
    case buildSignerURI = 9
    case buildSignerDigest = 10
    case runnerEnvironment = 11
    case sourceRepositoryURI = 12
    case sourceRepositoryDigest = 13
    case sourceRepositoryRef = 14
    case sourceRepositoryIdentifier = 15
    case sourceRepositoryOwnerURI = 16
    case sourceRepositoryOwnerIdentifier = 17
    case buildConfigURI = 18
    case buildConfigDigest = 19
    case buildTrigger = 20
    case runInvocationURI = 21
    case sourceRepositoryVisibilityAtSigning = 22
    case deploymentEnvironment = 23
    case tokenSubject = 24

    /// As a policy names it.
    package var name: String { Self.names[self] ?? oid }

    package var oid: String { "1.3.6.1.4.1.57264.1.\(rawValue)" }

    var type: ASN1ObjectIdentifier { [1, 3, 6, 1, 4, 1, 57264, 1, rawValue] }

    init?(_ type: ASN1ObjectIdentifier) {
        guard let kind = Self.kinds[type] else { return nil }
        self = kind
    }

    /// By name, or by object identifier in dotted digits; nil for one that isn't known, which no policy may ask for.
    package init?(named text: String) {
        guard let found = Self.allCases.first(where: { $0.name.isIdentical(to: text) || $0.oid.isIdentical(to: text) }) else { return nil }
        self = found
    }

    /// The value in the extension: bare UTF-8 up to .6, a UTF8String in DER from .8.
    func read(_ value: ArraySlice<UInt8>) throws(IdentityFailure) -> String {
        if rawValue <= 6 {
            guard let text = String(validating: value, as: UTF8.self) else { throw .extensionMalformed(oid: oid, "not UTF-8") }
            return text
        }
        guard let text = Self.utf8String(value) else { throw .extensionMalformed(oid: oid, "no UTF8String in DER") }
        return text
    }

    /// One UTF8String and nothing behind it.
    private static func utf8String(_ value: ArraySlice<UInt8>) -> String? {
        guard value.first == 0x0c, let length = value.dropFirst().first else { return nil }
        // The shortest length there is (X.690 §10.1): one byte to 127, two to 255. Longer ones are the library's to read.
        switch length {
        case ..<0x80:
            let content = value.dropFirst(2)
            return content.count == Int(length) ? String(validating: content, as: UTF8.self) : nil
        case 0x81:
            let content = value.dropFirst(3)
            guard let long = value.dropFirst(2).first, long >= 0x80, content.count == Int(long) else { return nil }
            return String(validating: content, as: UTF8.self)
        default: return try? NodeReader.parse(value, "").text("")
        }
    }

    private static let kinds: [ASN1ObjectIdentifier: FulcioExtension] = allCases.reduce(into: [:]) { $0[$1.type] = $1 }

    private static let names: [FulcioExtension: String] = [
        .issuerOld: "issuerV1", .githubWorkflowTrigger: "githubWorkflowTrigger", .githubWorkflowSHA: "githubWorkflowSHA",
        .githubWorkflowName: "githubWorkflowName", .githubWorkflowRepository: "githubWorkflowRepository",
        .githubWorkflowRef: "githubWorkflowRef", .issuer: "issuer", .buildSignerURI: "buildSignerURI",
        .buildSignerDigest: "buildSignerDigest", .runnerEnvironment: "runnerEnvironment", .sourceRepositoryURI: "sourceRepositoryURI",
        .sourceRepositoryDigest: "sourceRepositoryDigest", .sourceRepositoryRef: "sourceRepositoryRef",
        .sourceRepositoryIdentifier: "sourceRepositoryIdentifier", .sourceRepositoryOwnerURI: "sourceRepositoryOwnerURI",
        .sourceRepositoryOwnerIdentifier: "sourceRepositoryOwnerIdentifier", .buildConfigURI: "buildConfigURI",
        .buildConfigDigest: "buildConfigDigest", .buildTrigger: "buildTrigger", .runInvocationURI: "runInvocationURI",
        .sourceRepositoryVisibilityAtSigning: "sourceRepositoryVisibilityAtSigning", .deploymentEnvironment: "deploymentEnvironment",
        .tokenSubject: "tokenSubject",
    ]
}
