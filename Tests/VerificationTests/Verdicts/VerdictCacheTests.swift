import Harness
import Synchronization
import Testing

@testable import Trust
@testable import Verification

/// What was judged once isn't judged again, and nothing that was asked differently gets its answer.
@Suite("Verdicts that are kept")
struct VerdictCacheTests {
    /// Judges for real, and counts.
    private final class Judge: Sendable {
        private let asked = Mutex(0)
        var count: Int { asked.withLock { $0 } }

        func cache(limit: Int = 1000, refusalLifetime: Duration = .seconds(60)) -> VerdictCache {
            VerdictCache(limit: limit, refusalLifetime: refusalLifetime) { [self] question in
                asked.withLock { $0 += 1 }
                return question.judge()
            }
        }
    }

    private struct Asked {
        var policies: PolicySet
        var delivery = VerdictSamples.delivery
        var digest = VerdictSamples.digest
        var signatures: [SignatureManifest]
        var pinned: Set<String>?
        var now = Duration.zero

        init() throws {
            policies = try VerdictSamples.policies()
            signatures = [try VerdictSamples.signature(by: 1)]
        }

        func judge(_ cache: VerdictCache) async throws -> Judgement {
            try await cache.judge(policies, delivery, digest: digest, signatures: signatures, pinned: pinned, now: now)
        }

        var fresh: Judgement { policies.judge(delivery, digest: digest, signatures: signatures, pinned: pinned) }
    }

    @Test("The same question is answered by the same judgement, without another one")
    func same() async throws {
        let judge = Judge()
        let cache = judge.cache()
        let asked = try Asked()
        let first = try await asked.judge(cache)
        #expect(first.isTrusted && first == asked.fresh)
        #expect(try await asked.judge(cache) == first)
        // As another process reads the same policies.
        var again = asked
        again.policies = try VerdictSamples.policies()
        #expect(try await again.judge(cache) == first)
        #expect(judge.count == 1)
    }

    private static let changes: [(what: String, change: @Sendable (inout Asked) throws -> Void)] = [
        ("the namespace", { $0.delivery.namespace = "payments-2" }),
        ("the class", { $0.delivery.class = "edge-proxy-2" }),
        ("the slot", { $0.delivery.slot = "net/other" }),
        ("the repository", { $0.delivery.repository += "/other" }),
        ("the digest", { $0.digest = VerdictSamples.otherDigest }),
        ("other signatures", { $0.signatures = [try VerdictSamples.signature(by: 2)] }),
        ("more signatures", { $0.signatures.append(try VerdictSamples.signature(by: 2)) }),
        ("no signatures", { $0.signatures = [] }),
        (
            "pins of others",
            {
                $0.signatures = [try VerdictSamples.signature(by: 1), try VerdictSamples.signature(by: 3)]
                $0.pinned = [$0.signatures[1].digest]
            }
        ),
        ("another mode", { $0.policies = try VerdictSamples.policies { $0.mode = "Warn" } }),
        ("another threshold", { $0.policies = try VerdictSamples.policies { $0.threshold = 2 } }),
        ("another authority", { $0.policies = try VerdictSamples.policies(by: [2]) }),
        ("one authority less", { $0.policies = try VerdictSamples.policies(by: [1]) }),
        ("another match", { $0.policies = try VerdictSamples.policies { $0.slots = ["**"] } }),
        ("a key revoked", { $0.policies = try VerdictSamples.policies { $0.revoked = try VerdictSamples.revocation(of: 1) } }),
        ("a demand", { $0.policies = try VerdictSamples.policies { $0.attestations = [.init(name: "t", predicateType: "custom")] } }),
        ("the signed reference", { $0.policies = try VerdictSamples.policies { $0.signedReference = "Repository" } }),
        ("an error in a policy", { $0.policies = try VerdictSamples.policies { $0.threshold = 9 } }),
        ("a second policy", { $0.policies = PolicySet($0.policies.policies + [Policy(try VerdictSamples.source(name: "z"))]) }),
        ("no policy", { $0.policies = PolicySet([] as [Policy]) }),
    ]

    @Test("Each part of the question that changes is judged anew, and as if nothing had been judged before")
    func changed() async throws {
        let judge = Judge()
        let cache = judge.cache()
        _ = try await Asked().judge(cache)
        for (number, (what, change)) in Self.changes.enumerated() {
            var asked = try Asked()
            try change(&asked)
            let judgement = try await asked.judge(cache)
            #expect(judgement == asked.fresh, "\(what)")
            #expect(judge.count == number + 2, "\(what)")
        }
        // All of them stand beside one another.
        _ = try await Asked().judge(cache)
        #expect(judge.count == Self.changes.count + 1)
    }

    @Test("Another content of a root under the same name is another question")
    func roots() async throws {
        let judge = Judge()
        let cache = judge.cache()
        var asked = try Asked()
        for (root, count) in [("{}", 1), ("{ }", 2), (nil, 3), ("{}", 3)] {
            asked.policies = try VerdictSamples.keyless(root: root)
            #expect(try await asked.judge(cache) == asked.fresh)
            #expect(judge.count == count, "\(root ?? "no root")")
        }
    }

