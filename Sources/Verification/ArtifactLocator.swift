package import OCI

/// Where the artifacts that references name are read from: registries in a cluster, something else in tests.
package protocol ArtifactLocator: Sendable {
    func source(of reference: Reference) -> any ArtifactSource
}

extension RegistryClient: ArtifactLocator {
    package func source(of reference: Reference) -> any ArtifactSource { repository(of: reference) }
}
