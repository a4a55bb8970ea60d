import HTTPCore
import KubeClient
import KubeCore

/// What a reflector does next: list → watch → list again when it must. Pure: it is told what happened and says what to do.
///
/// - A list, streaming or in pages, is gathered in a buffer, which replaces what was there as a whole.
/// - 410 in any form (list, watch, ERROR event) means listing anew; other errors of a watch mean watching on from where it was.
/// - A streaming list that fails is followed by one in pages, so that no fault of streams alone keeps the store from being filled; where the
///   server refuses streaming lists, none is asked for again.
/// - Failures in a row wait longer and longer, with jitter; a watch that was healthy for a minute makes up for them.
struct WatchStateMachine<Object: KubeObject>: Sendable {
    enum Action: Hashable, Sendable {
        case pause(Duration)
        /// A page; with no limit, the whole list at once.
        case list(continueToken: String?, limit: Int?)
        /// A watch that begins with everything that is there.
        case stream(timeoutSeconds: Int)
        case watch(resourceVersion: String, timeoutSeconds: Int)
    }

    /// What the list or the event means for the store.
    enum Effect: Sendable {
        case none
        case replace(GatheredList<Object>)
        case apply(WatchEvent<Object>)
        /// An object that can't be read has changed or is gone.
        case skip(UndecodableObject)
        /// Stop reading this watch.
        case stop
    }

    /// The server never said that the first objects of a streaming list were all.
    struct InitialEventsEndless: Error, CustomStringConvertible {
        var silence: Duration
        var description: String {
            "no bookmark has ended the first events of a streaming list within \(silence) after the last of them: the server seems not to know such lists"
        }
    }

    private enum Phase: Sendable {
        /// Everything must be listed.
        case unknown
        /// Between two pages.
        case listing(GatheredList<Object>)
        case streaming(InitialEvents<Object>, since: Duration?)
        /// All is known up to a version, and nothing is open.
        case behind(resourceVersion: String)
        case watching(resourceVersion: String, since: Duration?)
    }

    private var phase = Phase.unknown
    private var pause: Duration?
    private(set) var failures = 0
    /// The server refuses streaming lists.
    private(set) var refusesStreams: Bool
    /// The last streaming list broke: pages until a list is whole.
    private var streamFailed = false
    /// The continue token expired on the way: the list is asked for at once, else it might never come to its end.
    private var pagesExpired = false
    /// Watches in a row that ended at a line that is no event, without one that is.
    private var unreadable = 0
    /// The server sends bookmarks while nothing happens, not only at a watch's end.
    private(set) var sendsBookmarks = false
    private var bookmarksOfThisWatch = 0
    private let backoff: Backoff
    private let settings: ReflectorSettings

    /// A watch that lived this long makes up for earlier failures.
    static var healthyAfter: Duration { .seconds(60) }
    /// A watch that the server ends sooner, having told nothing new, counts as failed.
    static var shortest: Duration { .seconds(1) }
    /// So many watches that end at the same unreadable line, and a list is to get past it.
    static var unreadableLimit: Int { 3 }

    init(settings: ReflectorSettings = ReflectorSettings(), backoff: Backoff = .watch) {
        self.settings = settings
        self.backoff = backoff
        refusesStreams = !settings.streamsLists
    }

    mutating func next(random: Double) -> Action {
        if let pause {
            self.pause = nil
            return .pause(pause)
        }
        let timeout = settings.timeoutSeconds
        let seconds = min(timeout.upperBound, timeout.lowerBound + Int(random * Double(timeout.count)))
        switch phase {
        case .listing(let buffer): return .list(continueToken: buffer.continueToken, limit: settings.pageSize)
        case .unknown, .streaming:
            if refusesStreams || streamFailed || pagesExpired {
                phase = .unknown
                return .list(continueToken: nil, limit: pagesExpired ? nil : settings.pageSize)
            }
            phase = .streaming(InitialEvents(), since: nil)
            return .stream(timeoutSeconds: seconds)
        case .behind(let version), .watching(let version, _):
            phase = .watching(resourceVersion: version, since: nil)
            return .watch(resourceVersion: version, timeoutSeconds: seconds)
        }
    }

    /// How many of the first events of a streaming list have come; nil when none is under way, or not answered yet.
    var initialEvents: Int? {
        guard case .streaming(let initial, since: .some) = phase else { return nil }
        return initial.count
    }

    /// Whether a streaming list is under way.
    var isStreaming: Bool {
        guard case .streaming = phase else { return false }
        return true
    }

    private mutating func advance(to new: String?) {
        guard let new, case .watching(let old, let since) = phase, ResourceVersion.isOlder(new, than: old) != true, new != old else {
            return
        }
        unreadable = 0
        phase = .watching(resourceVersion: new, since: since)
    }

    private mutating func failed(_ error: (any Error)?, random: Double, firstIsFree: Bool = false) {
        failures += 1
        if firstIsFree, failures == 1 { return }
        pause = max(backoff.delay(failures, random: random), (error as? KubeError)?.retryAfter ?? .zero)
    }
}

// MARK: Lists in pages

extension WatchStateMachine {
    /// A page has arrived, or a part of one.
    mutating func listed(_ part: ListPart<StoredObject<Object>>) -> Effect {
        guard let list = gather(part) else { return .none }
        guard let metadata = part.metadata, metadata.continueToken == nil else {
            phase = .listing(list)
            return .none
        }
        phase = .behind(resourceVersion: list.resourceVersion)
        (streamFailed, pagesExpired, unreadable) = (false, false, 0)
        return .replace(list)
    }

