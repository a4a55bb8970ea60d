import HTTPCore
import HTTPTransport
import Harness
import JSON
import Testing

@testable import Agent

@Suite("The directory driver and a real host process")
struct ExampleHostTests {
    func withHost<Result>(_ body: (ExampleHost, StagingArea, DirectoryDriver) async throws -> Result) async throws -> Result {
        try await withTemporaryDirectory { (directory: String) in
            let host = try await ExampleHost(directory: directory)
            do {
                let driver = try DirectoryDriver(slot: "net/filter", settings: host.settings, transport: host.client)
                let result = try await body(host, try StagingArea(directory: directory), driver)
                await host.end()
                return result
            } catch {
                await host.end()
                throw error
            }
        }
    }

    @Test func `what runs is loaded anew by the way that is for that, and a reload takes it for enough`() async throws {
        try await withHost { host, area, driver in
            let version = try await area.revision(built: "1.0.0")
            try await driver.stage(version, from: area.store)
            try await driver.activate(version.installed)
            try await driver.activate(version.installed)
            #expect(try await host.load() == 1 && driver.features.contains("restart"))
            let process = try await driver.probe(version.installed)
            for load in 2...4 {
                try await driver.reload(version, from: area.store)
                #expect(try await host.load() == Int64(load))
                #expect(try await host.version() == "1.0.0")
                #expect(try await driver.probe(version.installed) == process)
                #expect(try await host.get("/x").body.hasPrefix("hello from filter 1.0.0"))
            }
            #expect(driver.change(in: version.installed) == nil)
            // Without a way of its own it can't be, whatever a reload would do.
            var settings = host.settings
            settings.restart = nil
            let other = try DirectoryDriver(slot: "net/filter", settings: settings, transport: host.client)
            #expect(!other.features.contains("restart"))
            let failure = await #expect(throws: SlotFailure.self) { try await other.reload(version, from: area.store) }
            #expect(failure?.reason == "CannotRestart" && failure?.kind == .environment)
            #expect(try await host.load() == 4)
        }
    }

    @Test func `no request fails while versions are swapped`() async throws {
        try await withHost { host, area, driver in
            let versions = [
                try await area.revision(built: "1.0.0"), try await area.revision(built: "1.1.0", config: ["greeting": "salve"]),
            ]
            for version in versions { try await driver.stage(version, from: area.store) }
            try await driver.activate(versions[0].installed)
            let answers = try await withThrowingTaskGroup(of: [String].self) { group in
                for _ in 0..<3 {
                    group.addTask {
                        var answers: [String] = []
                        while !Task.isCancelled, answers.count < 20_000 {
                            let (status, body) = try await host.get("/x")
                            if status != 200 { throw NeverHappened(description: "\(status): \(body)") }
                            answers.append(body)
                            if answers.last != answers.dropLast().last { await Task.yield() }
                            if body.contains("last") { break }
                        }
                        return answers
                    }
                }
                for turn in 1...20 {
                    let version = versions[turn % 2]
                    try await driver.activate(version.installed)
                    #expect(try await host.version() == version.installed.version)
                    _ = try await driver.probe(version.installed)
                }
                let last = try await area.revision(built: "9.9.9", config: ["greeting": "last"])
                try await driver.stage(last, from: area.store)
                try await driver.activate(last.installed)
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(answers.contains { $0.hasPrefix("hello from filter 1.0.0") })
            #expect(answers.contains { $0.hasPrefix("salve from filter 1.1.0") })
        }
    }

    @Test func `a module that refuses to load leaves the old one serving`() async throws {
        try await withHost { host, area, driver in
            let first = try await area.revision(built: "1.0.0")
            let bad = try await area.revision(built: "1.3.0", broken: 4)
            for version in [first, bad] { try await driver.stage(version, from: area.store) }
            try await driver.activate(first.installed)
            let failure = await #expect(throws: SlotFailure.self) { try await driver.activate(bad.installed) }
            #expect(failure?.kind == .module)
            #expect(failure?.message.contains("needs a table that is not there") == true)
            #expect(try await host.version() == "1.0.0")
            try await driver.revert(to: first.installed)
            _ = try await driver.probe(first.installed)
        }
    }

    @Test func `the probe asks the process, not the link`() async throws {
        try await withHost { host, area, driver in
            let first = try await area.revision(built: "1.0.0")
            let second = try await area.revision(built: "1.1.0")
            let broken = try await area.revision(built: "1.2.0", broken: 1)
            for version in [first, second, broken] { try await driver.stage(version, from: area.store) }
            try await driver.activate(first.installed)
            let process = try await driver.probe(first.installed)
            let quiet = try DirectoryDriver(
                slot: "net/filter", settings: .init(directory: host.modules, probe: host.settings.probe), transport: host.client)
            try await quiet.stage(second, from: area.store)
            try await quiet.activate(second.installed)
            let wrong = await #expect(throws: SlotFailure.self) { try await quiet.probe(second.installed) }
            #expect(wrong?.message.contains("/version is 1.0.0, wanted 1.1.0") == true, "linked, and not loaded")
            try await driver.activate(broken.installed)
            let sick = await #expect(throws: SlotFailure.self) { try await driver.probe(broken.installed) }
            #expect(sick?.kind == .module)
            #expect(sick?.message.contains("lost its routing table") == true)
            try await driver.activate(second.installed)
            #expect(try await driver.probe(second.installed) == process)
            host.kill()
            let down = await #expect(throws: SlotFailure.self) { try await driver.probe(second.installed) }
            #expect(down?.kind == .unreachable)
            try await host.restart()
            #expect(try await host.version() == "1.1.0", "a restarted host loads what is linked")
            #expect(try await driver.probe(second.installed) != process, "and is another process")
        }
    }

    @Test func `a signal is a hook as well`() async throws {
        try await withHost { host, area, driver in
            let first = try await area.revision(built: "1.0.0")
            try await driver.stage(first, from: area.store)
            let settings = DirectorySettings(
                directory: host.modules, reload: ReloadSettings(.signal(1, pidFile: host.pidFile)), probe: host.settings.probe)
            let signalling = try DirectoryDriver(slot: "net/filter", settings: settings, transport: host.client)
            try await signalling.stage(first, from: area.store)
            try await signalling.activate(first.installed)
            try await eventually("it has loaded") { try await host.version() == "1.0.0" }
        }
    }
}
