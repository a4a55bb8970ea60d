import Testing

/// A wrong thing that a user does, done by a test.
struct Mistake: Sendable, CustomTestStringConvertible {
    /// The row of docs/errors.md.
    let row: String
    /// Makes the mistake, and gives back the message that its user sees.
    let message: @Sendable (Workbench) async throws -> String

    init(_ row: String, message: @escaping @Sendable (Workbench) async throws -> String) {
        self.row = row
        self.message = message
    }

    var testDescription: String { row }

    static let all =
        onManifests + onReferences + onRegistries + onArtifacts + onSigning + onSignatures + onModules + onDeployments + onClusters
        + onHosts
}
