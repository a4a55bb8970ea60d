import Glibc
import GraftAPI
import GraftHost
import Harness
import JSON
import KubeRuntime
import Testing

@testable import Agent

@Suite("The directory driver of a host that divides calls")
struct DirectoryRoutingTests {
    private struct Bench {
        var driver: DirectoryDriver
        var host: LinkedHost
        var slot: String
        var versions: [InstalledRevision]

        func canary(_ percent: Int, _ version: Int = 1) -> RoutedCanary {
            RoutedCanary(installed: versions[version], rule: SlotSimulation.rule(percent))
        }
        var document: RoutingDocument? {
            (try? Disk.real.read("\(slot)/routing.json")).flatMap { try? JSON.parse($0) }.flatMap { try? RoutingDocument(from: $0) }
        }
    }

    private func withBench(disk: Disk = .real, routes: Bool = true, _ body: (Bench) async throws -> Void) async throws {
        try await withTemporaryDirectory { (directory: String) in
            let area = try StagingArea(directory: directory)
            let host = LinkedHost(slotDirectory: "\(directory)/net/filter")
            let driver = try DirectoryDriver(
                slot: "net/filter", settings: LinkedHost.settings(directory, routes: routes), disk: disk, transport: host)
            let versions = try ["1.0.0", "1.1.0", "1.2.0"].map { try area.revision($0) }
            for version in versions { try await driver.stage(version, from: area.store) }
            try await driver.activate(versions[0].installed)
            try await body(Bench(driver: driver, host: host, slot: "\(directory)/net/filter", versions: versions.map(\.installed)))
        }
    }

    @Test func `current stays, canary links to the other version, and routing says which calls are its`() async throws {
        try await withBench { bench in
            #expect(bench.driver.features == ["unload", "routing"])
            #expect(try await bench.driver.route(bench.canary(5), beside: bench.versions[0]) == nil)
            #expect(bench.host.version == "1.0.0" && bench.host.canaryVersion == "1.1.0")
            #expect(Disk.real.target(ofLink: "\(bench.slot)/canary")?.hasPrefix("versions/1.1.0-") == true)
            let document = try #require(bench.document)
            #expect(document.name == SlotSimulation.rule(5).name)
            #expect(document.rule == RoutingRule(salt: "salt", shares: [.init(below: 5 * (1 << 48) / 100)]))
            #expect(document.stable.version == "1.0.0" && document.canary.digest == bench.versions[1].digest)
            #expect(try await bench.driver.probe(bench.versions[1]) == "1")
            // Another rule
            _ = try await bench.driver.route(bench.canary(50), beside: bench.versions[0])
            #expect(bench.host.rule == SlotSimulation.rule(50).name)
            #expect(try await bench.driver.probe(bench.versions[1]) == "1")
            #expect(bench.driver.change(in: bench.versions[0]) == nil)
            // What is linked is never removed, whoever forgets to keep it
            try await bench.driver.retain([bench.versions[1]])
            #expect(try Disk.real.names(in: "\(bench.slot)/versions").count == 2)
            // All calls
            try await bench.driver.activate(bench.versions[1])
            #expect(bench.host.version == "1.1.0" && bench.host.canaryVersion == nil)
            #expect(try Disk.real.names(in: bench.slot) == ["current", "versions"])
        }
    }

    @Test func `going back leaves one version, and so does nothing at all`() async throws {
        try await withBench { bench in
            for target in [bench.versions[0], nil] {
                _ = try await bench.driver.route(bench.canary(5), beside: bench.versions[0])
                try await bench.driver.revert(to: target)
                #expect(bench.host.version == target?.version && bench.host.canaryVersion == nil)
                #expect(try Disk.real.names(in: bench.slot) == (target == nil ? ["versions"] : ["current", "versions"]))
            }
        }
    }

    @Test func `a probe of the canary fails while the process divides by another rule, or runs another version`() async throws {
        try await withBench { bench in
            _ = try await bench.driver.route(bench.canary(5), beside: bench.versions[0])
            bench.host.kill()
            let unreachable = await #expect(throws: SlotFailure.self) { _ = try await bench.driver.probe(bench.versions[1]) }
            #expect(unreachable?.kind == .unreachable)
            bench.host.start()
            _ = try await bench.driver.probe(bench.versions[1])
            let other = RoutingDocument(bench.canary(7), beside: bench.versions[0])
            let written = try Disk.real.read("\(bench.slot)/routing.json")
            try Disk.real.replace("\(bench.slot)/routing.json", with: other.json.bytes(.pretty))
            bench.host.start()
            try Disk.real.replace("\(bench.slot)/routing.json", with: written)
            let wrong = await #expect(throws: SlotFailure.self) { _ = try await bench.driver.probe(bench.versions[1]) }
            #expect(wrong?.message.contains("/rule is \(SlotSimulation.rule(7).name)") == true, "\(String(describing: wrong))")
        }
    }

