/// One line of a watch.
public enum WatchEvent<Object: Sendable>: Sendable {
    /// It was created, or came into the selectors' view; also what was there when the watch began.
    case added(Object)
    /// It changed.
    case modified(Object)
    /// It was deleted, or left the selectors' view: its last state.
    case deleted(Object)
    /// Nothing changed up to this resource version. `initialEventsEnd` marks the end of a streaming list.
    case bookmark(resourceVersion: String, initialEventsEnd: Bool)
    /// The server ends the watch, with 410 most often.
    case error(KubeError)
}