    @Test("What was refused is judged anew after a while; what was accepted is not")
    func refusals() async throws {
        let judge = Judge()
        let cache = judge.cache(refusalLifetime: .seconds(60))
        var good = try Asked()
        var bad = try Asked()
        bad.signatures = []
        for (now, count) in [(0, 2), (59, 2), (60, 3), (119, 3), (120, 4), (1_000_000, 5)] {
            (good.now, bad.now) = (.seconds(now), .seconds(now))
            #expect(try await good.judge(cache).isTrusted)
            #expect(try await !bad.judge(cache).isTrusted)
            #expect(judge.count == count, "after \(now) seconds")
        }
    }

    @Test("What runs out is believed until then, by the clock of the occasion, and not a second longer")
    func runningOut() async throws {
        let start = Moment(seconds: 1_800_000_000)
        let judge = Mutex(0)
        let cache = VerdictCache(limit: 1000, refusalLifetime: .seconds(60)) { question in
            judge.withLock { $0 += 1 }
            var judgement = question.judge()
            judgement.findings[0].verdict.attempts[0].evidence = BundleEvidence(
                signer: .key(""), keyFingerprint: "", rootDigest: "", times: [], logEntries: [], certificateLogs: [],
                rejectedTimestamps: [], holdsUntil: Moment(seconds: start.seconds + 20))
            return judgement
        }
        let asked = try Asked()
        // The occasion's clock and the monotonic one go on alike; in the end the former stands.
        for (seconds, clock, count) in [(5, 5, 1), (19, 19, 1), (20, 20, 2), (21, 20, 3)] {
            let occasion = Occasion(
                now: Moment(seconds: start.seconds + Int64(clock)), mediaType: "application/vnd.oci.image.manifest.v1+json", size: 7)
            _ = try await cache.judge(
                asked.policies, asked.delivery, digest: asked.digest, signatures: asked.signatures, on: occasion,
                now: .seconds(1000 + seconds))
            #expect(judge.withLock { $0 } == count, "after \(seconds) seconds")
        }
    }

    @Test("Another occasion is another question")
    func occasions() async throws {
        let judge = Judge()
        let cache = judge.cache()
        let asked = try Asked()
        let now = Moment(seconds: 1_800_000_000)
        let occasions = [
            nil, Occasion(now: now, mediaType: "a/b", size: 1), Occasion(now: now, mediaType: "a/c", size: 1),
            Occasion(now: now, mediaType: "a/b", size: 2), Occasion(now: Moment(seconds: now.seconds + 60), mediaType: "a/b", size: 1),
        ]
        for (number, occasion) in (occasions + occasions).enumerated() {
            _ = try await cache.judge(
                asked.policies, asked.delivery, digest: asked.digest, signatures: asked.signatures, on: occasion, now: .zero)
            #expect(judge.count == min(number + 1, occasions.count))
        }
    }

    @Test("All who ask at the same time wait for one judgement; one who gives up waits no longer")
    func simultaneous() async throws {
        let gate = Mutex(false)
        let judged = Mutex(0)
        let cache = VerdictCache(limit: 1000, refusalLifetime: .seconds(60)) { question in
            judged.withLock { $0 += 1 }
            while !gate.withLock({ $0 }) { try? await Task.sleep(for: .milliseconds(1)) }
            return question.judge()
        }
        let asked = try Asked()
        let question = VerdictQuestion(asked.policies, asked.delivery, digest: asked.digest, signatures: asked.signatures)
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<16 { group.addTask { try await asked.judge(cache).isTrusted } }
            try await eventually("all wait") { cache.waiting(for: question) == 16 }
            // Given up while the others go on.
            await withTaskGroup(of: Void.self) { inner in
                inner.addTask {
                    await #expect(throws: CancellationError.self) { try await asked.judge(cache) }
                }
                inner.cancelAll()
            }
            #expect(cache.waiting(for: question) == 16)
            gate.withLock { $0 = true }
            for try await isTrusted in group { #expect(isTrusted) }
        }
        #expect(judged.withLock { $0 } == 1)
        #expect(try await asked.judge(cache).isTrusted)
        #expect(judged.withLock { $0 } == 1)
    }

    @Test("No more is kept than may be, and what was asked for last stays")
    func bounded() async throws {
        let judge = Judge()
        // One finding of two attempts: four for each.
        let cache = judge.cache(limit: 40)
        let first = try Asked()
        for number in 0..<100 {
            var asked = try Asked()
            asked.delivery.repository += "/\(number)"
            _ = try await asked.judge(cache)
            _ = try await first.judge(cache)
            #expect(cache.count <= 10)
        }
        #expect(judge.count == 101)
        #expect(cache.count == 10)
    }

    @Test("A judgement that is greater than all that may be kept is given and not kept")
    func tooGreat() async throws {
        let judge = Judge()
        let cache = judge.cache(limit: 2)
        for count in 1...2 {
            #expect(try await Asked().judge(cache).isTrusted)
            #expect(judge.count == count && cache.count == 0)
        }
    }
}