    @Test func `a host that is down before it is told has nothing changed`() async throws {
        try await withBench { bench in
            bench.host.kill()
            let failure = await #expect(throws: SlotFailure.self) {
                _ = try await bench.driver.route(bench.canary(5), beside: bench.versions[0])
            }
            #expect(failure?.kind == .unreachable)
            let names = try Disk.real.names(in: bench.slot)
            #expect(names == ["current", "versions"])
        }
    }

    @Test func `a host that can't divide calls is not asked to`() async throws {
        try await withBench(routes: false) { bench in
            #expect(bench.driver.features == ["unload"])
            let failure = await #expect(throws: SlotFailure.self) {
                _ = try await bench.driver.route(bench.canary(5), beside: bench.versions[0])
            }
            #expect(failure?.reason == "CannotRoute" && failure?.kind == .environment)
        }
    }

    enum Meddling: CaseIterable { case rule, noRule, link, payload, planted, linkedRule }

    @Test(arguments: Meddling.allCases) func `what somebody else changes of it is seen, and put right`(meddling: Meddling) async throws {
        try await withTemporaryDirectory { (directory: String) in
            let area = try StagingArea(directory: directory)
            let host = LinkedHost(slotDirectory: "\(directory)/net/filter")
            let driver = try DirectoryDriver(slot: "net/filter", settings: LinkedHost.settings(directory, routes: true), transport: host)
            let versions = try ["1.0.0", "1.1.0", "1.2.0"].map { try area.revision($0) }
            for version in versions { try await driver.stage(version, from: area.store) }
            let (stable, new) = (versions[0].installed, versions[1].installed)
            try await driver.activate(stable)
            let canary = RoutedCanary(installed: new, rule: SlotSimulation.rule(5))
            let isDivided = meddling != .planted
            if isDivided { _ = try await driver.route(canary, beside: stable) }
            let slot = "\(directory)/net/filter"
            let forged = RoutingDocument(RoutedCanary(installed: new, rule: SlotSimulation.rule(100)), beside: stable).json.bytes(.pretty)
            switch meddling {
            case .rule, .planted: try Disk.real.replace("\(slot)/routing.json", with: forged)
            case .noRule: try Disk.real.removeIfPresent("\(slot)/routing.json")
            case .link: try Disk.real.relink("\(slot)/canary", to: "versions/\(DirectoryDriver.directoryName(of: versions[2].installed))")
            case .payload:
                chmod(driver.path(of: new), 0o755)
                try Disk.real.replace("\(driver.path(of: new))/libfilter.so", with: Array("the code of 6.6.6".utf8))
            case .linkedRule:
                try Disk.real.replace("\(directory)/elsewhere.json", with: forged)
                try Disk.real.removeIfPresent("\(slot)/routing.json")
                symlink("\(directory)/elsewhere.json", "\(slot)/routing.json")
            }
            #expect(driver.change(in: stable) != nil)
            // As the slot's runner does it
            if meddling == .payload {
                let failure = await #expect(throws: SlotFailure.self) { _ = try await driver.route(canary, beside: stable) }
                #expect(failure?.reason == SlotFailure.tampered)
                try await driver.stage(versions[1], from: area.store)
            }
            var mended = try await driver.restore(stable, isDivided: isDivided)
            if isDivided { mended = try await driver.route(canary, beside: stable) ?? mended }
            #expect(mended != nil, "and told")
            #expect(driver.change(in: stable) == nil)
            #expect(host.canaryVersion == (isDivided ? "1.1.0" : nil))
            #expect(host.rule == (isDivided ? canary.rule.name : nil))
            #expect(try Disk.real.read("\(driver.path(of: new))/libfilter.so") == Array("the code of 1.1.0".utf8))
        }
    }

    /// Dies at every change to a file on the way, and a host starts just then.
    @Test(arguments: [(0, 5), (5, 50), (5, 100), (5, 0), (100, 5)])
    func `a host that starts in the middle of a change finds the rule before or the one after`(from: Int, to: Int) async throws {
        func go(_ percent: Int, _ driver: DirectoryDriver, _ versions: [VerifiedRevision]) async throws {
            switch percent {
            case 0: try await driver.revert(to: versions[0].installed)
            case 100: try await driver.activate(versions[1].installed)
            default:
                let rule = SlotSimulation.rule(percent)
                // All calls go back to the stable version before it shares them again.
                if Disk.real.target(ofLink: driver.current) != driver.linkTarget(versions[0].installed) {
                    try await driver.activate(versions[0].installed)
                }
                _ = try await driver.route(RoutedCanary(installed: versions[1].installed, rule: rule), beside: versions[0].installed)
            }
        }
        func share(_ host: LinkedHost) -> Int? {
            guard let rule = host.rule else { return ["1.0.0": 0, "1.1.0": 100][host.version] }
            // Where both are the canary every call is.
            if host.version == "1.1.0" { return 100 }
            return host.version == "1.0.0" && host.canaryVersion == "1.1.0" ? [5, 50].first { SlotSimulation.rule($0).name == rule } : nil
        }
        var deaths = 0
        for death in 0..<60 {
            let isOver = try await withTemporaryDirectory { (directory: String) in
                let area = try StagingArea(directory: directory)
                let host = LinkedHost(slotDirectory: "\(directory)/net/filter")
                let settings = LinkedHost.settings(directory, routes: true)
                let versions = try ["1.0.0", "1.1.0"].map { try area.revision($0) }
                let before = try DirectoryDriver(slot: "net/filter", settings: settings, transport: host)
                for version in versions { try await before.stage(version, from: area.store) }
                try await before.activate(versions[0].installed)
                try await go(from, before, versions)
                let mortal = Mortal(dyingAt: death)
                let dying = try DirectoryDriver(slot: "net/filter", settings: settings, disk: mortal.disk, transport: host)
                for version in versions { try? await dying.stage(version, from: area.store) }
                try? await go(to, dying, versions)
                host.kill()
                host.start()
                let found = share(host)
                let between = from == 100 ? 0 : nil
                #expect(
                    found == from || found == to || found != nil && found == between,
                    "died after \(mortal.log): \(String(describing: found))")
                // And the next one brings it to its end
                let after = try DirectoryDriver(slot: "net/filter", settings: settings, transport: host)
                for version in versions { try await after.stage(version, from: area.store) }
                try await go(to, after, versions)
                #expect(share(host) == to)
                return !mortal.isDead
            }
            if isOver { break }
            deaths += 1
        }
        #expect(deaths > 2 && deaths < 60, "it died at each of its changes: \(deaths)")
    }
}
