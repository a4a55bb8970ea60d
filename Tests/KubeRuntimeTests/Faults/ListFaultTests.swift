import Harness
import JSON
import KubeClient
import KubeCore
import KubeRuntime
import KubeServer
import Synchronization
import Testing

/// What goes wrong while a list comes in pages.
@Suite struct ListFaultTests {
    static let breaks: [Fault] = [
        Fault("a reset in the middle", .resetInLine(0)), Fault("a close in the middle", .dropInLine(0)),
        Fault("half a page, and no FIN", .after(0) { [.send(Array($0.prefix($0.count / 2))), .stall] }),
        Fault("truncated JSON", .truncateLine(0)), Fault("a reset instead of an answer", .reset), Fault("no answer, and no FIN", .hang),
        Fault("410", .status(410, "Expired")), Fault("429", .status(429, "TooManyRequests", retryAfter: 1)),
        Fault("500", .status(500, "InternalError")), Fault("503", .status(503, "ServiceUnavailable")),
        Fault("200 and a page of HTML", .answer(status: 200, body: Array("<html>Sign in".utf8))),
        Fault("200 and nothing", .answer(status: 200)), Fault("byte by byte", .cut(pause: .zero) { Array($0.indices) }),
    ]

    @Test("After it the store equals the server's state", arguments: breaks, [1, 2])
    func goesOn(fault: Fault, page: Int) async throws {
        let isPage: @Sendable (ProxiedRequest) -> Bool = { $0.isList && ($0.query("continue") != nil) == (page == 2) }
        try await withFaultyWorld(streams: false, settings: ReflectorSettings(pageSize: 2), first(isPage, fault.plan)) { world in
            try await world.settles()
            try await world.muchHappens()
            try await world.settles()
        }
    }

    @Test func `What the server asks to wait is waited`() async throws {
        let busy = first({ $0.isList }, .status(503, "ServiceUnavailable", retryAfter: 23))
        try await withFaultyWorld(streams: false, patience: nil, busy) { world in
            try await world.settles()
            #expect(world.time.pauses.all == [.seconds(23)])
        }
    }

    @Test("A continue token that expires in the middle of pages", arguments: [1, 1000])
    func expiredToken(times: Int) async throws {
        let rest = Mutex(times)
        let server = Mutex<FaultyWorld?>(nil)
        let script: FaultProxy.Script = { request in
            // Between two pages something is written, and what was before is forgotten.
            guard request.query("continue") != nil, let world = server.withLock({ $0 }) else { return .pass }
            let expires = rest.withLock { rest in
                rest -= 1
                return rest >= 0
            }
            if expires {
                try await world.write("d", "\(request.number)")
                try world.faulty.server.compact()
            }
            return .pass
        }
        try await withFaultyWorld(streams: false, settings: ReflectorSettings(pageSize: 1), patience: nil, { _ in .reset }) { world in
            server.withLock { $0 = world }
            defer { server.withLock { $0 = nil } }
            world.faulty.proxy.play(script)
            try await eventually("a list; asked \(world.requests.map(\.target))") { world.store.isSynced }
            #expect(world.requests.contains { $0.isList && $0.query("limit") == nil }, "it asked for the whole at once")
            rest.withLock { $0 = 0 }
            try await world.muchHappens()
            try await world.settles()
        }
    }

    @Test func `What can't be read in a list is skipped, the rest is there`() async throws {
        try await withFaultyWorld(streams: false, settings: ReflectorSettings(pageSize: 2), { _ in .reset }) { world in
            try await world.spoil("b")
            world.faulty.proxy.play { _ in .pass }
            try await world.settles()
            #expect(Set(world.store.keys) == [world.key("a"), world.key("c")])
            try await world.write("b", "mended")
            try await world.settles()
            #expect(world.store.count == 3)
        }
    }
}
