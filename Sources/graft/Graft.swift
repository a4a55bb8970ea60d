import ArgumentParser
import Commands

@main
struct Graft {
    static func main() async { await GraftCommand.main() }
}
