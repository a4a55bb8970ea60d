import AgentCommand
package import ArgumentParser

/// `graft`, also as `kubectl graft`.
package struct GraftCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "graft",
        abstract: "Signed, gated, progressive delivery of what runs inside a process.",
        version: "0.1.0",
        subcommands: [ConformanceCommand.self],
        groupedSubcommands: [
            CommandGroup(
                name: "Deployments:",
                subcommands: [
                    StatusCommand.self, WhyCommand.self, PromoteCommand.self, ApproveCommand.self, AbortCommand.self, RetryCommand.self,
                    PauseCommand.self,
                    ResumeCommand.self,
                    UndoCommand.self, HistoryCommand.self, QuarantineCommand.self, SimulateCommand.self, SLICommand.self,
                ]),
            CommandGroup(
                name: "Artifacts:",
                subcommands: [
                    PushCommand.self, SignCommand.self, AttestCommand.self, VerifyCommand.self, TrustCommand.self, KeyCommand.self,
                    GenerateKeyCommand.self,
                ]),
            CommandGroup(name: "Clusters:", subcommands: [UpCommand.self, EnrollCommand.self, AgentCommand.self, CRDsCommand.self]),
        ])

    package init() {}
}
