import ArgumentParser
import JSON
import Trust

/// `graft key public`: the public half of a signing key, wherever that is.
struct KeyPublicCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "public", abstract: "Print the public key of a signing key.",
        discussion: "For a key that a program holds, this shows whether the program works.")

    @Argument(help: "The key: a file, env://NAME, kms://NAME/KEY or kms-plugin://PATH#KEY.")
    var key: String
    @OptionGroup var opening: KeyOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let key = try await opening.signingKey(key).publicKey
        let pem = key.pem
        output.print(
            ["publicKey": .string(pem), "algorithm": .string(key.algorithm.rawValue), "fingerprint": .string(key.fingerprint)],
            text: String(pem.dropLast()))
    }
}
