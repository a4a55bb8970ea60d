import Glibc
import GraftAPI
import Harness
import JSON
import KubeCore
import OCI
import Synchronization
import Testing

@testable import Agent

@Suite("Somebody who changes files and memory on the way to a host that is handed open files", .timeLimit(.minutes(5)))
struct SocketSwapTests {
    /// Those of `SwapAttack` that find something here: the others are for paths that a host would follow, and there are none.
    static let ofTheStore: [SwapAttack] = [
        .blobWritten, .blobTruncated, .blobReplaced, .blobLinked, .blobHardLinked, .blobRemoved, .blobIsDirectory, .manifestReplaced,
        .signatureReplaced, .configurationChanged,
    ]

    /// Before each system call and step that depends on what is attacked: the host runs the verified bytes, or what ran before, and never had any
    /// other bytes, not even for a moment.
    @Test(arguments: [false, true])
    func `never has a host map other bytes than the verified ones by changing the store`(covers: Bool) async throws {
        let tally = SocketTally()
        try await withTemporaryDirectory(inMemory: true) { (root: String) in
            let shelf = try FallibleShelf(directory: root)
            let versions = [try await SwapBench.publish("1.0.0", on: shelf), try await SwapBench.publish("1.1.0", on: shelf)]
            for attack in Self.ofTheStore {
                let target = SwapTarget()
                let swapper = Swapper(
                    covers: covers, concerns: { path in target.site.map { attack.concerns(path, $0) } ?? false },
                    attack: { target.site.flatMap { attack.strike($0) } })
                try await SocketSwapBench.run(
                    "\(root)/\(attack.rawValue)", shelf, versions, disk: swapper.disk,
                    moment: { what in
                        swapper.moment(what)
                        if what == "the host has mapped" { swapper.hostHasRead() }
                    }
                ) { bench in
                    try await bench.strikeEverywhere(
                        attack.rawValue, tally, prepare: { target.set(try bench.site(of: $0)) }, arm: { swapper.arm(at: $0) },
                        disarm: { (swapper.disarm(), swapper.struckBefore) })
                }
            }
        }
        print(covers ? "store, undone:" : "store:", tally.summary)
        for attack in Self.ofTheStore { #expect(tally.strikes(of: attack.rawValue) > 0, "\(attack) found something to strike at") }
    }

    @Test func `never has a host map other bytes than the verified ones by reaching for the memory`() async throws {
        let tally = SocketTally()
        try await withTemporaryDirectory(inMemory: true) { (root: String) in
            let shelf = try FallibleShelf(directory: root)
            let versions = [try await SwapBench.publish("1.0.0", on: shelf), try await SwapBench.publish("1.1.0", on: shelf)]
            for attack in MemoryAttack.allCases {
                let attacker = MemoryAttacker(attack)
                var changes = 0
                try await SocketSwapBench.run(
                    "\(root)/\(attack.rawValue)", shelf, versions, disk: attacker.disk, moment: { attacker.moment($0) }
                ) { bench in
                    try await bench.strikeEverywhere(
                        attack.rawValue, tally, prepare: { _ in }, arm: { attacker.arm(at: $0) },
                        disarm: {
                            changes += attacker.changes
                            return (attacker.disarm(), attacker.struckBefore)
                        })
                }
                #expect(changes > 0, "\(attack) got through before the memory was sealed")
                #expect(tally.strikes(of: attack.rawValue) > 10)
            }
        }
        print("memory:", tally.summary)
        #expect(tally.failures > 0, "what was changed before it was sealed is not handed over")
    }
}

/// A host at a socket driver, with all that an agent does from the registry to the probe.
struct SocketSwapBench: Sendable {
    let driver: SocketDriver
    let host: MappingHost
    let flow: SwapFlow
    let versions: [SwapBench.Version]
    let directory: String

