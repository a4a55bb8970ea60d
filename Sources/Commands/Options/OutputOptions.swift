import ArgumentParser
import JSON

/// How a command prints what it found.
struct OutputOptions: ParsableArguments {
    enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

    @Option(name: .shortAndLong, help: "text for people, json for programs.")
    var output = Format.text

    /// Prints `json` when that was asked for, else the text, if there is any.
    func print(_ json: @autoclosure () -> JSON, text: @autoclosure () -> String) {
        switch output {
        case .json: Swift.print(json().text(.pretty))
        case .text:
            let text = text()
            if !text.isEmpty { Swift.print(text) }
        }
    }
}
