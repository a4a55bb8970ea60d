import Glibc
import GraftAPI
import Harness
import JSON
import Testing

@testable import Agent

@Suite("An agent whose files somebody else changes")
struct TamperingTests {
    enum Change: String, CaseIterable, Sendable {
        case bytes, extraFile, link, directory
    }

    private static func make(_ change: Change, _ slot: String) throws {
        let version = "\(slot)/\(try #require(Disk.real.target(ofLink: "\(slot)/current")))"
        chmod(version, 0o755)
        switch change {
        case .bytes: try Disk.real.replace("\(version)/libfilter.so", with: Array("the evil of 1.0.0".utf8))
        case .extraFile: try Disk.real.replace("\(version)/libc.so.6", with: [1, 2, 3])
        case .link: try Disk.real.relink("\(slot)/current", to: "versions")
        case .directory:
            try Disk.real.rename(version, to: "\(slot)/elsewhere")
            try Disk.real.makeDirectories(version)
            for name in ["libfilter.so", "graft.json"] {
                try Disk.real.replace("\(version)/\(name)", with: try Disk.real.read("\(slot)/elsewhere/\(name)"))
            }
            try Disk.real.replace("\(version)/libfilter.so", with: Array("the evil of 1.0.0".utf8))
        }
    }

    /// An agent that sees the mode of a version change may put it anew already before the file in it is changed: then it is changed again.
    private static func makeBesideAgent(_ change: Change, _ slot: String) async throws {
        guard [.bytes, .extraFile].contains(change) else { return try make(change, slot) }
        try await eventually("it is changed") { (try? make(change, slot)) != nil }
    }

    private func isWhole(_ slot: String) -> Bool {
        let target = Disk.real.target(ofLink: "\(slot)/current") ?? ""
        let version = "\(slot)/\(target)"
        return target.hasPrefix("versions/1.0.0-") && (try? Disk.real.read("\(version)/libfilter.so")) == Array("the code of 1.0.0".utf8)
            && (try? Disk.real.names(in: version)) == ["graft.json", "libfilter.so"]
    }

    /// Whatever somebody changes of what is in place: it is put right, the host loads it anew, and the status says so.
    @Test(arguments: Change.allCases, [false, true])
    func `puts right what was changed, while it runs and while it was down`(change: Change, isDown: Bool) async throws {
        try await AgentBench.run { bench in
            let first = try await bench.publish("1.0.0")
            try await bench.plan(stable: first)
            let modules = "\(bench.directory)/modules"
            let slot = "\(modules)/net/filter"
            let host = LinkedHost(slotDirectory: slot)
            var configuration = bench.configuration(directory: LinkedHost.settings(modules))
            configuration.judgePeriod = .seconds(1)
            try await bench.withAgent(bench.agent(configuration, transport: host)) {
                try await bench.waitsUntilActive("1.0.0")
                try await bench.waits(for: "it is trusted") { $0.trust?.state == .trusted }
                if !isDown { try await Self.makeBesideAgent(change, slot) }
                if !isDown { try await expectMended(bench, slot) }
            }
            if isDown {
                try Self.make(change, slot)
                try await bench.withAgent(bench.agent(configuration, transport: host)) {
                    // Where a link leads that nobody watched is put right, as after a crash, and is no news.
                    if change != .link { return try await expectMended(bench, slot) }
                    try await eventually("it is put right") { isWhole(slot) }
                }
            }
            #expect(host.version == "1.0.0")
        }
    }

    private func expectMended(_ bench: AgentBench, _ slot: String) async throws {
        let status = try await bench.waits(for: "it is told") { $0.trust?.reason == SlotFailure.tampered }
        #expect(status.trust?.state == .trusted)
        #expect(status.active?.version == "1.0.0")
        try await eventually("it is put right") { isWhole(slot) }
    }

    @Test func `nobody may write to what is in place, and where somebody may, that is taken back`() async throws {
        try await withTemporaryDirectory { (directory: String) in
            let area = try StagingArea(directory: directory)
            let host = LinkedHost(slotDirectory: "\(directory)/net/filter")
            let driver = try DirectoryDriver(slot: "net/filter", settings: LinkedHost.settings(directory), transport: host)
            let revision = try area.revision("1.0.0", path: "lib/libfilter.so")
            try await driver.stage(revision, from: area.store)
            try await driver.activate(revision.installed)
            let version = driver.path(of: revision.installed)
            func modes() -> [UInt32] {
                ["", "/lib", "/lib/libfilter.so", "/graft.json"].map { name in
                    var about = stat()
                    lstat(version + name, &about)
                    return about.st_mode & 0o7777
                }
            }
            #expect(modes() == [0o555, 0o555, 0o444, 0o444])
            #expect(driver.change(in: revision.installed) == nil)
            chmod("\(version)/lib/libfilter.so", 0o666)
            chmod(version, 0o777)
            #expect(driver.change(in: revision.installed) != nil)
            #expect(try await driver.restore(revision.installed) == nil, "no byte was changed")
            #expect(modes() == [0o555, 0o555, 0o444, 0o444])
            #expect(driver.change(in: revision.installed) == nil)
        }
    }

    @Test func `what an earlier agent staged with wider rights is taken over`() async throws {
        try await withTemporaryDirectory { (directory: String) in
            let area = try StagingArea(directory: directory)
            let settings = DirectorySettings(directory: directory)
            let driver = try DirectoryDriver(slot: "net/filter", settings: settings, transport: NoTransport())
            let revision = try area.revision("1.0.0")
            try await driver.stage(revision, from: area.store)
            let version = driver.path(of: revision.installed)
            for (name, mode) in [("", 0o755), ("/libfilter.so", 0o644), ("/graft.json", 0o644)] { chmod(version + name, mode_t(mode)) }
            var before = stat()
            lstat("\(version)/libfilter.so", &before)
            let next = try DirectoryDriver(slot: "net/filter", settings: settings, transport: NoTransport())
            try await next.stage(revision, from: area.store)
            try await next.activate(revision.installed)
            var after = stat()
            lstat("\(version)/libfilter.so", &after)
            #expect(after.st_ino == before.st_ino, "a host may have it mapped")
            #expect(after.st_mode & 0o777 == 0o444)
        }
    }

    @Test func `what is in place and can't be checked, since the store has lost it, stays`() async throws {
        try await AgentBench.run { bench in
            let first = try await bench.publish("1.0.0")
            try await bench.plan(stable: first)
            let modules = "\(bench.directory)/modules"
            let host = LinkedHost(slotDirectory: "\(modules)/net/filter")
            let configuration = bench.configuration(directory: LinkedHost.settings(modules))
            try await bench.withAgent(bench.agent(configuration, transport: host)) { try await bench.waitsUntilActive("1.0.0") }
            bench.shelf.goDown()
            try Disk.real.removeTree("\(configuration.stateDirectory)/store")
            try await bench.withAgent(bench.agent(configuration, transport: host)) {
                let status = try await bench.waits(for: "it can't be told") { $0.trust?.state == .unknown }
                #expect(status.trust?.reason == "ProofsMissing")
                #expect(status.active?.version == "1.0.0")
            }
            #expect(host.version == "1.0.0")
        }
    }
}
