/// How a reflector asks, and how long it lets a server be silent.
public struct ReflectorSettings: Sendable, Hashable {
    /// Asks for the first objects as a watch that begins with them (Kubernetes: «API Concepts», streaming lists), rather than page by
    /// page. A server that can't is asked for pages, by itself.
    public var streamsLists: Bool
    /// Where no streaming list is had: takes the first list from the API server's cache, all at once, as long as nothing has failed
    /// (`resourceVersion=0`). Old API servers, and those with an old etcd, need a tenth of the time for it. It is never older than what this store
    /// has seen, but may be older than what an earlier process saw.
    public var listsFromCache: Bool
    /// Objects a page, where pages are asked for.
    public var pageSize: Int
    /// After how many seconds the server is asked to end a watch; drawn anew for each, so that not all end at once.
    public var timeoutSeconds: ClosedRange<Int>
    /// After which silence the other end of a watch is taken for gone. Nil: five seconds longer than the watch was to last, or sooner by
    /// `bookmarkDeadline`.
    public var idle: Duration?
    /// After which silence the other end of a watch is taken for gone, once the server has shown that it sends bookmarks at intervals:
    /// Kubernetes' own does about once a minute. One that stops costs one watch.
    public var bookmarkDeadline: Duration
    /// After which silence a server is taken not to know streaming lists: it never says that the first objects were all.
    public var initialIdle: Duration

    /// Made of its members.
    public init(
        streamsLists: Bool = true, listsFromCache: Bool = false, pageSize: Int = 500, timeoutSeconds: ClosedRange<Int> = 240...290,
        idle: Duration? = nil, bookmarkDeadline: Duration = .seconds(150), initialIdle: Duration = .seconds(30)
    ) {
        self.streamsLists = streamsLists
        self.listsFromCache = listsFromCache
        self.pageSize = pageSize
        self.timeoutSeconds = timeoutSeconds
        self.idle = idle
        self.bookmarkDeadline = bookmarkDeadline
        self.initialIdle = initialIdle
    }
}
