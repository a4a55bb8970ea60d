/// One line of a watch.
public enum WatchEvent<Object: Sendable>: Sendable {
    case added(Object)
    case modified(Object)
    case deleted(Object)
    /// Nothing changed up to this resource version. `initialEventsEnd` marks the end of a streaming list.
    case bookmark(resourceVersion: String, initialEventsEnd: Bool)
    /// The server ends the watch, with 410 most often.
    case error(KubeError)
}
