import FoundationEssentials
import Harness
import JSON
import KubeServer
import Testing

@Suite("Storage", .serialized)
struct StorageTests {
    private func configuration(_ path: String) -> KubeServer.Configuration {
        var configuration = KubeServer.Configuration(storage: .file(path))
        configuration.historyLimit = 50
        return configuration
    }

    /// What the disk holds at this moment, as a process that is killed leaves it.
    private func copy(of path: String, as name: String) throws -> String {
        let copy = path + "-" + name
        for suffix in ["", "-wal"] where FileManager.default.fileExists(atPath: path + suffix) {
            try FileManager.default.copyItem(atPath: path + suffix, toPath: copy + suffix)
        }
        return copy
    }

    private func run(_ path: String, _ body: (API, KubeServer) async throws -> Void) async throws {
        try await withEmbeddedCluster(configuration(path)) { cluster async throws in
            try await body(API(transport: cluster.server.inProcessTransport()), cluster.server)
        }
    }

    @Test("What was answered survives an abrupt end, versions and definitions too")
    func abruptEnd() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/state.db"
            try await run(path) { api, server async throws in
                try await Way.prepare(api)
                let made = try await api.create(Widget.path, Widget.named("a"))
                _ = try await api.create(Widget.path, Widget.named("b"))
                let changed = try await api.merge(Widget.path + "/a/status", ["status": ["phase": "Ready"]])
                let deleted = try await api.delete(Widget.path + "/b")
                #expect(deleted.status == 200)
                let version = server.resourceVersion

                try await run(try copy(of: path, as: "killed")) { api, server async throws in
                    #expect(server.resourceVersion == version)
                    #expect(try await api.get(Widget.path).names == ["a"])
                    #expect(try await api.get(Widget.path + "/a").json == changed.json)
                    // Who watched before goes on where it was.
                    try await api.watch(Widget.path + "?watch=true&resourceVersion=\(made.version)") { _, events in
                        _ = try await events.expect("ADDED", "b")
                        let modified = try await events.expect("MODIFIED", "a")
                        #expect(modified.object == changed.json)
                        _ = try await events.expect("DELETED", "b")
                        let next = try await api.create(Widget.path, Widget.named("c"))
                        #expect(Int64(next.version) == version + 1)
                        _ = try await events.expect("ADDED", "c")
                    }
                }
            }
        }
    }

    @Test("Every answered write is on disk, whenever the end comes")
    func answeredWritesAreStored() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/state.db"
            try await run(path) { api, server async throws in
                try await Way.prepare(api)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for writer in 0..<8 {
                        group.addTask {
                            for number in 0..<20 {
                                let made = try await api.create(Widget.path, Widget.named("w\(writer)-\(number)"))
                                #expect(made.status == 201)
                            }
                        }
                    }
                    // Copies taken in between are states of the past: every object in them is whole.
                    for moment in 0..<3 {
                        let before = try await api.get(Widget.path).names
                        let killed = try copy(of: path, as: "\(moment)")
                        try await run(killed) { api, _ async throws in
                            let after = Set(try await api.get(Widget.path).names)
                            #expect(after.isSuperset(of: before))
                        }
                    }
                    try await group.waitForAll()
                }
                #expect(try await api.get(Widget.path).items.count == 160)
            }
        }
    }

    @Test("Compaction keeps objects and forgets history")
    func compaction() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/state.db"
            try await run(path) { api, server async throws in
                try await Way.prepare(api)
                let first = try await api.create(Widget.path, Widget.named("a"))
                _ = try await api.create(Widget.path, Widget.named("gone"))
                _ = try await api.merge(Widget.path + "/a", ["spec": ["size": 9]])
                _ = try await api.delete(Widget.path + "/gone")
                try server.compact()
                let version = server.resourceVersion
                try await run(try copy(of: path, as: "compacted")) { api, server async throws in
                    #expect(server.resourceVersion == version)
                    #expect(try await api.get(Widget.path).names == ["a"])
                    #expect(try await api.get(Widget.path + "/a").json["spec"]?["size"] == 9)
                    try await api.watch(Widget.path + "?watch=true&resourceVersion=\(first.version)") { _, events in
                        let error = try #require(try await events.next())
                        #expect(error.type == "ERROR")
                        #expect(error.object["code"] == 410)
                        #expect(error.object["reason"] == "Expired")
                    }
                    let list = try await api.get(Widget.path + "?resourceVersion=\(first.version)&resourceVersionMatch=Exact")
                    #expect(list.status == 410)
                }
            }
        }
    }

    @Test("A second server on the same file is refused")
    func locked() async throws {
        try await withTemporaryDirectory { directory in
            try await run(directory + "/state.db") { _, _ async throws in
                await #expect(throws: (any Error).self) {
                    _ = try await KubeServer(configuration: configuration(directory + "/state.db"))
                }
            }
        }
    }

    @Test("A token for a state that is forgotten can be gone on with in the present one")
    func expiredContinue() async throws {
        try await Way.runInProcess { api, server async throws in
            for name in ["a", "b", "c"] { _ = try await api.create(Widget.path, Widget.named(name)) }
            let first = try await api.get(Widget.path + "?limit=1")
            _ = try await api.delete(Widget.path + "/b")
            try server.compact()
            let token = try #require(first.json["metadata"]?["continue"]?.string)
            let expired = try await api.get(Widget.path + "?limit=1&continue=\(token)")
            #expect(expired.status == 410)
            #expect(expired.reason == "Expired")
            let fresh = try #require(expired.json["metadata"]?["continue"]?.string)
            #expect(try await api.get(Widget.path + "?limit=1&continue=\(fresh)").names == ["c"])
            #expect(try await api.get(Widget.path + "?limit=1&continue=nonsense").status == 400)
        }
    }
}
