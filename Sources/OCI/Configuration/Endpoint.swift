/// One place where a repository is read: the registry itself, or a mirror of it.
struct Endpoint: Sendable, Hashable {
    /// Host, and port where there is one.
    let registry: String
    /// The repository's name there.
    let repository: String
    let isMirror: Bool

    var location: String { "\(registry)/\(repository)" }
}