    static func run(
        _ directory: String, _ shelf: FallibleShelf, _ versions: [SwapBench.Version], disk: Disk,
        moment: @escaping @Sendable (String) -> Void,
        _ body: (SocketSwapBench) async throws -> Void
    ) async throws {
        try Disk.real.makeDirectories("\(directory)/scratch")
        let path = "\(directory)/filter.sock"
        let settings = SocketSettings(
            path: path, user: geteuid(), loadTimeout: .seconds(60), probeTimeout: .seconds(60), hostWait: .seconds(60))
        let driver = try SocketDriver(slot: "net/filter", settings: settings, disk: disk, logger: .silent)
        let host = try MappingHost(path: path, moment: moment)
        let flow = try SwapFlow(driver: driver, directory: directory, shelf: shelf, disk: disk)
        try await driver.whileListening {
            try await host.whileServing {
                try await body(
                    SocketSwapBench(driver: driver, host: host, flow: flow, versions: versions, directory: directory))
            }
        }
    }

    /// Where what is attacked of a version lies; the attacker's files are written anew.
    func site(of version: SwapBench.Version) throws -> SwapAttack.Site {
        let evil = "\(directory)/scratch/evil"
        let bytes = Array("the evil of \(version.revision.spec.version)".utf8)
        try Disk.real.removeTree("\(directory)/scratch")
        try Disk.real.makeDirectories("\(evil)/versions/x")
        try Disk.real.replace("\(evil)/versions/x/libfilter.so", with: bytes)
        let spec = version.revision.spec
        return SwapAttack.Site(
            blob: flow.store.path(of: Digest(of: version.bytes)), manifest: flow.store.path(of: try Digest(parsing: spec.digest)),
            signature: flow.store.path(of: try Digest(parsing: spec.signatures[0].digest)),
            stored: "\(directory)/store/revisions/payments_\(version.revision.metadata.name).json", slot: "\(directory)/none", version: "x",
            evil: evil, scratch: "\(directory)/scratch", evilBytes: bytes)
    }

    /// One delivery for each moment there is, from one version to the other and back.
    func strikeEverywhere(
        _ attack: String, _ tally: SocketTally, prepare: (SwapBench.Version) throws -> Void, arm: (Int) -> Void,
        disarm: () -> (moments: Int, struckBefore: String?)
    ) async throws {
        try await flow.deliver(versions[0])
        try await flow.deliver(versions[1])
        for moment in 0..<2_000 {
            let (before, wanted) = moment % 2 == 0 ? (versions[1], versions[0]) : (versions[0], versions[1])
            // Nothing of it is sealed already.
            try await driver.retain([flow.installed(before)])
            try prepare(wanted)
            arm(moment)
            var failures: [SlotFailure] = []
            while failures.count < 6 {
                do {
                    try await flow.deliver(wanted)
                    break
                } catch {
                    let failure = SlotFailure(error, during: .activate(flow.installed(wanted)))
                    failures.append(failure)
                    #expect(
                        failure.kind == .environment, "\(attack): nobody's module is to blame, and the host was told nothing: \(failure)")
                    #expect(host.running == before.bytes, "\(attack): what was there before runs: \(failure)")
                }
            }
            let (moments, struckBefore) = disarm()
            #expect(host.running == wanted.bytes, "\(attack) before \(struckBefore ?? "-"): \(failures)")
            #expect(host.config?.contains("havoc") == false)
            tally.note(attack, struck: struckBefore != nil, failures.count)
            if host.running != wanted.bytes { return }
            if moment >= moments, failures.isEmpty { break }
        }
        // Every byte that it ever had, and still has.
        let mapped = try #require(host.everMapped, "what is mapped stays as it was")
        let libraries = mapped.filter { !$0.starts(with: Array("{".utf8)) }
        #expect(libraries == Set(versions.map(\.bytes)))
        #expect(mapped.count == 3, "and one configuration")
    }
}

final class SocketTally: Sendable {
    private struct State {
        var strikes: [String: Int] = [:]
        var runs = 0
        var failures = 0
    }

    private let state = Mutex(State())

    func note(_ attack: String, struck: Bool, _ failures: Int) {
        state.withLock { state in
            state.runs += 1
            state.failures += failures
            if struck { state.strikes[attack, default: 0] += 1 }
        }
    }

    func strikes(of attack: String) -> Int { state.withLock { $0.strikes[attack] ?? 0 } }
    var failures: Int { state.withLock { $0.failures } }
    var summary: String {
        state.withLock { "\($0.runs) deliveries, \($0.strikes.values.reduce(0, +)) struck, \($0.failures) refused; other bytes in no host" }
    }
}
