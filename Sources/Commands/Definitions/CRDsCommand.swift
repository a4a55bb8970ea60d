import ArgumentParser
import GraftAPI
import JSON
import ProgramOptions
import YAML

/// `graft crds`: the CustomResourceDefinitions, generated from the Swift types.
struct CRDsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "crds",
        abstract: "Print the CustomResourceDefinitions, or write them to a directory.",
        discussion: "graft crds | kubectl apply --server-side -f -")

    @Option(help: ArgumentHelp("Write one file for each kind there.", valueName: "path"))
    var directory: String?

    @Flag(help: "Write nothing; fail when a file in the directory differs from what would be written.")
    var check = false

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if check, directory == nil { throw ValidationError("--check needs --directory") }
    }

    func run() async throws {
        guard let directory else {
            let definitions = GraftAPI.kinds.map { $0.customResourceDefinition }
            return output.print(
                ["apiVersion": "v1", "kind": "List", "items": .array(definitions)],
                text: definitions.map(DefinitionFile.text).joined(separator: "---\n"))
        }
        let files = GraftAPI.kinds.map(DefinitionFile.init)
        var stale: [String] = []
        for file in files where try file.isStale(in: directory) {
            stale.append(file.name)
            if !check { try file.write(to: directory) }
        }
        if check, !stale.isEmpty {
            throw CommandError("\(directory) is out of date: \(stale.joined(separator: ", ")); run 'graft crds --directory \(directory)'")
        }
        output.print(
            ["files": .array(files.map { .string($0.name) }), "changed": .array(stale.map(JSON.string))],
            text: stale.joined(separator: "\n"))
    }
}
