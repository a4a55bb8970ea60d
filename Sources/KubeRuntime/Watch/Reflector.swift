public import KubeClient
public import KubeCore
public import Logging
public import ServiceLifecycle
import Synchronization

/// Keeps a store equal to what the API server has: lists once, then watches, for as long as it runs.
///
/// No event takes an object back in time; deletions that were missed are delivered with the next list; an object that can't be
/// read is logged and skipped, and what the store had of it stays.
public final class Reflector<Object: Resource>: Service {
    /// What to read, from the first moment on.
    public let store: Store<Object>
    private let writer: StoreWriter<Object>
    private let api: Api<Object>
    private let labels: LabelSelector?
    private let fields: FieldSelector?
    private let logger: Logger
    private let surroundings: Surroundings
    private let machine = Mutex(WatchStateMachine<Object>())

    /// Follows what an ``/KubeClient/Api`` covers, as far as the selectors select it.
    public init(
        _ api: Api<Object>, labels: LabelSelector? = nil, fields: FieldSelector? = nil, indices: [StoreIndex<Object>] = [],
        logger: Logger, surroundings: Surroundings = .system
    ) {
        self.api = api
        self.labels = labels
        self.fields = fields
        writer = StoreWriter(indices: indices)
        store = writer.store
        var logger = logger
        logger[metadataKey: "kind"] = "\(Object.definition.kind)"
        self.logger = logger
        self.surroundings = surroundings
    }

    /// Runs until the graceful shutdown or its cancellation. No failure ends it: it tries on.
    public func run() async throws { _ = try await untilGracefulShutdown { try await self.reflect() } }

    private func reflect() async throws {
        while true {
            try Task.checkCancellation()
            switch machine.withLock({ $0.next(random: surroundings.random()) }) {
            case .pause(let duration): try await surroundings.sleep(duration)
            case .list(let token): try await list(token)
            case .watch(let version, let timeout): try await watch(version, timeout)
            }
        }
    }

    private func list(_ token: String?) async throws {
        do {
            let page = try await api.page(
                ListOptions(labels: labels, fields: fields, limit: Api<Object>.pageSize, continueToken: token))
            for object in page.undecodable { report(object) }
            guard case .replace(let list) = machine.withLock({ $0.listed(page) }) else { return }
            writer.replace(list.items, keeping: Set(list.undecodable.compactMap(\.key)), resourceVersion: list.resourceVersion)
            logger.debug("listed", metadata: ["objects": "\(list.items.count)", "resourceVersion": "\(list.resourceVersion)"])
        } catch {
            try Task.checkCancellation()
            machine.withLock { $0.listFailed(error, random: surroundings.random()) }
            logger.warning("listing failed; will try again", metadata: ["error": "\(error)"])
        }
    }

    private func watch(_ version: String, _ timeout: Int) async throws {
        let options = WatchOptions(labels: labels, fields: fields, resourceVersion: version, timeoutSeconds: timeout)
        var failure: (any Error)?
        do {
            try await follow(options)
        } catch {
            try Task.checkCancellation()
            failure = error
            logger.info("the watch ended; will go on", metadata: ["error": "\(error)"])
        }
        machine.withLock { $0.watchEnded(failure, now: surroundings.now(), random: surroundings.random()) }
    }

    private func follow(_ options: WatchOptions) async throws {
        let skip: (UndecodableObject) -> Void = { object in
            self.report(object)
            self.machine.withLock { $0.skipped(object) }
        }
        try await api.watch(options, undecodable: skip) { stream in
            self.machine.withLock { $0.watchStarted(now: self.surroundings.now()) }
            while let event = try await stream.next() {
                if case .error(let error) = event {
                    self.logger.info("the server ended the watch", metadata: ["error": "\(error)"])
                }
                switch self.machine.withLock({
                    $0.received(event, now: self.surroundings.now(), random: self.surroundings.random())
                }) {
                case .apply(let event): self.writer.apply(event)
                case .stop: return
                case .none, .replace: break
                }
            }
        }
    }

    private func report(_ object: UndecodableObject) {
        logger.error("an object can't be read; skipped", metadata: ["object": "\(object)"])
    }
}
