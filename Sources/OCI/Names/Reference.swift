/// Names an artifact in a registry: `registry/repository`, then `:tag`, `@digest` or both.
///
/// The grammar is that of the distribution project's reference package. The registry is always written out; there is no default one. With both tag
/// and digest the digest decides.
package struct Reference: Sendable, Hashable, CustomStringConvertible {
    /// Host, and port where there is one.
    package let registry: String
    /// Path components with slashes between them.
    package let repository: String
    package let tag: Tag?
    package let digest: Digest?

    package init(registry: String, repository: String, tag: Tag? = nil, digest: Digest? = nil) throws(OCIError) {
        try Self.check(registry: registry, repository: repository, in: "\(registry)/\(repository)")
        self.registry = registry
        self.repository = repository
        self.tag = tag
        self.digest = digest
    }

    private init(checked registry: String, _ repository: String, _ tag: Tag?, _ digest: Digest?) {
        (self.registry, self.repository, self.tag, self.digest) = (registry, repository, tag, digest)
    }

    /// Registry and repository, without tag and digest.
    package var name: String { "\(registry)/\(repository)" }

    /// The same, with one spelling for what is one place: policies go by it. The host in lower case, without the port that https has
    /// anyway, and Docker Hub by the name that its references have.
    package var canonicalName: String {
        var host = registry.lowercased()
        if !host.hasSuffix("]"), let colon = host.lastIndex(of: ":"), let port = Int(host[host.index(after: colon)...]) {
            host = port == 443 ? String(host[..<colon]) : "\(host[..<colon]):\(port)"
        }
        if host == "index.docker.io" || host == "registry-1.docker.io" { host = "docker.io" }
        return "\(host)/\(repository)"
    }

    package var description: String { name + (tag.map { ":\($0)" } ?? "") + (digest.map { "@\($0)" } ?? "") }

    /// What to ask the registry for; nil when the reference has neither tag nor digest.
    package var artifact: ArtifactName? { digest.map { .digest($0) } ?? tag.map { .tag($0) } }

    /// The same artifact, named by its digest alone.
    package func pinned(to digest: Digest) -> Reference { Reference(checked: registry, repository, nil, digest) }

    /// Another tag in the same repository, for example that of its signatures.
    package func tagged(_ tag: Tag) -> Reference { Reference(checked: registry, repository, tag, nil) }
}

/// A name that may be moved from one manifest to another: a letter, digit or `_`, then up to 127 of those, `.` and `-`.
package struct Tag: Sendable, Hashable, Comparable, CustomStringConvertible {
    package let description: String

    package init(_ text: some StringProtocol) throws(OCIError) {
        guard text.utf8.count <= 128 else {
            throw OCIError(.invalidReference, "tag \(shown(text)): it has \(text.utf8.count) characters, at most 128 are allowed")
        }
        guard let first = text.utf8.first else { throw OCIError(.invalidReference, "the tag is empty") }
        guard Self.isWord(first), text.utf8.allSatisfy({ Self.isWord($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") }) else {
            throw OCIError(
                .invalidReference, "tag \(shown(text)): wanted a letter, digit or _, then letters, digits and _ . - only")
        }
        description = String(text)
    }

    /// Where cosign keeps the signatures of a manifest, in the same repository.
    package static func signatures(of digest: Digest) -> Tag { Tag(unchecked: "\(digest.algorithm.rawValue)-\(digest.hex).sig") }

    /// Where cosign keeps its attestations, in the same repository.
    package static func attestations(of digest: Digest) -> Tag { Tag(unchecked: "\(digest.algorithm.rawValue)-\(digest.hex).att") }

    /// Where clients keep the list of a manifest's referrers at registries that don't (distribution specification 1.1, "Referrers Tag Schema").
    package static func referrers(of digest: Digest) -> Tag {
        Tag(unchecked: "\(digest.algorithm.rawValue.prefix(32))-\(digest.hex.prefix(64))")
    }

    private init(unchecked text: String) { description = text }

    package static func < (left: Tag, right: Tag) -> Bool { left.description < right.description }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"): true
        default: false
        }
    }
}

/// A manifest within one repository.
package enum ArtifactName: Sendable, Hashable, CustomStringConvertible {
    case tag(Tag)
    case digest(Digest)

    package var description: String {
        switch self {
        case .tag(let tag): tag.description
        case .digest(let digest): digest.description
        }
    }

    package var isTag: Bool { if case .tag = self { true } else { false } }

    /// `:tag` or `@digest`, as it follows a repository.
    package var suffix: String {
        switch self {
        case .tag(let tag): ":\(tag)"
        case .digest(let digest): "@\(digest)"
        }
    }
}
