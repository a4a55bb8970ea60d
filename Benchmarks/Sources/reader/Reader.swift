import Glibc
import JSON
import Stations

/// The client that is measured, in a process of its own. Prints one JSON object; times in seconds, memory in bytes.
///
///     reader memory KUBECONFIG FORM                one sync in a fresh process
///     reader time KUBECONFIG FORM ROUNDS           downloads and syncs in turns
///     reader latency KUBECONFIG EVENTS             from an event's dispatch to the start of its reconcile
///
/// The form is one of `pages`, `cache` and `stream`.
@main
struct Reader {
    static func main() async {
        let arguments = Array(CommandLine.arguments.dropFirst())
        do {
            guard arguments.count >= 2 else { throw Failure("wanted a mode and a kubeconfig; found \(arguments)") }
            let connection = try Connection(kubeconfig: arguments[1])
            func number(_ position: Int, _ other: Int) -> Int { arguments.count > position ? Int(arguments[position]) ?? other : other }
            let form = Form(arguments.count > 2 ? arguments[2] : "pages", page: number(4, 500)) ?? .pages(500)
            let figures: JSON
            switch arguments[0] {
            case "memory": figures = try await Memory(connection: connection, form: form).measure()
            case "time": figures = try await Times(connection: connection, form: form, rounds: number(3, 5)).measure()
            case "latency": figures = try await Latency(connection, events: number(2, 20_000)).measure()
            default: throw Failure("\(arguments[0]) is no mode; wanted memory, time or latency")
            }
            print(figures.text())
        } catch {
            complain("reader: \(error)")
            exit(2)
        }
    }
}

struct Failure: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
}
