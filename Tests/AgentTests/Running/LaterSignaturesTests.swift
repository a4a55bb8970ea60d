import GraftAPI
import Harness
import JSON
import KubeClient
import KubeCore
import Schema
import Testing
import Trust
import Verification

@testable import Agent

/// Keys are rotated, and who re-signed what runs is owed a look at the new signature by each host.
@Suite("Signatures that the controller found later", .timeLimit(.minutes(5)))
struct LaterSignaturesTests {
    /// A host that runs 1.0.0, signed by the shelf's key alone.
    private func serving(_ body: (AgentBench, MemoryDriver, RevisionReference) async throws -> Void) async throws {
        try await AgentBench.run { bench in
            let first = try await bench.publish("1.0.0")
            let driver = MemoryDriver()
            try await bench.plan(stable: first)
            try await bench.withAgent(bench.agent(bench.configuration(), driver: driver)) {
                try await bench.waitsUntilActive("1.0.0")
                try await bench.waits(for: "it is trusted") { $0.trust?.state == .trusted }
                try await body(bench, driver, first)
            }
            #expect(driver.state.loads == 1 && driver.state.running?.version == "1.0.0", "nothing is loaded or taken away for it")
        }
    }

    private func setPolicy(_ bench: AgentBench, _ authorities: [PolicyAuthority]) async throws {
        let body: JSON = ["spec": ["authorities": authorities.json]]
        _ = try await Api<VerificationPolicy>(bench.cluster.client).mergePatch("release", body)
    }

    private func authority(_ name: String, _ key: PrivateKey, upTo weight: Int? = nil) -> PolicyAuthority {
        var authority = PolicyAuthority(name: name, key: AuthorityKey(data: key.publicKey.pem))
        authority.upToWeight = weight.map { Weight(percent: $0) }
        return authority
    }

    /// What the controller writes when it has found one.
    private func name(_ signatures: [String], of revision: RevisionReference, _ bench: AgentBench) async throws {
        let body: JSON = ["status": ["outcome": "Good", "signatures": signatures.map { SignatureReference(digest: $0) }.json]]
        _ = try await Api<ModuleRevision>(bench.cluster.client, namespace: "payments").patchStatus(
            revision.revision, body, options: WriteOptions(manager: "test"))
    }

    /// Whether it would be loaded by these authorities' word, from the store of the agent alone.
    private func judgedByWhatIsKept(_ revision: RevisionReference, _ bench: AgentBench, _ authorities: [PolicyAuthority]) async throws
        -> SlotTrust.State
    {
        let configuration = bench.configuration()
        let verifier = RevisionVerifier(store: try ContentStore(path: "\(configuration.stateDirectory)/store"), host: configuration)
        var spec = try await Api<VerificationPolicy>(bench.cluster.client).get("release").spec
        spec.authorities = authorities
        let policies = PolicySet([VerificationPolicy(metadata: ObjectMeta(name: "p"), spec: spec, status: NoStatus())])
        let installed = InstalledRevision(
            namespace: "payments", revision: revision.revision, digest: revision.digest, configHash: ConfigHash.of(nil),
            version: revision.version ?? "")
        return await verifier.judge(installed, policies: policies, rootsAreHere: true, stamp: 0, now: Timestamp.now()).state
    }

    @Test func `are fetched when the key is rotated, and what runs is trusted again`() async throws {
        try await serving { bench, _, first in
            let key = try PrivateKey.generate()
            try await setPolicy(bench, [authority("next", key)])
            try await bench.waits(for: "it is not trusted") { $0.trust?.state == .distrusted }
            try await name([try await bench.shelf.sign(first.digest, by: key)], of: first, bench)
            try await bench.waits(for: "it is trusted again") { $0.trust?.state == .trusted }
            #expect(try await judgedByWhatIsKept(first, bench, [authority("next", key)]) == .trusted)
        }
    }

