package import OCI

/// What every registry must do with our client, as checks that any registry can be put to. Each works in a repository of its own.
package struct RegistryConformance: Sendable {
    package struct Check: Sendable {
        package let name: String
        let body: @Sendable (RegistryConformance, Repository) async throws -> Void
    }

    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    let client: RegistryClient
    /// Host and port.
    let registry: String
    /// For files that are pushed.
    let directory: String

    package init(client: RegistryClient, registry: String, directory: String) {
        self.client = client
        self.registry = registry
        self.directory = directory
    }

    package static let checks = pulls + pushes + referrers

    /// Runs all checks one after another.
    /// - Returns: what failed; each names its check.
    package func failures() async throws -> [String] {
        var failures: [String] = []
        for (index, check) in Self.checks.enumerated() {
            do {
                let reference = try Reference(parsing: "\(registry)/checks/no-\(index)/a_b:1")
                try await check.body(self, client.repository(of: reference))
            } catch {
                failures.append("\(check.name): \(error)")
            }
        }
        return failures
    }

    static func require(_ condition: Bool, _ what: @autoclosure () -> String) throws {
        if !condition { throw Failure(description: what()) }
    }

    /// The body must fail with this code.
    static func requireFailure(_ code: OCIError.Code, _ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch let error as OCIError where error.code == code {
            return
        } catch {
            throw Failure(description: "wanted \(code), found \(error)")
        }
        throw Failure(description: "wanted \(code), found none")
    }

    /// A small artifact, pushed.
    static func push(_ byte: UInt8, to repository: Repository, tag: String?) async throws -> ManifestDocument {
        let config = Descriptor(mediaType: "application/vnd.example.config", of: [byte])
        try await repository.push(.bytes([byte]), as: config)
        let document = ManifestDocument(Manifest(artifactType: "application/vnd.example", config: config, layers: []))
        try await repository.push(document, tag: try tag.map { try Tag($0) })
        return document
    }
}
