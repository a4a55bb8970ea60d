import HTTPTypes
import Harness
import JSON
import KubeServer
import Testing

@Suite("Watching", .serialized)
struct WatchTests {
    @Test("A watch tells what is there, then what changes", arguments: Way.allCases)
    func stateThenChanges(way: Way) async throws {
        try await way.run { api async throws in
            _ = try await api.create(api.widgets, Widget.named("a"))
            try await api.watch(api.widgets + "?watch=true") { head, events in
                #expect(head.status.code == 200)
                _ = try await events.expect("ADDED", "a")
                _ = try await api.create(api.widgets, Widget.named("b"))
                _ = try await events.expect("ADDED", "b")
                _ = try await api.merge(api.widgets + "/a", ["spec": ["size": 7]])
                let changed = try await events.expect("MODIFIED", "a")
                #expect(changed.object["spec"]?["size"] == 7)
                _ = try await api.delete(api.widgets + "/b")
                let deleted = try await events.expect("DELETED", "b")
                #expect(deleted.version != changed.version)
            }
        }
    }

    @Test("A watch from a version tells what came after it", arguments: Way.allCases)
    func fromVersion(way: Way) async throws {
        try await way.run { api async throws in
            let first = try await api.create(api.widgets, Widget.named("a"))
            _ = try await api.create(api.widgets, Widget.named("b"))
            _ = try await api.delete(api.widgets + "/a")
            try await api.watch(api.widgets + "?watch=true&resourceVersion=\(first.version)") { _, events in
                _ = try await events.expect("ADDED", "b")
                _ = try await events.expect("DELETED", "a")
            }
        }
    }

    @Test("An object that begins to match is added, one that ceases to is deleted", arguments: Way.allCases)
    func selectors(way: Way) async throws {
        try await way.run { api async throws in
            _ = try await api.create(api.widgets, Widget.named("a", labels: ["tier": "front"]))
            let version = try await api.get(api.widgets).version
            try await api.watch(api.widgets + "?watch=1&labelSelector=tier%3Dedge&resourceVersion=\(version)") { _, events in
                _ = try await api.merge(api.widgets + "/a", ["metadata": ["labels": ["tier": "edge"]]])
                let added = try await events.expect("ADDED", "a")
                let left = try await api.merge(api.widgets + "/a", ["metadata": ["labels": ["tier": "back"]]])
                let deleted = try await events.expect("DELETED", "a")
                #expect(added.object["metadata"]?["labels"]?["tier"] == "edge")
                #expect(deleted.object["metadata"]?["labels"]?["tier"] == "edge")
                #expect(deleted.version == left.version)
            }
        }
    }

    // Not on the real server: there it takes an etcd that reports progress, which Debian's 3.4 does not.
    @Test("A streaming list ends its first events with a bookmark", arguments: Way.embedded)
    func streamingList(way: Way) async throws {
        try await way.run { api async throws in
            _ = try await api.create(api.widgets, Widget.named("a"))
            let query = "?watch=true&resourceVersion=0&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true"
            try await api.watch(api.widgets + query) { _, events in
                _ = try await events.expect("ADDED", "a")
                let bookmark = try await events.expect("BOOKMARK", "")
                #expect(bookmark.object["metadata"]?["annotations"]?["k8s.io/initial-events-end"] == "true")
                #expect(bookmark.object["kind"] == "Widget")
            }
        }
    }

    @Test("A server may refuse streaming lists, by an answer or by an event; watches from a version go on")
    func refusedStreamingLists() async throws {
        let query = "?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true"
        for how in [KubeServer.Configuration.StreamingLists.refused, .refusedByEvent] {
            var configuration = KubeServer.Configuration()
            configuration.streamingLists = how
            try await Way.runInProcess(configuration) { api, _ async throws in
                let first = try await api.create(Widget.path, Widget.named("a"))
                if how == .refused {
                    let answer = try await api.get(Widget.path + query)
                    #expect(answer.status == 422)
                    #expect(answer.message.contains("sendInitialEvents is forbidden for watch"))
                } else {
                    try await api.watch(Widget.path + query) { head, events in
                        #expect(head.status.code == 200)
                        let event = try #require(try await events.next())
                        #expect(event.type == "ERROR" && event.object["code"] == 500)
                        #expect(event.object["message"]?.string?.contains("RequestWatchProgress is disabled") ?? false)
                        #expect(try await events.next() == nil)
                    }
                }
                try await api.watch(Widget.path + "?watch=true&resourceVersion=\(first.version)") { _, events in
                    _ = try await api.create(Widget.path, Widget.named("b"))
                    _ = try await events.expect("ADDED", "b")
                }
            }
        }
    }

    // Not on the real server: there it takes an etcd that reports progress, which Debian's 3.4 does not.
    @Test("A watch ends when its time is over, with a bookmark", arguments: Way.embedded)
    func timeout(way: Way) async throws {
        try await way.run { api async throws in
            _ = try await api.create(api.widgets, Widget.named("a"))
            try await api.watch(api.widgets + "?watch=true&resourceVersion=0&timeoutSeconds=1&allowWatchBookmarks=true") { _, events in
                _ = try await events.expect("ADDED", "a")
                _ = try await events.expect("BOOKMARK", "")
                #expect(try await events.next() == nil)
            }
        }
    }
}
