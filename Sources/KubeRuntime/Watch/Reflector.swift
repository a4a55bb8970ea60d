public import KubeClient
public import KubeCore
public import Logging
public import ServiceLifecycle
import Synchronization

/// Keeps a store equal to what the API server has: lists once, then watches, for as long as it runs.
///
/// No event takes an object back in time; deletions that were missed are delivered with the next list; an object that can't be
/// read is logged and skipped, and what the store had of it stays until it is deleted.
public final class Reflector<Object: Resource>: Service {
    /// What to read, from the first moment on.
    public let store: Store<Object>
    let writer: StoreWriter<Object>
    let api: Api<Object>
    let labels: LabelSelector?
    let fields: FieldSelector?
    let trim: (@Sendable (inout Object) -> Void)?
    let settings: ReflectorSettings
    let logger: Logger
    let surroundings: Surroundings
    let machine: Mutex<WatchStateMachine<Object>>

    /// Follows what an ``/KubeClient/Api`` covers, as far as the selectors select it.
    /// - Parameter trim: takes off an object, before it is kept, what nobody reads here; never its name, namespace, UID or version. The same
    ///   object must come out the same each time.
    public init(
        _ api: Api<Object>, labels: LabelSelector? = nil, fields: FieldSelector? = nil, indices: [StoreIndex<Object>] = [],
        trim: (@Sendable (inout Object) -> Void)? = nil, settings: ReflectorSettings = ReflectorSettings(), logger: Logger,
        surroundings: Surroundings = .system
    ) {
        self.api = api
        self.labels = labels
        self.fields = fields
        self.trim = trim
        self.settings = settings
        writer = StoreWriter(indices: indices)
        store = writer.store
        var logger = logger
        logger[metadataKey: "kind"] = "\(Object.definition.kind)"
        self.logger = logger
        self.surroundings = surroundings
        machine = Mutex(WatchStateMachine(settings: settings))
    }

    /// Runs until the graceful shutdown or its cancellation. No failure ends it: it tries on.
    public func run() async throws { _ = try await untilGracefulShutdown { try await self.reflect() } }

    private func reflect() async throws {
        while true {
            try Task.checkCancellation()
            switch machine.withLock({ $0.next(random: surroundings.random()) }) {
            case .pause(let duration): try await surroundings.sleep(duration)
            case .list(let token, let limit): try await list(token, limit)
            case .stream(let timeout): try await stream(timeout)
            case .watch(let version, let timeout): try await watch(version, timeout)
            }
        }
    }

    /// Lists to the end, from a page on: each page is asked for while the one before is read.
    private func list(_ token: String?, _ limit: Int?) async throws {
        do {
            var options = ListOptions(labels: labels, fields: fields, limit: limit, continueToken: token)
            if settings.listsFromCache, token == nil, machine.withLock({ $0.failures == 0 }) {
                options.resourceVersion = store.resourceVersion ?? "0"
                options.match = .notOlderThan
            }
            let trim = trim
            try await api.parts(
                options,
                as: { object in
                    guard let trim else { return StoredObject(object) }
                    var object = object
                    trim(&object)
                    return StoredObject(object)
                }
            ) { part in
                for object in part.undecodable { report(object) }
                if case .replace(let list) = machine.withLock({ $0.listed(part) }) { adopt(list) }
            }
            tidyUp()
        } catch {
            try Task.checkCancellation()
            machine.withLock { $0.listFailed(error, random: surroundings.random()) }
            logger.warning("listing failed; will try again", metadata: ["error": "\(error)"])
        }
    }

    func adopt(_ list: GatheredList<Object>) {
        writer.replace(list.objects, keeping: Set(list.undecodable.compactMap(\.key)), resourceVersion: list.resourceVersion)
        logger.debug("listed", metadata: ["objects": "\(list.objects.count)", "resourceVersion": "\(list.resourceVersion)"])
    }

    /// After a list: what a big one took on its way goes back to the system.
    func tidyUp() {
        if store.count >= 1_000 { FreedMemory.giveBack() }
    }

    func report(_ object: UndecodableObject) {
        logger.error("an object can't be read; skipped", metadata: ["object": "\(object)"])
    }
}