    @Test func `change nothing while the registry is down, and are fetched when it is back`() async throws {
        try await serving { bench, _, first in
            let key = try PrivateKey.generate()
            let signature = try await bench.shelf.sign(first.digest, by: key)
            bench.shelf.goDown()
            let before = bench.shelf.requests
            try await name([signature], of: first, bench)
            try await setPolicy(bench, [authority("next", key)])
            try await bench.waits(for: "it is not trusted") { $0.trust?.state == .distrusted }
            try await eventually("it was asked in vain, and again") { bench.shelf.requests >= before + 2 }
            #expect(try await bench.status()?.trust?.state == .distrusted)
            bench.shelf.goDown(false)
            try await bench.waits(for: "it is trusted again") { $0.trust?.state == .trusted }
        }
    }

    @Test func `by somebody else, or that are not there, leave it as it is`() async throws {
        try await serving { bench, _, first in
            let (key, stranger) = (try PrivateKey.generate(), try PrivateKey.generate())
            let absent = "sha256:\(String(repeating: "a", count: 64))"
            try await name([absent, try await bench.shelf.sign(first.digest, by: stranger)], of: first, bench)
            let before = bench.shelf.requests
            try await setPolicy(bench, [authority("next", key)])
            try await bench.waits(for: "it is not trusted") { $0.trust?.state == .distrusted }
            try await eventually("they were looked at") { bench.shelf.requests >= before + 3 }
            #expect(try await bench.status()?.trust?.state == .distrusted)
            // One more, beside those that don't do.
            try await name(
                [absent, try await bench.shelf.sign(first.digest, by: stranger), try await bench.shelf.sign(first.digest, by: key)],
                of: first, bench)
            try await bench.waits(for: "it is trusted again") { $0.trust?.state == .trusted }
        }
    }

    @Test func `are fetched as well when those that are here vouch for a part of the fleet alone`() async throws {
        try await serving { bench, _, first in
            let key = try PrivateKey.generate()
            try await setPolicy(bench, [authority("staging", bench.shelf.key, upTo: 10), authority("release", key)])
            let signature = try await bench.shelf.sign(first.digest, by: key)
            let before = bench.shelf.requests
            try await name([signature], of: first, bench)
            try await eventually("it was fetched") { bench.shelf.requests > before }
            try await eventually("it is kept") {
                Disk.real.exists("\(bench.directory)/state-node-1/store/blobs/sha256/\(signature.dropFirst(7))")
            }
            // Once the staging signer is not enough any more, the registry may be away.
            try await eventually("the release signer vouches for it") {
                try await judgedByWhatIsKept(first, bench, [authority("release", key)]) == .trusted
            }
        }
    }
}

@Suite("When later signatures are looked for")
struct SignatureScheduleTests {
    private let one = InstalledRevision(namespace: "a", revision: "one", digest: "d", configHash: "", version: "1.0.0")
    private let other = InstalledRevision(namespace: "a", revision: "other", digest: "e", configHash: "", version: "1.0.0")

    @Test func `by rank first, then less and less often, and never when nothing is wanted`() {
        var schedule = SignatureSchedule(spread: .seconds(30))
        schedule.want([one: 1, other: 1], now: .zero) { $0 == one ? 0.5 : 0.1 }
        #expect(schedule.nextDue == .seconds(3) && schedule.due(now: .seconds(2)) == nil)
        #expect(schedule.due(now: .seconds(20)) == other)
        var (now, pauses) = (Duration.seconds(20), [Duration]())
        schedule.want([other: 1], now: now) { _ in 0 }
        for _ in 0..<8 {
            schedule.looked(other, now: now, random: 0.5)
            pauses.append(schedule.nextDue! - now)
            now = schedule.nextDue!
        }
        #expect(pauses == [30, 60, 120, 240, 300, 300, 300, 300].map { .seconds($0) })
        schedule.want([:], now: now) { _ in 0 }
        #expect(schedule.nextDue == nil)
    }

    @Test func `soon again when policies have changed, and no sooner when only somebody asks again`() {
        var schedule = SignatureSchedule(spread: .seconds(30))
        schedule.want([one: 1], now: .zero) { _ in 0 }
        for _ in 0..<5 { schedule.looked(one, now: .zero, random: 0.5) }
        schedule.want([one: 1], now: .seconds(1)) { _ in 0 }
        #expect(schedule.nextDue == .seconds(300))
        schedule.want([one: 2], now: .seconds(2)) { _ in 0.5 }
        #expect(schedule.nextDue == .seconds(17))
    }
}
