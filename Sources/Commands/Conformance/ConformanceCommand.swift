import ArgumentParser

/// `graft conformance`: what sigstore-conformance's runner calls. Hidden, since no user needs it.
struct ConformanceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "conformance", abstract: "The client protocol of sigstore-conformance (docs/cli_protocol.md there).",
        shouldDisplay: false, subcommands: [VerifyBundleCommand.self])
}
