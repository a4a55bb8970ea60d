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

    var type: ASN1ObjectIdentifier { Self.types[self] ?? [1, 3, 6, 1, 4, 1, 57264, 1, rawValue] }

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
        do throws(ASN1Fault) {
            let node = try NodeReader.parse(value, name)
            guard node.identifier == .utf8String else { throw ASN1Fault("found the tag \(node.identifier), wanted UTF8String") }
            return try node.text(name)
        } catch {
            throw .extensionMalformed(oid: oid, error.reason)
        }
    }

    private static let types: [FulcioExtension: ASN1ObjectIdentifier] = allCases.reduce(into: [:]) {
        $0[$1] = [1, 3, 6, 1, 4, 1, 57264, 1, $1.rawValue]
    }

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
