/// What part of a collection is asked for, and how fresh.
public struct ListOptions: Sendable, Hashable {
    /// Nil selects everything.
    public var labels: LabelSelector?
    /// Nil selects everything.
    public var fields: FieldSelector?
    /// Objects a page.
    public var limit: Int?
    /// From the page before.
    public var continueToken: String?
    /// Nil: the newest.
    public var resourceVersion: String?
    /// How `resourceVersion` is meant; only together with it.
    public var match: ResourceVersionMatch?

    /// Made of its members.
    public init(
        labels: LabelSelector? = nil, fields: FieldSelector? = nil, limit: Int? = nil, continueToken: String? = nil,
        resourceVersion: String? = nil, match: ResourceVersionMatch? = nil
    ) {
        self.labels = labels
        self.fields = fields
        self.limit = limit
        self.continueToken = continueToken
        self.resourceVersion = resourceVersion
        self.match = match
    }
}

/// How `resourceVersion` of a list is meant.
public enum ResourceVersionMatch: String, Sendable {
    /// At that version or any later one.
    case notOlderThan = "NotOlderThan"
    /// At that very version, or 410 when the server no longer has it.
    case exact = "Exact"
}

/// What is watched, and from where.
public struct WatchOptions: Sendable, Hashable {
    /// Nil selects everything.
    public var labels: LabelSelector?
    /// Nil selects everything.
    public var fields: FieldSelector?
    /// What follows this version; nil: first everything that is there.
    public var resourceVersion: String?
    /// After which the server ends the watch.
    public var timeoutSeconds: Int?
    /// Asks for events that say how far the watch has come while nothing changes.
    public var bookmarks: Bool
    /// A streaming list: first everything that is there, then a bookmark with `initialEventsEnd`.
    public var sendInitialEvents: Bool

    /// Made of its members.
    public init(
        labels: LabelSelector? = nil, fields: FieldSelector? = nil, resourceVersion: String? = nil, timeoutSeconds: Int? = nil,
        bookmarks: Bool = true, sendInitialEvents: Bool = false
    ) {
        self.labels = labels
        self.fields = fields
        self.resourceVersion = resourceVersion
        self.timeoutSeconds = timeoutSeconds
        self.bookmarks = bookmarks
        self.sendInitialEvents = sendInitialEvents
    }
}

/// How something is written.
public struct WriteOptions: Sendable, Hashable {
    /// The field manager that owns what is written.
    public var manager: String?
    /// Everything but storing it.
    public var dryRun: Bool

    /// Made of its members.
    public init(manager: String? = nil, dryRun: Bool = false) {
        self.manager = manager
        self.dryRun = dryRun
    }
}

/// How something is deleted.
public struct DeleteOptions: Sendable, Hashable {
    /// Nil: whatever is there under the name.
    public var preconditions: Preconditions?
    /// Nil: what the server does by default, for most kinds `background`.
    public var propagation: PropagationPolicy?
    /// For kinds that take time to go, pods above all; nil: the object's own.
    public var gracePeriodSeconds: Int?
    /// Everything but deleting it.
    public var dryRun: Bool

    /// Made of its members.
    public init(
        preconditions: Preconditions? = nil, propagation: PropagationPolicy? = nil, gracePeriodSeconds: Int? = nil, dryRun: Bool = false
    ) {
        self.preconditions = preconditions
        self.propagation = propagation
        self.gracePeriodSeconds = gracePeriodSeconds
        self.dryRun = dryRun
    }
}

/// What happens to what an object owns when it is deleted.
public enum PropagationPolicy: String, Sendable {
    /// First what it owns, then itself.
    case foreground = "Foreground"
    /// First itself, what it owns later.
    case background = "Background"
    /// What it owns stays, without an owner.
    case orphan = "Orphan"
}

/// A write happens only to this very object in this very state; otherwise the server answers 409.
public struct Preconditions: Sendable, Hashable {
    /// Nil: any object of the name.
    public var uid: String?
    /// Nil: in any state.
    public var resourceVersion: String?

    /// Made of its members.
    public init(uid: String? = nil, resourceVersion: String? = nil) {
        self.uid = uid
        self.resourceVersion = resourceVersion
    }

    /// `object` as it was read: neither changed nor created anew since.
    public init(of object: some KubeObject) {
        self.init(uid: object.metadata.uid, resourceVersion: object.metadata.resourceVersion)
    }
}

/// What a patch's body is.
public enum PatchType: Sendable, Hashable {
    /// RFC 7386.
    case merge
    /// RFC 6902.
    case json
    /// Server-side apply: the fields a manager owns, and their values.
    case apply

    /// As the request's content type names it.
    public var mediaType: String {
        switch self {
        case .merge: "application/merge-patch+json"
        case .json: "application/json-patch+json"
        case .apply: "application/apply-patch+yaml"  // JSON is YAML; servers know no other name for it before 1.34
        }
    }
}
