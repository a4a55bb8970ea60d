public import ArgumentParser
public import Logging
package import Telemetry

/// What is logged, to standard error.
package struct LogOptions: ParsableArguments {
    @Option(help: "Least important level of what is logged: debug, info, notice, warning, error.")
    package var logLevel = Logger.Level.info
    @Option(help: "How a line of the log looks: text, for people; json, for programs.")
    package var logFormat = LogFormat.text

    package init() {}

    /// - Parameter metadata: what goes with each line beside the logger's own, such as the reconcile that it belongs to.
    package func logger(_ label: String, metadata: Logger.MetadataProvider? = nil) -> Logger {
        let provider = metadata.map { Logger.MetadataProvider.multiplex([.trace, $0]) ?? .trace } ?? .trace
        let format = logFormat
        var logger = Logger(label: label, factory: { LineLogHandler(label: $0, format: format, metadataProvider: provider) })
        logger.logLevel = logLevel
        return logger
    }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
extension LogFormat: ExpressibleByArgument {}
