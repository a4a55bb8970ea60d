import HTTPCore
import KubeCore

/// What a reflector does next: list → watch → list again when it must. Pure: it is told what happened and says what to do.
///
/// - A list is gathered page by page into a buffer, which replaces what was there as a whole.
/// - 410 in any form (list, watch, ERROR event) means listing anew; other errors of a watch mean watching on from where it was.
/// - Failures in a row wait longer and longer, with jitter; a watch that was healthy for a minute makes up for them.
struct WatchStateMachine<Object: KubeObject>: Sendable {
    enum Action: Hashable, Sendable {
        case pause(Duration)
        case list(continueToken: String?)
        case watch(resourceVersion: String, timeoutSeconds: Int)
    }

    /// What the list or the event means for the store.
    enum Effect: Sendable {
        case none
        case replace(ResourceList<Object>)
        case apply(WatchEvent<Object>)
        /// Stop reading this watch.
        case stop
    }

    private enum Phase: Sendable {
        case listing(ResourceList<Object>?)
        case watching(resourceVersion: String, since: Duration?)
    }

    private var phase = Phase.listing(nil)
    private var pause: Duration?
    private(set) var failures = 0
    private let backoff: Backoff

    /// A watch that lived this long makes up for earlier failures.
    static var healthyAfter: Duration { .seconds(60) }
    /// A watch that the server ends sooner counts as failed: or else two of them would chase one another.
    static var shortest: Duration { .seconds(5) }

    init(backoff: Backoff = .watch) { self.backoff = backoff }

    mutating func next(random: Double) -> Action {
        if let pause {
            self.pause = nil
            return .pause(pause)
        }
        switch phase {
        case .listing(let buffer): return .list(continueToken: buffer?.continueToken)
        case .watching(let version, _): return .watch(resourceVersion: version, timeoutSeconds: 240 + Int(random * 51))
        }
    }

    /// A page has arrived.
    mutating func listed(_ page: ResourceList<Object>) -> Effect {
        guard case .listing(let buffer) = phase else { return .none }
        var list = buffer ?? ResourceList(items: [], resourceVersion: "")
        list.items += page.items
        list.undecodable += page.undecodable
        list.resourceVersion = page.resourceVersion
        list.continueToken = page.continueToken
        if page.continueToken != nil {
            phase = .listing(list)
            return .none
        }
        phase = .watching(resourceVersion: list.resourceVersion, since: nil)
        return .replace(list)
    }

    mutating func listFailed(_ error: any Error, random: Double) {
        guard case .listing(let buffer) = phase else { return }
        let wasMidway = buffer != nil
        // What was gathered is of one version; the rest of it can't be had later.
        phase = .listing(nil)
        failed(error, random: random, firstIsFree: wasMidway && (error as? KubeError)?.isExpired ?? false)
    }

    /// The server has answered; events follow.
    mutating func watchStarted(now: Duration) {
        guard case .watching(let version, _) = phase else { return }
        phase = .watching(resourceVersion: version, since: now)
    }

    mutating func received(_ event: WatchEvent<Object>, now: Duration, random: Double) -> Effect {
        switch event {
        case .added(let object), .modified(let object), .deleted(let object): advance(to: object.metadata.resourceVersion)
        case .bookmark(let version, _): advance(to: version)
        case .error(let error):
            watchEnded(error, now: now, random: random)
            return .stop
        }
        return .apply(event)
    }

    /// An object could not be read; the watch goes on behind it.
    mutating func skipped(_ object: UndecodableObject) { advance(to: object.resourceVersion) }

    /// The watch is over: by the server, nil, or by an error.
    mutating func watchEnded(_ error: (any Error)?, now: Duration, random: Double) {
        guard case .watching(let version, let since) = phase else { return }
        let lived = since.map { now - $0 } ?? .zero
        if lived >= Self.healthyAfter { failures = 0 }
        phase = .watching(resourceVersion: version, since: nil)
        guard let error else {
            if lived < Self.shortest { failed(nil, random: random) }
            return
        }
        let status = error as? KubeError
        let isExpired = status?.isExpired ?? false
        // 404: the kind is gone and may come back with other versions. Too new: the server was restored.
        if isExpired || status?.code == .notFound || status?.isTooNew ?? false { phase = .listing(nil) }
        failed(error, random: random, firstIsFree: isExpired)
    }

    private mutating func advance(to new: String?) {
        guard let new, case .watching(let old, let since) = phase, ResourceVersion.isOlder(new, than: old) != true else { return }
        phase = .watching(resourceVersion: new, since: since)
    }

    private mutating func failed(_ error: (any Error)?, random: Double, firstIsFree: Bool = false) {
        failures += 1
        if firstIsFree, failures == 1 { return }
        pause = max(backoff.delay(failures, random: random), (error as? KubeError)?.retryAfter ?? .zero)
    }
}
