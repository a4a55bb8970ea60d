import KubeCore

/// What an event says, but for when.
struct EventContent: Sendable, Hashable {
    var type: EventType
    var reason: String
    var action: String
    var note: String
    var regarding: ObjectReference
    var related: ObjectReference?

    /// Equal for events of one series: an object is one object, whatever version of it an event names.
    var series: EventContent {
        var content = self
        content.regarding.resourceVersion = nil
        content.related?.resourceVersion = nil
        return content
    }

    /// Equal for events that differ in their note alone.
    var similar: EventContent {
        var content = series
        content.note = ""
        return content
    }
}
