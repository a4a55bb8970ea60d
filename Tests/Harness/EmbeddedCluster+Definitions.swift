import FoundationEssentials
import JSON
import YAML

extension EmbeddedCluster {
    /// Applies every definition of the repository's `CRDs` folder.
    package func applyDefinitions() async throws {
        let folder = Self.repository + "/CRDs"
        for name in try FileManager.default.contentsOfDirectory(atPath: folder).sorted() where name.hasSuffix(".yaml") {
            for definition in try YAML.documents(try read(folder + "/" + name)) { try await apply(definition: definition) }
        }
    }

    /// The root of the repository.
    package static let repository = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
}
