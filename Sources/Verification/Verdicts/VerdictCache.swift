internal import OCI
internal import Synchronization
package import Trust

/// Judgements that were made before, so that a module that is loaded again costs no signature check.
///
/// Nothing is skipped for it: a judgement is a function of the policies, their roots, the delivery, the artifact's digest and the signature manifests, and
/// all of these are the question. Whatever of them changes, a quarantined signer or a root among it, asks another one, which is judged. A clock is among
/// them only where a policy takes signatures that run out: then each minute asks anew, and no verdict is believed for longer than its signatures hold. What
/// else was accepted doesn't age; what was refused is judged anew after a while, nevertheless.
///
/// A manifest is known by its digest. Whoever fetched it has hashed its bytes and those of its layers, this time too.
package final class VerdictCache: Sendable {
    private let shelf: Mutex<VerdictShelf>
    private let flights = SingleFlight<[UInt8], Judgement>()
    private let judging: @Sendable (VerdictQuestion) async -> Judgement

    /// - Parameters:
    ///   - limit: attempts that are kept in all: one for every signature under every authority.
    ///   - refusalLifetime: how long a refusal is believed.
    package convenience init(limit: Int = 16_384, refusalLifetime: Duration = .seconds(60)) {
        self.init(limit: limit, refusalLifetime: refusalLifetime) { $0.judge() }
    }

    init(limit: Int, refusalLifetime: Duration, judging: @escaping @Sendable (VerdictQuestion) async -> Judgement) {
        shelf = Mutex(VerdictShelf(limit: limit, refusalLifetime: refusalLifetime))
        self.judging = judging
    }

    /// What `PolicySet.judge` says. Those who ask the same at the same time get one answer, and nobody's thread waits for it.
    ///
    /// - Parameter now: monotonic.
    /// - Throws: `CancellationError` alone.
    package func judge(
        _ policies: PolicySet, _ delivery: Delivery, digest: String, signatures: [SignatureManifest], pinned: Set<String>? = nil,
        on occasion: Occasion? = nil, now: Duration
    ) async throws -> Judgement {
        let question = VerdictQuestion(policies, delivery, digest: digest, signatures: signatures, pinned: pinned, on: occasion)
        let key = question.key
        if let known = recall(key, now) { return known }
        return try await flights.value(for: key) { [self] in
            // Another flight may have ended since.
            if let known = recall(key, now) { return known }
            let judgement = await judging(question)
            shelf.withLock { $0.put(judgement, for: key, now: now, runsOut: question.timeLeft(of: judgement)) }
            return judgement
        }
    }

    private func recall(_ key: [UInt8], _ now: Duration) -> Judgement? { shelf.withLock { $0.judgement(for: key, now: now) } }

    /// Judgements that are kept.
    var count: Int { shelf.withLock { $0.count } }
    /// How many wait for an answer that is being found.
    func waiting(for question: VerdictQuestion) -> Int { flights.waiting(for: question.key) }
}
