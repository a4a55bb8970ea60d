public import Logging

/// Writes each event as one line, as text or JSON.
///
/// Messages are constant and values stand in the metadata: the message is what one searches for. Metadata of the event wins over the
/// provider's (the reconcile, the trace), and that over the logger's.
public struct LineLogHandler: LogHandler {
    /// Less important events are not written.
    public var logLevel = Logger.Level.info
    /// What goes with every event.
    public var metadata: Logger.Metadata = [:]
    /// What goes with events of the task that logs.
    public var metadataProvider: Logger.MetadataProvider?
    private let label: String
    private let format: LogFormat
    private let sink: LogSink
    private let wall: @Sendable () -> UInt64

    /// - Parameters:
    ///   - metadataProvider: `.trace`, or more than that by `.multiplex`.
    public init(
        label: String, format: LogFormat, metadataProvider: Logger.MetadataProvider? = .trace, sink: LogSink = .standardError
    ) {
        self.init(label: label, format: format, metadataProvider: metadataProvider, sink: sink, wall: TelemetryTime.system.wall)
    }

    /// - Parameter wall: nanoseconds since 1970.
    package init(
        label: String, format: LogFormat, metadataProvider: Logger.MetadataProvider? = nil, sink: LogSink,
        wall: @escaping @Sendable () -> UInt64
    ) {
        self.label = label
        self.format = format
        self.metadataProvider = metadataProvider
        self.sink = sink
        self.wall = wall
    }

    /// One value of what goes with every event.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes it.
    public func log(event: LogEvent) {
        var all = metadata
        if let provided = metadataProvider?.get() { all.merge(provided) { $1 } }
        if let own = event.metadata { all.merge(own) { $1 } }
        if let error = event.error, all["error"] == nil { all["error"] = "\(error)" }
        let line = LogLine(
            time: LogTime.text(wall()), level: event.level, label: label, message: event.message.description, metadata: all)
        sink.write(line.bytes(format))
    }
}
