import AgentCommand
import ArgumentParser

@main
struct GraftAgent {
    static func main() async { await AgentCommand.main() }
}
