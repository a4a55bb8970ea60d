import ArgumentParser
import JSON
import ProgramOptions
import Trust

/// `graft generate-key`: a key pair to sign with.
struct GenerateKeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate-key", abstract: "Make a key to sign with (ECDSA P-256).",
        discussion: "Writes PATH.key, readable by you alone, and PATH.pub, which goes into VerificationPolicies.")

    @Argument(help: "Where the private key goes; the public one goes beside it, as .pub.")
    var path: String
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let stem = path.hasSuffix(".key") ? String(path.dropLast(4)) : path
        let (privateFile, publicFile) = (LocalFile(stem + ".key"), LocalFile(stem + ".pub"))
        for file in [privateFile, publicFile] where file.exists {
            throw CommandError("\(file.path) exists; a key is never overwritten: choose another path, or move it away")
        }
        let key = try PrivateKey.generate()
        try privateFile.write(key.pem, mode: 0o600)
        try publicFile.write(key.publicKey.pem)
        output.print(
            [
                "private": .string(privateFile.path), "public": .string(publicFile.path), "fingerprint": .string(key.publicKey.fingerprint),
            ], text: "\(privateFile.path)\n\(publicFile.path)")
    }
}
