/// Another registry that has what one has, and is asked before it. It is never pushed to.
package struct RegistryMirror: Sendable, Hashable {
    /// Host, and port where there is one.
    package var registry: String
    /// What stands before each repository's name there; empty or without slashes at its ends.
    package var prefix: String
    /// Whether it may say what a tag stands for, or lists. What is asked for by digest is the same from anyone; a tag is what a mirror says it is.
    package var resolvesTags: Bool

    package init(registry: String, prefix: String = "", resolvesTags: Bool = false) {
        self.registry = registry
        self.prefix = prefix
        self.resolvesTags = resolvesTags
    }

    func endpoint(of repository: String) -> Endpoint {
        Endpoint(registry: registry, repository: prefix.isEmpty ? repository : "\(prefix)/\(repository)", isMirror: true)
    }
}
