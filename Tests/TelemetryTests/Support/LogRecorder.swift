import Logging
import Synchronization
import Telemetry

/// Keeps what is logged.
final class LogRecorder: Sendable {
    private let state = Mutex<[String]>([])

    var lines: [String] { state.withLock { $0 } }

    func logger(_ format: LogFormat = .text, metadata: Logger.MetadataProvider? = nil, level: Logger.Level = .debug) -> Logger {
        let sink = LogSink { line in self.state.withLock { $0.append(String(decoding: line, as: UTF8.self)) } }
        var logger = Logger(label: "test") {
            LineLogHandler(label: $0, format: format, metadataProvider: metadata, sink: sink, wall: { 1_795_258_800_123_456_789 })
        }
        logger.logLevel = level
        return logger
    }
}

let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
