import HostProtocol

/// A module as an agent hands it over: verified by the agent, sealed in memory, open.
public struct HostModule: Sendable {
    /// Namespace and name of the ModuleRevision it was delivered as.
    public let revision: String
    /// The module's semantic version.
    public let version: String
    /// Digest of the signed artifact's manifest.
    public let digest: String
    /// SHA-256 of the configuration, in hex.
    public let configHash: String
    /// It ran on this host before, and is put back because what came after it failed.
    public let isBack: Bool
    /// The files of the artifact, in its order.
    public let files: [HostFile]
    /// A JSON document; nil when the module has no configuration.
    public let configuration: HostFile?

    let identity: ModuleIdentity

    init(_ load: AgentMessage.Load, files: [HostFile], configuration: HostFile?) {
        identity = load.module
        (revision, version, digest, configHash) = (identity.revision, identity.version, identity.digest, identity.configHash)
        isBack = load.isBack
        self.files = files
        self.configuration = configuration
    }

    /// The file at a path of the artifact; nil when there is none.
    public func file(_ name: String) -> HostFile? { files.first { $0.name == name } }
}

/// Why a module can't be run: told to the agent, who shows it to people.
public struct HostRefusal: Error, Sendable, CustomStringConvertible {
    /// In a sentence; at most 1,000 characters of it are told.
    public let description: String

    /// A refusal for this reason.
    public init(_ description: String) { self.description = description }
}
