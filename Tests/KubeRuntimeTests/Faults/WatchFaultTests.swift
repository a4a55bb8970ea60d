import Harness
import JSON
import KubeClient
import KubeCore
import KubeRuntime
import KubeServer
import Testing

/// What goes wrong on a watch, be it a plain one or one that begins with a streaming list: a real proxy does it, between our client and
/// a real server.
@Suite struct WatchFaultTests {
    /// Faults on the way, after which the reflector must ask again.
    static let breaks: [Fault] =
        [0, 1, 2, 5].flatMap { line in
            [
                Fault("a reset in the middle of line \(line)", .resetInLine(line)),
                Fault("a close in the middle of line \(line)", .dropInLine(line)),
                Fault("no byte more after \(line) lines, and no FIN", .stall(after: line)),
                Fault("line \(line) is truncated JSON", .truncateLine(line)),
                Fault("the server ends it after \(line) lines", .end(after: line)),
                Fault("an ERROR event 410 after \(line) lines", .errorEvent(410, "Expired", after: line)),
                Fault("an ERROR event 410 Gone after \(line) lines", .errorEvent(410, "Gone", after: line)),
                Fault("an ERROR event 500 after \(line) lines", .errorEvent(500, "InternalError", after: line)),
            ]
        } + [
            Fault("a reset instead of an answer", .reset), Fault("no answer, and no FIN", .hang),
            Fault("410", .status(410, "Expired")), Fault("410 Gone", .status(410, "Gone")),
            Fault("429", .status(429, "TooManyRequests", retryAfter: 1)), Fault("500", .status(500, "InternalError")),
            Fault("503", .status(503, "ServiceUnavailable")), Fault("504", .status(504, "Timeout")),
            Fault("502 and a page of HTML", .answer(status: 502, body: Array("<html>Bad Gateway".utf8))),
            Fault("200 and a page of HTML", .answer(status: 200, body: Array("<html>Sign in\n".utf8))),
            Fault("200 and nothing", .answer(status: 200)),
        ]

    @Test("After it the store equals the server's state", arguments: breaks, [false, true])
    func goesOn(fault: Fault, streams: Bool) async throws {
        try await withFaultyWorld(
            streams: streams, settings: ReflectorSettings(idle: .milliseconds(700)), first({ $0.isWatch }, fault.plan)
        ) { world in
            // Given a watch that will go wrong, when things happen, then they are known all the same
            try await eventually("the watch") { !world.watches.isEmpty }
            try await world.muchHappens()
            try await world.settles()
            try await eventually("it asked again") { world.requests.count >= (streams ? 2 : 3) }
        }
    }

    @Test("A half-open connection is noticed within the idle limit", arguments: [0, 2, 5], [false, true])
    func halfOpen(lines: Int, streams: Bool) async throws {
        // No other limit would pass while the test waits.
        try await withFaultyWorld(
            streams: streams, settings: ReflectorSettings(idle: .milliseconds(700)), patience: nil,
            first({ $0.isWatch }, .stall(after: lines))
        ) { world in
            try await eventually("the watch") { !world.watches.isEmpty }
            try await world.muchHappens()
            try await world.settles()
            try await eventually("the dead connection is closed") { world.faulty.proxy.connections <= 1 }
        }
    }

    @Test func `A server that sends bookmarks is missed when none comes, however long the watch was to last`() async throws {
        var configuration = KubeServer.Configuration()
        configuration.tick = .milliseconds(5)
        configuration.bookmarkInterval = .milliseconds(20)
        try await withFaultyWorld(
            streams: true, settings: ReflectorSettings(bookmarkDeadline: .seconds(1)), configuration: configuration, patience: nil
        ) { world in
            // Given a server that has shown that it sends them
            try await world.settles()
            for number in 1...2 {
                try await world.faulty.cluster.createNamespace("elsewhere-\(number)")
                let now = world.faulty.server.resourceVersion
                try await eventually("a bookmark") { world.store.resourceVersion.flatMap(Int64.init) ?? 0 >= now }
            }
            // When the next watch falls silent
            let before = world.watches.count
            world.faulty.proxy.play(first({ $0.isWatch }, .stall(after: 1)))
            await world.faulty.proxy.resetAll()
            try await eventually("the silent watch") { world.watches.count > before }
            try await world.muchHappens()
            // Then it is given up for another
            try await world.settles()
            #expect(world.watches.count >= before + 2)
        }
    }

