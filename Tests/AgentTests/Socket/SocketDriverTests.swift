import Glibc
import GraftHost
import Harness
import HostProtocol
import JSON
import Testing

@testable import Agent

@Suite("The socket driver", .timeLimit(.minutes(5)))
struct SocketDriverTests {
    @Test func `a version goes into the host as open files, and back, and out`() async throws {
        try await SocketBench.run { bench in
            try await bench.withHost { host in
                let revision = try bench.area.revision("1.0.0", config: ["greeting": "salve"], path: "libfilter.so")
                try await bench.driver.stage(revision, from: bench.area.store)
                try await bench.driver.activate(revision.installed)
                #expect(host.version == "1.0.0")
                #expect(host.config?.contains("salve") == true)
                let process = try await bench.driver.probe(revision.installed)
                #expect(process?.isEmpty == false)
                let second = try await bench.staged("1.1.0")
                try await bench.driver.activate(second)
                #expect(host.version == "1.1.0" && host.config == nil)
                await #expect(throws: SlotFailure.self) { try await bench.driver.probe(revision.installed) }
                // What was there before is still in sealed memory.
                try await bench.driver.revert(to: revision.installed)
                #expect(host.version == "1.0.0")
                #expect(try await bench.driver.probe(revision.installed) == process)
                try await bench.driver.revert(to: nil)
                #expect(host.running == nil)
                #expect(host.everMapped?.count == 3, "two libraries and a configuration")
            }
        }
    }

