import Harness
import JSON
import KubeClient
import KubeCore
import KubeServer
import Testing

/// The client against the embedded API server: both mean the same by what they say.
@Suite struct EmbeddedApiTests {
    private func configMaps(_ cluster: EmbeddedCluster) -> Api<ConfigMap> { Api(cluster.client, namespace: "default") }

    @Test func `Objects are created, applied, patched and deleted`() async throws {
        try await withEmbeddedCluster { cluster in
            let api = configMaps(cluster)
            let created = try await api.create(ConfigMap(metadata: ObjectMeta(name: "x"), data: ["a": "1"]))
            #expect(created.metadata.uid != nil)
            await #expect(performing: { try await api.create(ConfigMap(metadata: ObjectMeta(name: "x"))) }, throws: isCode(.alreadyExists))
            #expect(try await api.apply("x", ["data": ["b": "2"]] as JSON, manager: "m").data == ["a": "1", "b": "2"])
            #expect(try await api.apply("x", ["data": ["c": "3"]] as JSON, manager: "m").data == ["a": "1", "c": "3"])
            #expect(try await api.mergePatch("x", ["data": ["a": nil]] as JSON).data == ["c": "3"])
            #expect(try await api.jsonPatch("x", [["op": "add", "path": "/data/d", "value": "4"]] as JSON).data == ["c": "3", "d": "4"])
            #expect(try await api.get("x").data == ["c": "3", "d": "4"])
            #expect(try await api.deleteIfPresent("x"))
            #expect(try await api.getIfPresent("x") == nil)
        }
    }

    @Test func `A write with preconditions touches only the very object it was meant for`() async throws {
        try await withEmbeddedCluster { cluster in
            let api = configMaps(cluster)
            let first = try await api.create(ConfigMap(metadata: ObjectMeta(name: "x"), data: ["a": "1"]))
            let second = try await api.mergePatch("x", ["data": ["a": "2"]] as JSON, preconditions: Preconditions(of: first))
            let stale = Preconditions(of: first)
            await #expect(
                performing: { try await api.mergePatch("x", ["data": ["a": "9"]] as JSON, preconditions: stale) }, throws: isCode(.conflict)
            )
            await #expect(
                performing: { try await api.apply("x", ["data": ["a": "9"]] as JSON, manager: "m", preconditions: stale) },
                throws: isCode(.conflict))
            await #expect(performing: { try await api.delete("x", DeleteOptions(preconditions: stale)) }, throws: isCode(.conflict))
            #expect(try await api.get("x").data == ["a": "2"])
            try await api.delete("x", DeleteOptions(preconditions: Preconditions(of: second)))
            // The object is gone; applying to that very object must not make another.
            await #expect(
                performing: {
                    try await api.apply(
                        "x", ["data": ["a": "9"]] as JSON, manager: "m", preconditions: Preconditions(uid: second.metadata.uid))
                }, throws: isCode(.conflict))
            #expect(try await api.getIfPresent("x") == nil)
        }
    }

    @Test func `A large collection comes in pages, and selectors select`() async throws {
        try await withEmbeddedCluster { cluster in
            let api = configMaps(cluster)
            for number in 0..<1201 {
                try await api.create(
                    ConfigMap(metadata: ObjectMeta(name: "x\(number)", labels: ["parity": number % 2 == 0 ? "even" : "odd"])))
            }
            let page = try await api.page(ListOptions(limit: 500))
            #expect(page.items.count == 500 && page.continueToken != nil && page.remaining == 701)
            #expect(try await api.list().items.count == 1201)
            #expect(try await api.list(ListOptions(labels: LabelSelector("parity=odd"))).items.count == 600)
            #expect(try await api.list(ListOptions(labels: LabelSelector("parity notin (odd)"))).items.count == 601)
            #expect(try await api.list(ListOptions(fields: ["metadata.name": "x7"])).items.map(\.metadata.name) == ["x7"])
            #expect(try await Api<ConfigMap>(cluster.client).list(ListOptions(labels: LabelSelector("!parity"))).items.isEmpty)
        }
    }

    @Test func `A watch tells what happens from a version on`() async throws {
        try await withEmbeddedCluster { cluster in
            let api = configMaps(cluster)
            let version = try await api.list().resourceVersion
            try await api.create(ConfigMap(metadata: ObjectMeta(name: "x"), data: ["a": "1"]))
            try await api.mergePatch("x", ["data": ["a": "2"]] as JSON)
            try await api.delete("x")
            let events = try await api.watch(WatchOptions(resourceVersion: version)) { stream in
                var events: [String] = []
                while events.count < 3, let event = try await stream.next() {
                    switch event {
                    case .added(let object): events.append("added \(object.data["a"] ?? "")")
                    case .modified(let object): events.append("modified \(object.data["a"] ?? "")")
                    case .deleted(let object): events.append("deleted \(object.data["a"] ?? "")")
                    case .bookmark, .error: break
                    }
                }
                return events
            }
            #expect(events == ["added 1", "modified 2", "deleted 2"])
        }
    }

    @Test func `A version that is too old is said to be expired`() async throws {
        try await withEmbeddedCluster { cluster in
            let api = configMaps(cluster)
            let version = try await api.list().resourceVersion
            for value in 0..<5 { try await api.apply("x", ["data": ["a": .string("\(value)")]] as JSON, manager: "m") }
            try cluster.server.compact()
            let error = try await api.watch(WatchOptions(resourceVersion: version)) { stream in
                guard case .error(let error)? = try await stream.next() else { return nil as KubeError? }
                return error
            }
            #expect(error?.isExpired ?? false)
        }
    }
}

private func isCode(_ code: KubeError.Code) -> (any Error) -> Bool { { ($0 as? KubeError)?.code == code } }