    /// What is odd, and no reason to ask again.
    static let oddities: [Fault] = [
        Fault("every byte by itself", .cut(pause: .zero) { Array($0.indices) }),
        Fault("lines cut within each multi-byte character", .cut { line in line.indices.filter { line[$0] & 0xC0 == 0x80 } }),
        Fault("events replayed", .replay), Fault("each line late", .delay(.milliseconds(20))),
        Fault("empty lines between", .insert("\r", after: 1)),
    ]

    @Test("It is no reason to ask again", arguments: oddities, [false, true])
    func readsOn(fault: Fault, streams: Bool) async throws {
        try await withFaultyWorld(streams: streams, patience: nil, first({ $0.isWatch }, fault.plan, times: 100)) { world in
            try await eventually("the watch") { !world.watches.isEmpty }
            try await world.muchHappens()
            try await world.settles()
            #expect(world.requests.count == (streams ? 1 : 2))
            #expect(world.time.pauses.all.filter { $0 < .seconds(1000) } == [])
        }
    }

    @Test("An object of 3 MB comes as one line", arguments: [false, true])
    func longLine(streams: Bool) async throws {
        var configuration = KubeServer.Configuration()
        configuration.bodyLimit = 8 << 20
        try await withFaultyWorld(streams: streams, configuration: configuration, patience: nil) { world in
            try await eventually("the first list") { world.store.count == 3 }
            let long = String(repeating: "grün 🌱 ", count: (3 << 20) / 11)
            #expect(long.utf8.count > 3_000_000)
            try await world.api.create(ConfigMap(metadata: ObjectMeta(name: "long"), data: ["value": long]))
            try await eventually("it is there") { world.store.get(world.key("long"))?.data["value"] == long }
            try await world.write("a", "after it")
            try await world.settles()
            // And as part of a list.
            await world.faulty.proxy.resetAll()
            try world.faulty.server.compact()
            try await world.write("a", "later")
            try world.faulty.server.compact()
            try await world.settles()
        }
    }

    @Test("What the server asks to wait is waited", arguments: [false, true])
    func retryAfter(streams: Bool) async throws {
        try await withFaultyWorld(
            streams: streams, patience: nil, first({ $0.isWatch }, .status(429, "TooManyRequests", retryAfter: 17))
        ) { world in
            try await world.settles()
            try await eventually("the second watch") { world.watches.count == 2 }
            #expect(world.time.pauses.all.filter { $0 < .seconds(1000) } == [.seconds(17)])
        }
    }

    @Test("A server that ends each watch after a second is followed without a pause, however late it answers", arguments: [false, true])
    func shortWatches(streams: Bool) async throws {
        let script: FaultProxy.Script = { request in
            guard request.isWatch else { return .pass }
            try await Task.sleep(for: .milliseconds(600))
            return .end(after: .milliseconds(450))
        }
        try await withFaultyWorld(streams: streams, patience: nil, script) { world in
            try await eventually("the first list") { world.store.count == 3 }
            var number = 0
            while world.watches.count < 4 {
                number += 1
                try await world.write("a", "\(number)")
                try await Task.sleep(for: .milliseconds(20))
            }
            try await world.settles()
            #expect(world.time.pauses.all.filter { $0 < .seconds(1000) } == [])
            #expect(world.requests.filter(\.isList).count == (streams ? 0 : 1), "nothing is listed twice")
        }
    }

