import Glibc
import GraftHost
import Synchronization

/// A host that takes its module from an agent by the host protocol, and prints what becomes of it, a line each.
///
///     socket-host PATH SLOT AGENT-USER
///
/// A real host serves requests on other threads meanwhile; here each module answers one when it is loaded.
@main
enum Program {
    static func main() {
        let arguments = CommandLine.arguments
        guard arguments.count == 4, let user = UInt32(arguments[3]) else {
            fail("usage: socket-host PATH SLOT AGENT-USER", 64)
        }
        let running = Mutex<FilterModule?>(nil)
        do {
            let host = try Host(
                Host.Settings(path: arguments[1], slot: arguments[2], agentUser: user),
                Host.Work(
                    load: { module in
                        let filter = try FilterModule(module)
                        say("answers \(try filter.answer())")
                        running.withLock { $0 = filter }
                    },
                    unload: { running.withLock { $0 = nil } },
                    complaint: { running.withLock { $0 }?.complaint })
            ) { event in
                switch event {
                case .connected: say("connected")
                case .alone(let reason): say("alone: \(reason)")
                case .loaded(let version): say("loaded \(version)")
                case .refused(let version, let reason): say("refused \(version): \(reason)")
                case .unloaded: say("unloaded")
                }
            }
            host.run()
        } catch {
            fail("socket-host: \(error)", 1)
        }
    }

    private static func fail(_ message: String, _ code: Int32) -> Never {
        write(STDERR_FILENO, "\(message)\n", message.utf8.count + 1)
        exit(code)
    }

    private static func say(_ line: String) {
        print(line)
        fflush(nil)
    }
}