    /// What is there of a list with another part; nil when none is under way.
    private mutating func gather(_ part: ListPart<StoredObject<Object>>) -> GatheredList<Object>? {
        var list: GatheredList<Object>
        switch phase {
        case .unknown: list = GatheredList()
        case .listing(let buffer): list = buffer
        case .streaming, .behind, .watching: return nil
        }
        phase = .unknown  // Else the buffer is copied for each part.
        list.take(part)
        return list
    }

    mutating func listFailed(_ error: any Error, random: Double) {
        let isExpired = (error as? KubeError)?.isExpired ?? false
        let wasMidway: Bool
        switch phase {
        case .unknown: wasMidway = false
        case .listing: wasMidway = true
        case .streaming, .behind, .watching: return
        }
        // What was gathered is of one version; the rest of it can't be had later.
        phase = .unknown
        if wasMidway, isExpired { pagesExpired = true }
        failed(error, random: random, firstIsFree: wasMidway && isExpired)
    }
}

// MARK: Watches, and streaming lists

extension WatchStateMachine {
    /// The server has answered; events follow. A watch lives from when it was asked for: that its answer was late is no reason to ask less
    /// often, and how often is what counts.
    mutating func watchStarted(asked: Duration) {
        bookmarksOfThisWatch = 0
        switch phase {
        case .watching(let version, _): phase = .watching(resourceVersion: version, since: asked)
        case .streaming(let initial, _): phase = .streaming(initial, since: asked)
        case .unknown, .listing, .behind: break
        }
    }

    /// Time and chance are asked for when an event needs them, which hardly any does: chance costs a call into the kernel.
    mutating func received(_ event: WatchEvent<Object>, now: @autoclosure () -> Duration, random: @autoclosure () -> Double) -> Effect {
        if case .error(let error) = event {
            ended(error, asEvent: true, now: now(), random: random())
            return .stop
        }
        if case .streaming(var initial, let since) = phase {
            if case .bookmark(let version, initialEventsEnd: true) = event {
                phase = .watching(resourceVersion: version, since: since)
                (streamFailed, pagesExpired, unreadable) = (false, false, 0)
                return .replace(initial.list(resourceVersion: version))
            }
            phase = .unknown  // Else the buffer is copied for each event.
            initial.take(event)
            phase = .streaming(initial, since: since)
            return .none
        }
        switch event {
        case .added(let object), .modified(let object), .deleted(let object): advance(to: object.metadata.resourceVersion)
        case .bookmark(let version, _):
            bookmarksOfThisWatch += 1
            if bookmarksOfThisWatch > 1 { sendsBookmarks = true }
            advance(to: version)
        case .error: break
        }
        return .apply(event)
    }

    /// An object could not be read; the watch goes on behind it.
    mutating func skipped(_ object: UndecodableObject) -> Effect {
        if case .streaming(var initial, let since) = phase {
            initial.skip(object)
            phase = .streaming(initial, since: since)
            return .none
        }
        advance(to: object.resourceVersion)
        return .skip(object)
    }

    /// The watch is over: by the server, nil, or by an error. After an ERROR event nothing more is to be said.
    mutating func watchEnded(_ error: (any Error)?, now: Duration, random: Double) {
        ended(error, asEvent: false, now: now, random: random)
    }

    private mutating func ended(_ error: (any Error)?, asEvent: Bool, now: Duration, random: Double) {
        switch phase {
        case .unknown, .listing, .behind: break
        case .streaming(let initial, let since):
            phase = .unknown
            streamEnded(error, asFirstEvent: asEvent && initial.count == 0, hadStarted: since != nil, random: random)
        case .watching(let version, let since):
            let lived = since.map { now - $0 } ?? .zero
            if lived >= Self.healthyAfter { failures = 0 }
            // Silent at last, or no longer what it was: it has to show anew that it sends them.
            if (error as? TransportError)?.code == .timeout { sendsBookmarks = false }
            phase = .behind(resourceVersion: version)
            guard let error else {
                if lived < Self.shortest { failed(nil, random: random) }
                return
            }
            let status = error as? KubeError
            let isExpired = status?.isExpired ?? false
            if status?.code == .unexpectedAnswer { unreadable += 1 }
            // 404: the kind is gone and may come back with other versions. Too new: the server was restored.
            if isExpired || status?.code == .notFound || status?.isTooNew ?? false || unreadable >= Self.unreadableLimit {
                unreadable = 0
                phase = .unknown
            }
            failed(error, random: random, firstIsFree: isExpired)
        }
    }

    /// A streaming list has ended before it was whole.
    private mutating func streamEnded(_ error: (any Error)?, asFirstEvent: Bool, hadStarted: Bool, random: Double) {
        if isRefusal(error, asFirstEvent: asFirstEvent) {
            refusesStreams = true
            return
        }
        switch error {
        // Nobody answered: pages would not have come either.
        case let error as TransportError where !hadStarted && error.code != .timeout: break
        case let error as KubeError where [401, 429, 503, 504].contains(error.status): break
        default: streamFailed = true
        }
        failed(error, random: random)
    }

    /// How servers say that they have no streaming lists: those before 1.27 and those with the feature turned off by 400 or 422; those whose
    /// storage can't by 200 and an ERROR event («… the required storage feature RequestWatchProgress is disabled»); those that don't
    /// know the parameter by no end.
    private func isRefusal(_ error: (any Error)?, asFirstEvent: Bool) -> Bool {
        if error is InitialEventsEndless { return true }
        guard let error = error as? KubeError else { return false }
        return error.status == 400 || error.status == 422 || [.badRequest, .invalid].contains(error.code)
            || (asFirstEvent && error.code == .internalError)
    }
}
