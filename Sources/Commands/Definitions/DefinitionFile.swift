package import GraftAPI
package import JSON
import ProgramOptions
import YAML

/// One file of `CRDs/`: its name, as controller-gen names them, and its text.
package struct DefinitionFile {
    package let name: String
    package let text: String

    package init(_ kind: any CustomResource.Type) {
        name = "\(GraftAPI.group)_\(kind.naming.plural).yaml"
        text = Self.text(kind.customResourceDefinition)
    }

    package static func text(_ definition: JSON) -> String {
        "# Generated from the Swift types by `graft crds`; do not edit.\n" + YAML.text(definition)
    }

    /// Whether the file is absent from the directory or differs.
    package func isStale(in directory: String) throws -> Bool {
        try LocalFile(directory + "/" + name).textIfPresent() != text
    }

    package func write(to directory: String) throws { try LocalFile(directory + "/" + name).write(text) }
}
