import GraftAPI
import JSON
import KubeClient
import KubeCore
import KubeRuntime
import Logging
import ServiceLifecycle

/// Renews the agent's one Lease: as long as it does, its hosts are ready.
final class Heartbeat: Service {
    /// Seconds a Lease is good for.
    static let duration = 60
    static let period = Duration.seconds(20)

    private let api: Api<Lease>
    private let name: String
    private let contact: Contact
    private let logger: Logger
    private let surroundings: Surroundings

    init(client: Client, namespace: String, name: String, contact: Contact, logger: Logger, surroundings: Surroundings) {
        api = Api(client, namespace: namespace)
        self.name = name
        self.contact = contact
        self.logger = logger
        self.surroundings = surroundings
    }

    func run() async throws {
        var failures = 0
        while true {
            try Task.checkCancellation()
            do {
                try await renew()
                contact.made(at: surroundings.now())
                failures = 0
                // Agents that started together do not stay together.
                try await surroundings.sleep(Self.period * (0.9 + 0.2 * surroundings.random()))
            } catch {
                try Task.checkCancellation()
                failures += 1
                logger.warning("the Lease can't be renewed; will try again", metadata: ["lease": "\(name)", "error": "\(error)"])
                try await surroundings.sleep(
                    Backoff(base: .seconds(1), cap: .seconds(10)).delay(failures, random: surroundings.random()))
            }
        }
    }

    private func renew() async throws {
        let now = surroundings.wallTime()
        let spec = Lease.Spec(holderIdentity: name, leaseDurationSeconds: Self.duration, renewTime: now)
        let options = WriteOptions(manager: GraftAPI.agentManager)
        do {
            _ = try await api.mergePatch(name, ["spec": spec.json] as JSON, options: options)
        } catch let error as KubeError where error.code == .notFound {
            var first = spec
            first.acquireTime = now
            _ = try await api.create(["metadata": ["name": .string(name)], "spec": first.json] as JSON, options: options)
        }
    }
}
