import ArgumentParser
import ControllerCommand

@main
struct GraftController {
    static func main() async { await ControllerCommand.main() }
}
