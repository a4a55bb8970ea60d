import ArgumentParser
import Compatibility
import Glibc
import JSON
import OCI
import ProgramOptions

/// `graft push`: packs files and their descriptor as a module, pushes it, and signs it.
struct PushCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "push", abstract: "Pack files as a module and push it.",
        discussion: "The same files and descriptor give the same digest, wherever they are packed.")

    @Argument(help: "Where to: registry/repository:tag, or oci:PATH:TAG.")
    var reference: String
    @Argument(help: ArgumentHelp("Files of the module; NAME=PATH gives a file another name.", valueName: "file"))
    var files: [String]
    @Option(help: ArgumentHelp("The module descriptor, JSON.", valueName: "path"))
    var descriptor: String
    @Option(
        help: ArgumentHelp("Sign it with this key: a file in PEM, env://NAME, kms://NAME/KEY or kms-plugin://PATH#KEY.", valueName: "key"))
    var sign: String?
    @Option(help: "How to sign: classic, as cosign does up to 2, or bundle, as it does from 3 on.")
    var format = ArtifactSigning.Format.classic
    @OptionGroup var opening: KeyOptions
    @OptionGroup var registry: RegistryOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        // Opened first: what can't be signed is not pushed.
        var signing: ArtifactSigning?
        if let sign { signing = ArtifactSigning(key: try await opening.signingKey(sign), format: format) }
        let package = try ModulePackage(descriptor: try readDescriptor(), files: try files.map(Self.file))
        let artifact = try registry.locate(reference, creating: true)
        let pushed = try await package.push(to: artifact.store, tag: try artifact.requireTag())
        if let signing { _ = try await signing.sign(pushed, in: artifact) }
        output.print(
            [
                "reference": .string(reference), "digest": .string(pushed.digest.description), "signed": .bool(signing != nil),
            ], text: "\(signing == nil ? "pushed" : "pushed and signed") \(artifact.repository)@\(pushed.digest)")
    }

    /// The descriptor's JSON, once it is known to be one.
    private func readDescriptor() throws -> JSON {
        let bytes = try LocalFile(descriptor).bytes()
        do {
            let json = try JSON.parse(bytes)
            _ = try ModuleDescriptor(from: json)
            return json
        } catch {
            throw CommandError("\(descriptor): \(error)")
        }
    }

    private static func file(_ argument: String) throws -> ModulePackage.File {
        let equals = argument.firstIndex(of: "=")
        let path = String(equals.map { argument[argument.index(after: $0)...] } ?? argument[...])
        let name = String(equals.map { argument[..<$0] } ?? path[(path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex)...])
        guard LocalFile(path).exists else { throw CommandError("\(path): no such file; build the module first, or correct the path") }
        return ModulePackage.File(
            path: try PayloadPath(name), mode: access(path, X_OK) == 0 ? try FileMode("0755") : .regular, content: .file(path: path))
    }
}
