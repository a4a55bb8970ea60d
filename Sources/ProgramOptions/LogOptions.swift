public import ArgumentParser
public import Logging

/// What is logged, to standard error.
package struct LogOptions: ParsableArguments {
    @Option(help: "Least important level of what is logged: debug, info, notice, warning, error.")
    package var logLevel = Logger.Level.info

    package init() {}

    package func logger(_ label: String) -> Logger {
        var logger = Logger(label: label, factory: { StreamLogHandler.standardError(label: $0) })
        logger.logLevel = logLevel
        return logger
    }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
