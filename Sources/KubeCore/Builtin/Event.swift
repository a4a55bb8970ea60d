public import JSON

/// `events.k8s.io/v1` Event: something that happened to an object, for people.
public struct Event: Resource, JSONObjectDecodable, Hashable {
    public static let definition = ResourceDefinition(
        group: "events.k8s.io", version: "v1", kind: "Event", plural: "events", scope: .namespaced)

    /// How often the same thing has happened since, and when last.
    public struct Series: Sendable, Hashable {
        /// How often it was seen, the first time included.
        public var count: Int
        /// When it was seen last.
        public var lastObservedTime: Timestamp

        /// Made of its members.
        public init(count: Int, lastObservedTime: Timestamp) {
            self.count = count
            self.lastObservedTime = lastObservedTime
        }
    }

    public var metadata: ObjectMeta
    /// When it was seen first.
    public var eventTime: Timestamp?
    /// Nil while it was seen once.
    public var series: Series?
    /// As in `example.com/controller`.
    public var reportingController: String
    /// As in the pod's name.
    public var reportingInstance: String
    /// What was done, CamelCase.
    public var action: String
    /// Why, CamelCase.
    public var reason: String
    /// The object it is about.
    public var regarding: ObjectReference
    /// Another object that has to do with it.
    public var related: ObjectReference?
    /// At most 1 kB.
    public var note: String
    /// `Normal` or `Warning`.
    public var type: String

    /// Made of its members.
    public init(
        metadata: ObjectMeta, eventTime: Timestamp?, series: Series? = nil, reportingController: String, reportingInstance: String,
        action: String, reason: String, regarding: ObjectReference, related: ObjectReference? = nil, note: String, type: String
    ) {
        self.metadata = metadata
        self.eventTime = eventTime
        self.series = series
        self.reportingController = reportingController
        self.reportingInstance = reportingInstance
        self.action = action
        self.reason = reason
        self.regarding = regarding
        self.related = related
        self.note = note
        self.type = type
    }
}

extension Event {
    public init(reading members: JSONMembers) throws(JSONDecodingError) {
        metadata = try members.required("metadata")
        eventTime = try members.optional("eventTime")
        series = try members.optional("series")
        reportingController = try members.optional("reportingController", default: "")
        reportingInstance = try members.optional("reportingInstance", default: "")
        action = try members.optional("action", default: "")
        reason = try members.optional("reason", default: "")
        regarding = try members.optional("regarding", default: ObjectReference(apiVersion: "", kind: "", name: ""))
        related = try members.optional("related")
        note = try members.optional("note", default: "")
        type = try members.optional("type", default: "")
    }

    public var json: JSON {
        var object = JSONObject()
        object.set("eventTime", eventTime?.microText)
        object.set("series", series)
        object["reportingController"] = .string(reportingController)
        object["reportingInstance"] = .string(reportingInstance)
        object["action"] = .string(action)
        object["reason"] = .string(reason)
        object["regarding"] = regarding.json
        object.set("related", related)
        object["note"] = .string(note)
        object["type"] = .string(type)
        return resourceJSON(object)
    }
}

extension Event.Series: JSONObjectConvertible {
    public init(reading members: JSONMembers) throws(JSONDecodingError) {
        count = try members.required("count")
        lastObservedTime = try members.required("lastObservedTime")
    }

    public var json: JSON { ["count": .integer(Int64(count)), "lastObservedTime": .string(lastObservedTime.microText)] }
}
