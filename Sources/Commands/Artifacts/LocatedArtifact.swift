import OCI
import ProgramOptions

extension RegistryOptions {
    /// The place that a text names: `oci:PATH[:TAG]` for a layout in a directory, else a reference into a registry.
    func locate(_ text: String, creating: Bool = false) throws -> LocatedArtifact {
        guard text.hasPrefix("oci:") else {
            let reference = try Reference(parsing: text)
            return LocatedArtifact(
                store: try client().repository(of: reference), name: reference.artifact, repository: reference.name, text: text)
        }
        let rest = text.dropFirst(4)
        let colon = rest.lastIndex(of: ":").flatMap { rest[$0...].contains("/") ? nil : $0 }
        let path = String(rest[..<(colon ?? rest.endIndex)])
        let name = try colon.map { ArtifactName.tag(try Tag(rest[rest.index(after: $0)...])) }
        let layout = creating ? try ImageLayout(creating: path) : try ImageLayout(opening: path)
        return LocatedArtifact(store: layout, name: name, repository: "oci:" + path, text: text)
    }
}

/// An artifact in a registry or a layout.
struct LocatedArtifact {
    var store: any ArtifactStore
    var name: ArtifactName?
    /// What signatures say they are for: registry and repository, without tag.
    var repository: String
    /// What policies go by, however it was written.
    var canonicalRepository: String { (try? Reference(parsing: text))?.canonicalName ?? repository }
    /// As the user wrote it.
    var text: String

    /// What the name stands for now.
    func resolve() async throws -> Descriptor {
        guard let name else { throw CommandError("\(text) has neither tag nor digest; add one, as in \(text):1.0.0") }
        return try await store.resolve(name)
    }

    /// The tag to push under.
    func requireTag() throws -> Tag {
        guard case .tag(let tag)? = name else { throw CommandError("\(text) has no tag to push under; add one, as in \(repository):1.0.0") }
        return tag
    }
}
