package import Logging

/// Writes each event as one line, as text or JSON.
///
/// Messages are constant and values stand in the metadata: the message is what one searches for. Metadata of the event wins over the
/// provider's (the reconcile, the trace), and that over the logger's.
package struct LineLogHandler: LogHandler {
    package var logLevel = Logger.Level.info
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?
    private let label: String
    private let format: LogFormat
    private let sink: LogSink
    private let wall: @Sendable () -> UInt64

    package init(
        label: String, format: LogFormat, metadataProvider: Logger.MetadataProvider? = nil, sink: LogSink = .standardError,
        wall: @escaping @Sendable () -> UInt64 = TelemetryTime.system.wall
    ) {
        self.label = label
        self.format = format
        self.metadataProvider = metadataProvider
        self.sink = sink
        self.wall = wall
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var all = metadata
        if let provided = metadataProvider?.get() { all.merge(provided) { $1 } }
        if let own = event.metadata { all.merge(own) { $1 } }
        if let error = event.error, all["error"] == nil { all["error"] = "\(error)" }
        let line = LogLine(
            time: LogTime.text(wall()), level: event.level, label: label, message: event.message.description, metadata: all)
        sink.write(line.bytes(format))
    }
}