    @Test func `what runs is loaded anew from memory of its own, by all hosts that are there, and by those that come only once`()
        async throws
    {
        try await SocketBench.run { bench in
            let revision = try bench.area.revision("1.0.0")
            try await bench.driver.stage(revision, from: bench.area.store)
            try await bench.withHost { host in
                try await bench.withHost { other in
                    try await eventually("both are there") { bench.driver.server.look { $0.greeted.count == 2 } }
                    try await bench.driver.activate(revision.installed)
                    #expect(host.loads == 1 && other.loads == 1)
                    try await bench.driver.reload(revision, from: bench.area.store)
                    #expect(host.loads == 2 && other.loads == 2 && host.version == "1.0.0")
                    // Another file each time: dlopen of the same one would give the library that is there already.
                    #expect(Set(host.inodes).count == 2)
                    let process = try await bench.driver.probe(revision.installed)
                    #expect(process?.isEmpty == false)
                    // Told to go back to what they have, they do nothing.
                    try await bench.driver.revert(to: revision.installed)
                    #expect(host.loads == 2)
                    host.refuse("1.0.0", "no memory left")
                    let failure = await #expect(throws: SlotFailure.self) {
                        try await bench.driver.reload(revision, from: bench.area.store)
                    }
                    #expect(failure?.kind == .module && failure?.message.contains("no memory left") == true && host.version == "1.0.0")
                }
            }
            try await bench.withHost { late in
                try await eventually("it runs") { late.version == "1.0.0" }
                #expect(late.loads == 1)
            }
        }
    }

    @Test func `a host that is down before the load is nobody's fault, and nothing is changed`() async throws {
        try await SocketBench.run(hostWait: .milliseconds(50)) { bench in
            let first = try await bench.staged("1.0.0")
            let failure = await #expect(throws: SlotFailure.self) { try await bench.driver.activate(first) }
            #expect(failure?.kind == .unreachable)
            let probe = await #expect(throws: SlotFailure.self) { try await bench.driver.probe(first) }
            #expect(probe?.kind == .unreachable)
            try await bench.driver.revert(to: first)
            #expect(await !bench.driver.isInPlace(first))
        }
    }

    @Test func `a host that starts asks what to load, and so does one that starts again`() async throws {
        try await SocketBench.run { bench in
            let first = try await bench.staged("1.0.0")
            #expect(try await bench.driver.restore(first) == nil)
            for _ in 0..<2 {
                try await bench.withHost { host in
                    try await eventually("it runs") { host.version == "1.0.0" }
                    #expect(await bench.driver.isInPlace(first))
                }
            }
        }
    }

    @Test func `a host that waits for an agent gets its version when there is one, and keeps it when there is none`() async throws {
        try await withTemporaryDirectory { (directory: String) in
            let path = "\(directory)/run/filter.sock"
            let area = try StagingArea(directory: directory)
            let revision = try area.revision("1.0.0")
            let host = try MappingHost(path: path)
            try await host.whileServing {
                try await eventually("it is alone") { host.events.contains { if case .alone = $0 { true } else { false } } }
                for _ in 0..<3 {
                    let driver = try SocketDriver(
                        slot: "net/filter", settings: SocketSettings(path: path, user: geteuid(), hostWait: .seconds(60)), logger: .silent)
                    try await driver.whileListening {
                        // As after each start of an agent: nothing is in memory yet.
                        let missing = await #expect(throws: SlotFailure.self) { try await driver.restore(revision.installed) }
                        #expect(missing?.reason == SlotFailure.missing)
                        try await driver.stage(revision, from: area.store)
                        try await driver.restore(revision.installed)
                        _ = try await eventually("it runs") { try? await driver.probe(revision.installed) }
                    }
                    #expect(host.version == "1.0.0")
                }
            }
            #expect(host.loads == 1, "what a host runs already it is not given again")
        }
    }

    @Test func `a module that refuses to load is to blame, says why, and what ran before goes on`() async throws {
        try await SocketBench.run { bench in
            try await bench.withHost { host in
                let (first, bad) = (try await bench.staged("1.0.0"), try bench.area.revision("1.1.0"))
                try await bench.driver.activate(first)
                try await bench.driver.stage(bad, from: bench.area.store)
                host.refuse("1.1.0", "it needs a table\n\u{1B}[2Jthat is not there")
                let failure = await #expect(throws: SlotFailure.self) { try await bench.driver.activate(bad.installed) }
                #expect(failure?.kind == .module && failure?.reason == "ActivationFailed")
                #expect(failure?.message.contains("it needs a table") == true)
                #expect(failure?.message.unicodeScalars.contains { $0.value < 0x20 } == false)
                #expect(host.version == "1.0.0")
                try await bench.driver.revert(to: first)
                #expect(host.version == "1.0.0" && host.loads == 1)
                host.complain("it lost its table")
                let probe = await #expect(throws: SlotFailure.self) { try await bench.driver.probe(first) }
                #expect(probe?.kind == .module && probe?.message.contains("lost its table") == true)
            }
        }
    }

    @Test func `all processes of a host load, and one that refuses is enough`() async throws {
        try await SocketBench.run { bench in
            try await bench.withHost { one in
                try await bench.withHost { other in
                    let first = try await bench.staged("1.0.0")
                    try await bench.driver.activate(first)
                    #expect(one.version == "1.0.0" && other.version == "1.0.0")
                    #expect(try await bench.driver.probe(first)?.split(separator: " ").count == 2)
                    let second = try await bench.staged("1.1.0")
                    other.refuse("1.1.0", "not here")
                    let failure = await #expect(throws: SlotFailure.self) { try await bench.driver.activate(second) }
                    #expect(failure?.kind == .module)
                    try await bench.driver.revert(to: first)
                    #expect(one.version == "1.0.0" && other.version == "1.0.0")
                }
            }
        }
    }

    @Test func `three versions are kept in memory, and others are sealed anew`() async throws {
        try await SocketBench.run { bench in
            try await bench.withHost { host in
                var revisions: [InstalledRevision] = []
                for version in ["1.0.0", "1.1.0", "1.2.0", "1.3.0"] {
                    revisions.append(try await bench.staged(version))
                    try await bench.driver.activate(revisions.last!)
                }
                try await bench.driver.revert(to: revisions[2])
                #expect(host.version == "1.2.0")
                let failure = await #expect(throws: SlotFailure.self) { try await bench.driver.activate(revisions[0]) }
                #expect(failure?.reason == SlotFailure.missing && failure?.kind == .environment)
                #expect(host.version == "1.2.0")
                try await bench.driver.retain([])
                try await bench.driver.restore(revisions[2])
            }
        }
    }

    @Test func `a socket that somebody takes away, or puts something else in its place, is put back`() async throws {
        try await SocketBench.run { bench in
            let first = try await bench.staged("1.0.0")
            try await bench.driver.restore(first)
            try await bench.withHost { host in
                try await eventually("it runs") { host.version == "1.0.0" }
                for attack in 0..<4 {
                    try await eventually("it listens") { bench.driver.change(in: first) == nil && Disk.real.exists(bench.path) }
                    unlink(bench.path)
                    switch attack {
                    case 0: break
                    case 1: symlink("/nowhere", bench.path)
                    case 2: mkdir(bench.path, 0o755)
                    default: close(open(bench.path, O_CREAT | O_WRONLY, 0o644))
                    }
                    #expect(bench.driver.change(in: first)?.contains("filter.sock") == true)
                    #expect(try await bench.driver.restore(first)?.contains("filter.sock") == true, "it is told")
                    try await bench.withHost { other in try await eventually("who starts finds it") { other.version == "1.0.0" } }
                }
                #expect(host.version == "1.0.0" && host.loads == 1)
            }
        }
    }

    @Test func `a host that expects another user than the agent's does not listen to it`() async throws {
        try await SocketBench.run { bench in
            let first = try await bench.staged("1.0.0")
            try await bench.driver.restore(first)
            let host = try MappingHost(path: bench.path, agentUser: geteuid() + 1)
            try await host.whileServing {
                try await eventually("it says so") {
                    host.events.contains { if case .alone(let reason) = $0 { reason.contains("user") } else { false } }
                }
            }
            #expect(host.running == nil)
        }
    }

    @Test func `who is not the host's user is not listened to`() async throws {
        try await withTemporaryDirectory { (directory: String) in
            let settings = SocketSettings(path: "\(directory)/filter.sock", user: geteuid() + 1, hostWait: .milliseconds(50))
            let driver = try SocketDriver(slot: "net/filter", settings: settings, logger: .silent)
            try await driver.whileListening {
                let stranger = try await RawHost(greeting: settings.path)
                #expect(try await stranger.hear() == nil, "it is closed without a word")
            }
        }
    }
}
