import HTTPCore
import Harness
import JSON
import KubeClient
import KubeCore
import KubeRuntime
import Testing

@Suite struct ReflectorTests {
    /// Runs a reflector against a script until a condition holds, moving the clock over its pauses.
    private func reflect(
        _ answers: [ScriptedTransport.Answer], streams: Bool = false, cache: Bool = false,
        trim: (@Sendable (inout ConfigMap) -> Void)? = nil, until condition: (Store<ConfigMap>, [String]) -> Bool
    ) async throws -> (store: Store<ConfigMap>, requests: [String], changes: [String]) {
        let transport = ScriptedTransport(answers)
        let time = ManualTime()
        let reflector = Reflector<ConfigMap>(
            Api(try transport.client(), namespace: "a"), labels: LabelSelector(matchLabels: ["t": "u"]), trim: trim,
            settings: ReflectorSettings(streamsLists: streams, listsFromCache: cache), logger: silent, surroundings: time.surroundings)
        let changes = Recorder<String>()
        reflector.store.subscribe { changes.add(words($0)) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await reflector.run() }
            try await eventually("the condition; asked \(transport.requests)") {
                if condition(reflector.store, transport.requests) { return true }
                time.advanceToNextSleeper()
                return false
            }
            group.cancelAll()
        }
        return (reflector.store, transport.requests.map { $0.replacingPrefix }, changes.all)
    }

    @Test func `It lists pages, watches, and goes on when the server ends the watch`() async throws {
        let (store, requests, changes) = try await reflect([
            .json(listJSON([object("x", 1)], version: 5, next: "t")), .json(listJSON([object("y", 2)], version: 5)),
            .watch([line("MODIFIED", object("x", 6)), bookmark(8), line("ADDED", object("z", 9))]),
            .watch([line("DELETED", object("y", 10))], ends: false),
        ]) { store, _ in store.resourceVersion == "10" }
        #expect(
            requests == [
                "?labelSelector=t%3Du&limit=500", "?labelSelector=t%3Du&limit=500&continue=t",
                "?watch=true&labelSelector=t%3Du&resourceVersion=5&allowWatchBookmarks=true&timeoutSeconds=265",
                "?watch=true&labelSelector=t%3Du&resourceVersion=9&allowWatchBookmarks=true&timeoutSeconds=265",
            ])
        #expect(Set(changes.prefix(2)) == ["added x 1 initially", "added y 2 initially"])
        #expect(changes.dropFirst(2) == ["modified x 6", "added z 9", "deleted y 2"])
        #expect(Set(store.keys) == [key("x"), key("z")])
    }

    @Test("What nobody reads is taken off before an object is kept or told of, however it came", arguments: [false, true])
    func trims(streams: Bool) async throws {
        let first: [ScriptedTransport.Answer] =
            streams
            ? [
                .watch(
                    [
                        line("ADDED", object("x", 1, "long")), line("ADDED", object("y", 2, "long")),
                        [
                            "type": "BOOKMARK",
                            "object": [
                                "metadata": ["resourceVersion": "5", "annotations": ["k8s.io/initial-events-end": "true"]]
                            ],
                        ], line("MODIFIED", object("x", 6, "long")), line("DELETED", object("y", 7, "long")),
                    ], ends: false)
            ]
            : [
                .json(listJSON([object("x", 1, "long"), object("y", 2, "long")], version: 5)),
                .watch([line("MODIFIED", object("x", 6, "long")), line("DELETED", object("y", 7, "long"))], ends: false),
            ]
        let told = Recorder<String>()
        let (store, _, changes) = try await reflect(
            first, streams: streams,
            trim: {
                told.add($0.data["value"] ?? "")
                $0.data["value"] = "short"
            }
        ) { store, _ in store.resourceVersion == "7" }
        #expect(Set(changes.prefix(2)) == ["added x 1 initially", "added y 2 initially"])
        #expect(changes.dropFirst(2) == ["modified x 6", "deleted y 2"])
        #expect(store.all().map { $0.data["value"] } == ["short"])
        #expect(told.all == ["long", "long", "long", "long"])
    }

    @Test func `Where asked to, it takes the first list from the server's cache, and after a failure the newest`() async throws {
        let (store, requests, _) = try await reflect(
            [
                .json(listJSON([object("x", 1)], version: 5)), .failure(410, "Expired"), .json(listJSON([object("x", 7)], version: 9)),
                .watch([], ends: false),
            ], cache: true
        ) { store, requests in store.resourceVersion == "9" && requests.count == 4 }
        #expect(store.count == 1)
        #expect(
            requests.filter { !$0.contains("watch") } == [
                "?labelSelector=t%3Du&limit=500&resourceVersion=0&resourceVersionMatch=NotOlderThan", "?labelSelector=t%3Du&limit=500",
            ])
    }

    @Test(
        "410 in any form leads to a new list, which tells what was missed",
        arguments: [
            ScriptedTransport.Answer.failure(410, "Expired"), .failure(410, "Gone"), .watch([errorLine(410, "Expired")]),
            .watch([errorLine(410, "Gone")], ends: false),
        ])
    func expiry(answer: ScriptedTransport.Answer) async throws {
        let (store, _, changes) = try await reflect([
            .json(listJSON([object("x", 1), object("y", 2)], version: 5)), answer, .json(listJSON([object("y", 7)], version: 9)),
            .watch([], ends: false),
        ]) { store, requests in store.resourceVersion == "9" && requests.count == 4 }
        #expect(store.keys == [key("y")])
        #expect(changes.suffix(2) == ["deleted x 1", "modified y 7"])
    }

    @Test func `Every other failure is tried again from where it was`() async throws {
        let (store, requests, _) = try await reflect([
            .refused, .failure(403, "Forbidden"), .json(listJSON([object("x", 1)], version: 5)), .refused,
            .failure(503, "ServiceUnavailable"),
            .watch([line("MODIFIED", object("x", 6)), errorLine(500, "InternalError")]),
            .watch([line("MODIFIED", object("x", 7)), ["type": "NONSENSE", "object": [:]]]),
            .watch([line("MODIFIED", object("x", 8))], ends: false),
        ]) { store, _ in store.resourceVersion == "8" }
        #expect(requests.map { $0.contains("watch") } == [false, false, false, true, true, true, true, true])
        #expect(requests.last?.contains("resourceVersion=7") ?? false)
        #expect(store.get(key("x"))?.metadata.resourceVersion == "8")
    }

    @Test func `A list that breaks in the middle changes nothing until it is whole`() async throws {
        let (store, requests, changes) = try await reflect([
            .json(listJSON([object("x", 1), object("y", 2)], version: 5)), .failure(410, "Expired"),
            .json(listJSON([object("y", 2)], version: 9, next: "t")), .failure(410, "Expired"),
            .json(listJSON([object("x", 1)], version: 10, next: "t")), .json(listJSON([object("y", 2)], version: 10)),
            .watch([], ends: false),
        ]) { store, requests in store.resourceVersion == "10" && requests.count == 7 }
        #expect(Set(store.keys) == [key("x"), key("y")])
        #expect(changes.count == 2, "nothing but the first list: \(changes)")
        #expect(requests.count == 7)
    }

    @Test func `An object that can't be read is skipped, and what was known of it stays`() async throws {
        let broken: JSON = ["metadata": ["name": "x", "namespace": "a", "resourceVersion": "7"], "data": 7]
        let (store, requests, _) = try await reflect([
            .json(listJSON([object("x", 1, "good")], version: 5)),
            .watch([["type": "MODIFIED", "object": broken]]), .failure(410, "Expired"),
            .json(["metadata": ["resourceVersion": "8"], "items": [broken, object("y", 8).json]]), .watch([], ends: false),
        ]) { store, requests in store.resourceVersion == "8" && requests.count == 5 }
        #expect(requests[2].contains("resourceVersion=7"), "the watch went on behind it")
        #expect(store.get(key("x"))?.data["value"] == "good")
        #expect(store.get(key("y")) != nil)
    }

    @Test("A watch is followed however its bytes are cut", arguments: [1, 2, 3, 50, 10_000])
    func cuts(cut: Int) async throws {
        let lines = (6..<20).map { line($0 % 3 == 0 ? "DELETED" : "MODIFIED", object("x\($0 / 3)", $0, "grün\n")) }
        let (store, _, _) = try await reflect([.json(listJSON([], version: 5)), .watch(lines, ends: false, cut: cut)]) { store, _ in
            store.resourceVersion == "19"
        }
        #expect(Set(store.keys) == Set((2..<7).map { key("x\($0)") }))
    }
}

extension String {
    /// A target without what all targets of these tests start with.
    fileprivate var replacingPrefix: String {
        let prefix = "GET /api/v1/namespaces/a/configmaps"
        return hasPrefix(prefix) ? String(dropFirst(prefix.count)) : self
    }
}