    @Test("A line that stays unreadable is got past by a list")
    func persistentlyTruncated() async throws {
        let poisoned: ProxyPlan = .forward(
            ProxyFaults { _, line, _ in [.send(line.contains("poison".utf8) ? Array(line.prefix(line.count - 5)) + [0x0A] : line)] })
        try await withFaultyWorld(streams: false, { $0.isWatch ? poisoned : .pass }) { world in
            try await eventually("the watch") { !world.watches.isEmpty }
            try await world.write("a", "poison")
            try await world.write("b", "behind it")
            try await world.settles()
            #expect(world.requests.filter(\.isList).count >= 2)
        }
    }

    @Test("An object that can't be read is skipped; what was known of it stays, until it is deleted", arguments: [false, true])
    func undecodable(streams: Bool) async throws {
        try await withFaultyWorld(streams: streams, patience: nil) { world in
            try await eventually("the first list") { world.store.count == 3 }
            // Given an object that becomes unreadable, and one that is created so
            try await world.spoil("a")
            _ = try await world.faulty.direct.send(
                APIRequest(
                    method: .post, path: "/api/v1/namespaces/default/configmaps",
                    body: ["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "never"], "data": 7]))
            try await world.write("b", "behind it")
            try await world.settles()
            #expect(world.store.get(world.key("a"))?.data == ["value": "first"])
            #expect(world.watches.count == 1, "one watch saw it all")
            // When all is listed anew, then that is still so
            let before = world.requests.count
            try world.faulty.server.compact()
            try await world.write("c", "compacted")
            await world.faulty.proxy.resetAll()
            try world.faulty.server.compact()
            try await eventually("it asked again") { world.requests.count > before }
            try await world.write("b", "after the list")
            try await world.settles()
            #expect(world.store.get(world.key("a"))?.data == ["value": "first"])
            // And its deletion is understood
            try await world.faulty.direct.delete("default", "never")
            try await world.faulty.direct.delete("default", "a")
            try await eventually("it is gone") { world.store.get(world.key("a")) == nil }
            try await world.settles()
        }
    }

    @Test("Bookmarks carry a quiet watch over what the server forgets", arguments: [false, true])
    func bookmarks(streams: Bool) async throws {
        var configuration = KubeServer.Configuration()
        configuration.tick = .milliseconds(5)
        configuration.bookmarkInterval = .milliseconds(10)
        try await withFaultyWorld(streams: streams, configuration: configuration, patience: nil) { world in
            try await eventually("the first list") { world.store.count == 3 }
            // Given a version that a bookmark alone told
            try await world.faulty.cluster.createNamespace("elsewhere")
            let elsewhere = Api<ConfigMap>(world.faulty.direct, namespace: "elsewhere")
            try await elsewhere.create(ConfigMap(metadata: ObjectMeta(name: "x")))
            let now = world.faulty.server.resourceVersion
            try await eventually("a bookmark") { world.store.resourceVersion.flatMap(Int64.init) ?? 0 >= now }
            // When the server forgets all up to there, and the connection breaks
            try world.faulty.server.compact()
            let before = world.requests
            await world.faulty.proxy.resetAll()
            // Then the next watch goes on from there, without a list
            try await eventually("it came back") { world.requests.count > before.count }
            let next = world.requests[before.count]
            #expect(next.isWatch && next.query("resourceVersion").flatMap(Int64.init) ?? 0 >= now)
            try await world.muchHappens()
            try await world.settles()
            #expect(world.requests.filter(\.isList).count == before.filter(\.isList).count)
        }
    }
}

extension Client {
    /// Deletes a config map that can't be read.
    fileprivate func delete(_ namespace: String, _ name: String) async throws {
        _ = try await send(APIRequest(method: .delete, path: "/api/v1/namespaces/\(namespace)/configmaps/\(name)"))
    }
}
