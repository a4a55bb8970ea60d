import ArgumentParser

/// `graft key`: what is done with keys, beside signing.
struct KeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "Make keys to sign with, and show public ones.",
        subcommands: [KeyGenerateCommand.self, KeyPublicCommand.self])
}
