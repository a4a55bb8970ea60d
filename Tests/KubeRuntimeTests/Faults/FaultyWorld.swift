import Harness
import JSON
import KubeClient
import KubeCore
import KubeRuntime
import KubeServer
import Testing

/// A reflector that sees an API server through a proxy which goes wrong, and a client that does not.
struct FaultyWorld: Sendable {
    let faulty: FaultyCluster
    let namespace: String
    /// Straight to the server.
    let api: Api<ConfigMap>
    let reflector: Reflector<ConfigMap>
    let witness: Witness
    let time: HurriedTime
    let patience: Patience

    init(
        _ faulty: FaultyCluster, namespace: String, settings: ReflectorSettings, patience: Patience = Patience(.seconds(2)),
        time: HurriedTime = HurriedTime(), indices: [StoreIndex<ConfigMap>] = []
    ) throws {
        self.faulty = faulty
        self.namespace = namespace
        self.time = time
        self.patience = patience
        var settings = settings
        // Pauses are shortened, and this one would end beginnings that are only slow.
        if settings.initialIdle == .seconds(30) { settings.initialIdle = .seconds(1_000_000) }
        api = Api(faulty.direct, namespace: namespace)
        reflector = Reflector(
            Api(try faulty.client(patience: patience), namespace: namespace), indices: indices, settings: settings, logger: silent,
            surroundings: time.surroundings)
        witness = Witness(reflector.store)
    }

    var store: Store<ConfigMap> { reflector.store }
    /// What the reflector asked.
    var requests: [ProxiedRequest] { faulty.proxy.requests.filter { $0.target.contains("/namespaces/\(namespace)/") } }
    var watches: [ProxiedRequest] { requests.filter(\.isWatch) }
    func key(_ name: String) -> ObjectKey { ObjectKey(namespace: namespace, name: name) }

    func write(_ name: String, _ value: String) async throws {
        try await api.apply(name, ["data": ["value": .string(value)]] as JSON, manager: "test")
    }

    /// Makes an object one that its readers can't read: the server does not mind.
    func spoil(_ name: String) async throws {
        _ = try await faulty.direct.send(
            APIRequest(
                method: .patch, path: "/api/v1/namespaces/\(namespace)/configmaps/\(name)", contentType: PatchType.merge.mediaType,
                body: ["data": 7]))
    }

    /// Things that happen to objects `a`, `b` and `c`: a change, a deletion, a creation, a replacement.
    func muchHappens() async throws {
        try await write("a", "grün 🌱 \n\"\\u0000\"")
        try await api.delete("b")
        try await write("d", "new")
        try await write("a", "blau")
        try await api.delete("c")
        try await write("c", "another")
    }

    /// Waits until the store has what the server has, and checks that subscribers have heard just that, in an order that can be.
    func settles(_ what: String = "the store equals the server's state") async throws {
        try await eventually("\(what); asked \(requests.map(\.target)); has \(store.all())", every: .milliseconds(10)) {
            let list = try await api.list()
            let spoilt = Set(list.undecodable.compactMap(\.key))
            let here = store.snapshot().all().filter { !spoilt.contains($0.key) }
            return Dictionary(uniqueKeysWithValues: here.map { ($0.key, $0) })
                == Dictionary(uniqueKeysWithValues: list.items.map { ($0.key, $0) })
        }
        // Subscribers hear of a change after the store holds it.
        try await eventually("the subscriber knows what the store holds; it was told \(witness.told)", every: .milliseconds(10)) {
            witness.known == Dictionary(uniqueKeysWithValues: store.all().map { ($0.key, $0) })
        }
        #expect(witness.contradictions == [])
    }
}

/// Runs a reflector behind a proxy, on objects `a`, `b` and `c`.
/// - Parameter script: what the proxy does from the beginning.
func withFaultyWorld(
    streams: Bool, settings: ReflectorSettings = ReflectorSettings(), configuration: KubeServer.Configuration = .init(),
    patience: Duration? = .seconds(2), indices: [StoreIndex<ConfigMap>] = [], _ script: @escaping FaultProxy.Script = { _ in .pass },
    _ body: (FaultyWorld) async throws -> Void
) async throws {
    var settings = settings
    settings.streamsLists = streams
    try await withFaultyCluster(configuration) { faulty in
        let world = try FaultyWorld(faulty, namespace: "default", settings: settings, patience: Patience(patience), indices: indices)
        for name in ["a", "b", "c"] { try await world.write(name, "first") }
        faulty.proxy.play(script)
        try await running([{ try await world.reflector.run() }]) { try await body(world) }
    }
}

/// A script that does something to the first requests of a kind, and nothing to all others.
func first(_ kind: @escaping @Sendable (ProxiedRequest) -> Bool, _ plan: ProxyPlan, times: Int = 1) -> FaultProxy.Script {
    let seen = Recorder<Int>()
    return { request in
        guard kind(request) else { return .pass }
        seen.add(request.number)
        return seen.count <= times ? plan : .pass
    }
}

/// What can be wrong, by name.
struct Fault: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let plan: ProxyPlan

    init(_ name: String, _ plan: ProxyPlan) {
        testDescription = name
        self.plan = plan
    }
}
