import ArgumentParser

/// How wide the windows are in which hosts are compared by what their agents tell.
package struct StreamWindowOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Seconds of the windows in which hosts are compared, 1 to 300; no fewer than the interval at which agents look at their hosts.",
            valueName: "seconds"))
    package var streamsWindow = 10

    package init() {}

    package func validate() throws {
        guard (1...300).contains(streamsWindow) else {
            throw ValidationError("--streams-window: found \(streamsWindow), wanted 1 to 300")
        }
    }

    package var width: Duration { .seconds(streamsWindow) }
}
