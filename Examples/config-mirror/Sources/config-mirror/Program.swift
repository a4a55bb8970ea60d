import Glibc
import Kube
import Logging
import ServiceLifecycle

@main
struct Program {
    static func main() async {
        let logger = Logger(label: "config-mirror")
        do {
            let client = try Client.connect()
            let identity = LeaderElection.uniqueIdentity()
            let fence = WriteFence()
            let election = LeaderElection(
                client: client, namespace: client.namespace, name: "config-mirror", identity: identity, fence: fence, logger: logger
            ) {
                try await work(client.fenced(by: fence), identity, logger)
            }
            try await ServiceGroup(services: [election], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger).run()
        } catch {
            logger.critical("ended", metadata: ["error": "\(error)"])
            exit(1)
        }
    }
}

extension Program {
    /// What one of the replicas does: watch, and reconcile.
    static func work(_ client: Client, _ identity: String, _ logger: Logger) async throws {
        let mirrors = Reflector<ConfigMirror>(Api(client), logger: logger)
        let configMaps = Reflector<ConfigMap>(Api(client), indices: [.mirror], logger: logger)
        let namespaces = Reflector<Namespace>(Api(client), logger: logger)
        let events = EventRecorder(client: client, controller: "example.com/config-mirror", instance: identity, logger: logger)
        let mirroring = Mirroring(
            client: client, mirrors: mirrors.store, configMaps: configMaps.store, namespaces: namespaces.store, events: events)

        let controller = Controller<ObjectKey>(
            "config-mirror",
            triggers: [
                .changes(of: mirrors.store),
                .changes(of: configMaps.store) { change in concerned(by: change, mirrors.store) },
                .changes(of: namespaces.store) { _ in mirrors.store.keys },
            ],
            generation: { mirrors.store.get($0)?.metadata.generation },
            logger: logger
        ) { key in
            try await mirroring.reconcile(key)
        }
        try await events.whileWriting { try await Concurrently([mirrors, configMaps, namespaces, controller]).run() }
    }

    /// A copy has its source's name: a config map concerns the mirrors that name it, whether it is source, copy or in the way.
    static func concerned(by change: Change<ConfigMap>, _ mirrors: Store<ConfigMirror>) -> [ObjectKey] {
        mirrors.all().filter { $0.spec.source == change.key.name }.map(\.key)
    }
}
