import CHostSocket
import Glibc
import Harness
import HostProtocol
import Testing

@testable import Agent

/// Hosts that answer nonsense, late, never, or not to the end. Whatever they do, it is told whose it is, others are served, and going back works.
@Suite("A host that does not keep to the protocol", .timeLimit(.minutes(5)))
struct UnrulyHostTests {
    enum Nonsense: String, CaseIterable {
        case text, empty, huge, otherRequest, otherAnswer, hello, descriptor, loadedTwice
    }

    private static func say(_ nonsense: Nonsense, _ host: RawHost, id: Int) throws {
        switch nonsense {
        case .text: _ = host.socket.send(Array("what?".utf8))
        case .empty: _ = host.socket.send(Array("{}".utf8))
        case .huge: _ = host.socket.send([UInt8](repeating: 0x20, count: HostProtocol.largestPacket + 1))
        case .otherRequest: host.say(.loaded(id: id + 1))
        case .otherAnswer: host.say(.unloaded(id: id))
        case .hello: host.say(.hello(.init(slot: "net/filter", process: "again")))
        case .descriptor:
            let memory = Descriptor(graft_memory_file("gift", 0))
            _ = host.socket.send(HostMessage.loaded(id: id).packet, with: memory)
        case .loadedTwice:
            host.say(.loaded(id: id))
            host.say(.loaded(id: id))
        }
    }

    @Test(arguments: Nonsense.allCases)
    func `that answers nonsense fails its load, and the next one is served`(nonsense: Nonsense) async throws {
        try await SocketBench.run { bench in
            let host = try await RawHost(greeting: bench.path)
            let first = try await bench.staged("1.0.0")
            async let activation = bench.failureOfActivating(first)
            let (id, load, files) = try await host.takeModule()
            #expect(load.module == ModuleIdentity(first) && files.count == 1)
            try Self.say(nonsense, host, id: id)
            if nonsense == .loadedTwice {
                #expect(await activation == nil)
            } else {
                let failure = await activation
                #expect(failure?.kind == .module && failure?.message.contains("host protocol") == true, "\(failure.debugDescription)")
            }
            guard case .goodbye(.violation, _) = try await host.hear(until: { _ in true }) else {
                return #expect(Bool(false), "it is told why it is closed")
            }
            #expect(try await host.hear() == nil)
            try await bench.withHost { next in
                try await eventually("it runs") { next.version == "1.0.0" }
                _ = try await bench.driver.probe(first)
            }
        }
    }

    @Test func `that never answers a load fails it in time, and one that answers too late changes nothing`() async throws {
        try await SocketBench.run(loadTimeout: .milliseconds(100)) { bench in
            let host = try await RawHost(greeting: bench.path)
            let (first, second) = (try await bench.staged("1.0.0"), try bench.area.revision("1.1.0"))
            async let activation = bench.failureOfActivating(first)
            let (id, _, _) = try await host.takeModule()
            let failure = await activation
            #expect(failure?.kind == .module && failure?.message.contains("had not answered") == true)
            host.say(.loaded(id: id))
            guard case .goodbye(.late, _) = try await host.hear(until: { _ in true }) else { return #expect(Bool(false)) }
            // It has nobody who hears it: it is not there.
            try await bench.driver.stage(second, from: bench.area.store)
            try await bench.driver.revert(to: second.installed)
            #expect(bench.driver.server.look { $0.greeted }.isEmpty)
        }
    }

    @Test func `that never answers a probe, or never says hello, is not there`() async throws {
        try await SocketBench.run(probeTimeout: .milliseconds(100)) { bench in
            let first = try await bench.staged("1.0.0")
            try await bench.driver.restore(first)
            let host = try await RawHost(greeting: bench.path, running: ModuleIdentity(first))
            _ = try await host.hear(until: { $0 == .welcome(version: 1) })
            let failure = await #expect(throws: SlotFailure.self) { try await bench.driver.probe(first) }
            #expect(failure?.kind == .unreachable)
        }
    }

    enum Stage: String, CaseIterable {
        case hello, load, file, loaded
    }

    /// The host ends in each stage of a load.
    @Test(arguments: Stage.allCases)
    func `that ends in the middle fails its load, and finds what ran before when it comes back`(stage: Stage) async throws {
        try await SocketBench.run(hostWait: .milliseconds(500)) { bench in
            let first = try await bench.staged("1.0.0")
            try await bench.driver.restore(first)
            var host: RawHost? = try await RawHost(greeting: bench.path, running: ModuleIdentity(first))
            _ = try await host!.hear(until: { $0 == .welcome(version: 1) })
            let second = try await bench.staged("1.1.0")
            if stage == .hello { host = nil }
            async let outcome = bench.failureOfActivating(second)
            switch stage {
            case .hello: break
            case .load: _ = try await host!.hear(until: { if case .load = $0 { true } else { false } })
            case .file: _ = try await host!.hear(until: { if case .file = $0 { true } else { false } })
            case .loaded:
                let (id, _, _) = try await host!.takeModule()
                host!.say(.loaded(id: id))
            }
            if stage == .loaded {
                #expect(await outcome == nil)
                host = nil
                let failure = await #expect(throws: SlotFailure.self) { try await bench.driver.probe(second) }
                #expect(failure?.kind == .unreachable)
            } else {
                host = nil
                let failure = await outcome
                // Whether the agent has seen it go before is chance: then nobody is there.
                #expect(failure?.kind == .module || stage == .hello && failure?.kind == .unreachable)
            }
            try await bench.driver.revert(to: first)
            try await bench.withHost { next in
                try await eventually("it runs what ran before") { next.version == "1.0.0" }
                #expect(next.everMapped == [Array("the code of 1.0.0".utf8)])
            }
        }
    }

    @Test func `of another version, another slot, or one too many is told so`() async throws {
        try await SocketBench.run { bench in
            let later = try await RawHost(path: bench.path)
            later.say(.hello(.init(versions: [2, 3], slot: "net/filter", process: "p")))
            guard case .goodbye(.unknownVersion, _)? = try await later.hear()?.0 else { return #expect(Bool(false)) }
            let other = try await RawHost(greeting: bench.path, slot: "net/other")
            guard case .goodbye(.unknownSlot, _)? = try await other.hear()?.0 else { return #expect(Bool(false)) }
            var hosts: [RawHost] = []
            for number in 0..<16 {
                hosts.append(try await RawHost(greeting: bench.path, process: "p\(number)"))
                #expect(try await hosts.last!.hear()?.0 == .welcome(version: 1))
            }
            let last = try await RawHost(greeting: bench.path)
            guard case .goodbye(.tooMany, _)? = try await last.hear()?.0 else { return #expect(Bool(false)) }
            withExtendedLifetime(hosts) {}
        }
    }
}
