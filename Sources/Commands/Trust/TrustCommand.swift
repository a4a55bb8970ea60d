import ArgumentParser

/// `graft trust`: which signatures stand behind what runs, and which roots are trusted.
struct TrustCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trust", abstract: "Show whose signatures what runs came with, and how old the trust roots are.",
        subcommands: [TrustStatusCommand.self, TrustRootsCommand.self])
}
