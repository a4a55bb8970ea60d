import Harness
import JSON
import KubeClient
import KubeCore
import KubeRuntime
import KubeServer
import Testing

@Suite struct EmbeddedReflectorTests {
    @Test func `A reflector survives restarts of the server, and tells what it missed`() async throws {
        try await withTemporaryFile { path in
            let transport = RestartingServer()
            let client = try transport.client()
            let api = Api<ConfigMap>(client, namespace: "default")
            let reflector = Reflector<ConfigMap>(Api(client), logger: silent)
            let changes = Recorder<String>()
            reflector.store.subscribe { changes.add("\($0.kind) \($0.key.name)") }

            try await running([{ try await reflector.run() }]) {
                // Given a server with two objects, which the reflector knows
                try await transport.withServer(path) { first in
                    transport.use(first)
                    try await api.create(ConfigMap(metadata: ObjectMeta(name: "stays"), data: ["a": "1"]))
                    try await api.create(ConfigMap(metadata: ObjectMeta(name: "goes")))
                    try await eventually("both") { changes.count == 2 && reflector.store.count == 2 }
                }
                changes.clear()
                // When it is away, and things change before the reflector can come back
                try await transport.withServer(path) { second in
                    let behind = Api<ConfigMap>(
                        try Client(transport: second.inProcessTransport(), server: "https://embedded.invalid"), namespace: "default")
                    try await behind.delete("goes")
                    try await behind.mergePatch("stays", ["data": ["a": "2"]] as JSON)
                    try await behind.create(ConfigMap(metadata: ObjectMeta(name: "comes")))
                    try second.compact()
                    #expect(reflector.store.count == 2, "what was known stays while the server is away")
                    transport.use(second)
                    // Then it hears of all that, and of what follows
                    try await eventually("what was missed: \(changes.all)") {
                        Set(changes.all) == ["deleted goes", "modified stays", "added comes"]
                    }
                    #expect(reflector.store.get(ObjectKey(namespace: "default", name: "stays"))?.data == ["a": "2"])
                    try await api.delete("comes")
                    try await eventually("the deletion") { changes.all.last == "deleted comes" }
                }
                // And when nothing happened while it was away, nothing is told
                changes.clear()
                try await transport.withServer(path) { third in
                    transport.use(third)
                    try await api.create(ConfigMap(metadata: ObjectMeta(name: "last")))
                    try await eventually("the last") { changes.all.contains("added last") }
                }
                #expect(changes.all == ["added last"])
            }
        }
    }

    @Test func `Watches that are cut off as too old lead to a new list, with no change lost`() async throws {
        try await withEmbeddedCluster { cluster in
            let api = Api<ConfigMap>(cluster.client, namespace: "default")
            let reflector = Reflector<ConfigMap>(Api(cluster.client), logger: silent)
            try await running([{ try await reflector.run() }]) {
                for round in 0..<20 {
                    try await api.apply("x\(round % 5)", ["data": ["round": .string("\(round)")]] as JSON, manager: "m")
                    if round % 3 == 0 { try cluster.server.compact() }
                    if round % 4 == 0 { try await api.deleteIfPresent("x\((round + 1) % 5)") }
                }
                let expected = try await api.list().items
                try await eventually("the same objects") {
                    Dictionary(uniqueKeysWithValues: reflector.store.all().map { ($0.key, $0) })
                        == Dictionary(uniqueKeysWithValues: expected.map { ($0.key, $0) })
                }
            }
        }
    }

    @Test func `A reflector with selectors sees objects come into its view and leave it`() async throws {
        try await withEmbeddedCluster { cluster in
            let api = Api<ConfigMap>(cluster.client, namespace: "default")
            let reflector = Reflector<ConfigMap>(api, labels: LabelSelector(matchLabels: ["tier": "edge"]), logger: silent)
            let changes = Recorder<String>()
            reflector.store.subscribe { changes.add("\($0.kind) \($0.key.name)") }
            try await running([{ try await reflector.run() }]) {
                try await api.create(ConfigMap(metadata: ObjectMeta(name: "x", labels: ["tier": "core"])))
                try await reflector.store.waitUntilSynced()
                try await api.mergePatch("x", ["metadata": ["labels": ["tier": "edge"]]] as JSON)
                try await eventually("it comes") { changes.all == ["added x"] }
                try await api.mergePatch("x", ["metadata": ["labels": ["tier": "core"]]] as JSON)
                try await eventually("it leaves") { changes.all == ["added x", "deleted x"] }
            }
        }
    }
}
