import GraftAPI
import JSON
import KubeClient
import KubeCore
import KubeRuntime
import Logging
import Schema
import ServiceLifecycle
import Synchronization

/// Registers the host and writes its status; the only writer of its ModuleHost.
final class HostReporter: Service {
    private let api: Api<ModuleHost>
    private let nodes: Api<Node>
    private let configuration: AgentConfiguration
    private let features: Set<String>
    private let logger: Logger
    private let surroundings: Surroundings
    private let contact: Contact
    private let hosts: Store<ModuleHost>
    private let wake = Wake()
    private let state = Mutex(State())

    private struct State {
        var machine = ReportStateMachine()
        var isRegistered = false
        /// Deleted while we were registering it: whether before or after the server had our request, nobody knows.
        var isGoneMeanwhile = false
        var registrationFailures = 0
    }

    init(
        client: Client, configuration: AgentConfiguration, features: Set<String>, contact: Contact, hosts: Store<ModuleHost>,
        logger: Logger, surroundings: Surroundings
    ) {
        api = Api(client)
        nodes = Api(client)
        self.configuration = configuration
        self.features = features
        self.contact = contact
        self.hosts = hosts
        self.logger = logger
        self.surroundings = surroundings
    }

    func report(_ report: SlotReport) {
        let now = surroundings.now()
        state.withLock { $0.machine.changed(report, now: now) }
        wake.wake()
    }

    /// Somebody deleted the object: it is registered again.
    func hostIsGone() {
        let now = surroundings.now()
        state.withLock { state in
            guard state.isRegistered else { return state.isGoneMeanwhile = true }
            state.isRegistered = false
            state.machine.forget(now: now)
        }
        wake.wake()
    }

    func run() async throws {
        while true {
            try Task.checkCancellation()
            guard state.withLock({ $0.isRegistered }) else {
                try await register()
                continue
            }
            let now = surroundings.now()
            switch state.withLock({ $0.machine.next(now: now) }) {
            case .wait(let moment): try await wake.wait(atMost: moment.map { $0 - surroundings.now() }, surroundings)
            case .write(let status): try await write(status)
            }
        }
    }

    private func register() async throws {
        // Or a host that goes again before the first list is never missed.
        try await hosts.waitUntilSynced()
        state.withLock { $0.isGoneMeanwhile = false }
        do {
            let body = registration(node: try await node())
            _ = try await api.apply(configuration.hostName, body, manager: GraftAPI.agentManager)
            contact.made(at: surroundings.now())
            state.withLock { ($0.isRegistered, $0.registrationFailures) = (!$0.isGoneMeanwhile, 0) }
            logger.info("host registered", metadata: ["host": "\(configuration.hostName)"])
        } catch {
            try Task.checkCancellation()
            let failures = state.withLock {
                $0.registrationFailures += 1
                return $0.registrationFailures
            }
            logger.warning("the host can't be registered; will try again", metadata: ["error": "\(error)"])
            try await surroundings.sleep(Backoff.watch.delay(failures, random: surroundings.random()))
        }
    }

    /// Our Node: its UID, so that our ModuleHost goes with it, and its zone. Nil where both are told already, where there is no
    /// Node, or it is none of our business.
    private func node() async throws -> Node? {
        if configuration.nodeUID != nil, !configuration.zone.isEmpty { return nil }
        do { return try await nodes.getIfPresent(configuration.nodeName) } catch let error as KubeError where error.code == .forbidden {
            return nil
        }
    }

    /// Just the fields an agent owns.
    private func registration(node: Node?) -> JSON {
        var spec = ModuleHostSpec()
        spec.hostClass = configuration.hostClass
        spec.nodeName = configuration.nodeName
        spec.runtimeVersion = configuration.runtimeVersion
        spec.contract = configuration.contract
        spec.capabilities = configuration.capabilities
        spec.agentVersion = configuration.agentVersion
        spec.features = features.sorted()
        spec.zone = configuration.zone.isEmpty ? node?.zone : configuration.zone
        var metadata: JSON = ["labels": configuration.labels.json]
        if let uid = configuration.nodeUID ?? node?.metadata.uid {
            metadata["ownerReferences"] = [
                ["apiVersion": "v1", "kind": "Node", "name": .string(configuration.nodeName), "uid": .string(uid)]
            ]
        }
        return ["metadata": metadata, "spec": spec.json]
    }

    private func write(_ status: ModuleHostStatus) async throws {
        let body: JSON = ["status": ["summary": .string(status.summary), "slots": status.slots.json]]
        do {
            _ = try await api.patchStatus(configuration.hostName, body, options: WriteOptions(manager: GraftAPI.agentManager))
            let now = surroundings.now()
            contact.made(at: now)
            // Where the object was deleted before the answer came, the one that is registered next has nothing of it.
            state.withLock { if $0.isRegistered { $0.machine.wrote(status, now: now) } }
        } catch let error as KubeError where error.code == .notFound {
            hostIsGone()
        } catch {
            try Task.checkCancellation()
            let (now, random) = (surroundings.now(), surroundings.random())
            state.withLock { $0.machine.failed(now: now) { Backoff.watch.delay($0, random: random) } }
            logger.warning("the host's status can't be written; will try again", metadata: ["error": "\(error)"])
        }
    }
}
