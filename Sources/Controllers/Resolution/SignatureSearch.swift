import GraftAPI
import KubeCore
import KubeRuntime
import Logging
import OCI
import Rollout
import ServiceLifecycle
import Synchronization
import Trust
import Verification

/// Looks in registries, beside the reconciles, for signatures that came after a revision was made: at once when policies turn against
/// one that is in use, and then at longer and longer intervals for as long as it lacks some. Nobody waits for it: what is kept decides.
struct SignatureSearch: Service {
    /// What is asked of the cluster, and told to it.
    struct Means: Sendable {
        var revision: @Sendable (ObjectKey) -> ModuleRevision?
        /// Writes evidence, and where its signatures stand.
        var keep: @Sendable (ModuleRevision, Judgement) async throws -> Void
        /// A look at a revision told something new.
        var found: @Sendable (ModuleRevision) -> Void
    }

    private let controller: Controller<ObjectKey>

    /// - Parameter interval: after the first look; later ones wait longer, five minutes at most.
    init(
        _ memory: SignatureMemory, resolver: ModuleResolver, trust: TrustView, interval: Duration, means: Means, logger: Logger,
        surroundings: Surroundings
    ) {
        let backoff = Backoff(base: interval, cap: max(interval, .seconds(300)), jitter: 0.25)
        let silence = RegistrySilence(surroundings: surroundings)
        controller = Controller("signatures", triggers: [], workers: 4, logger: logger, surroundings: surroundings) { key in
            guard memory.isWanted(key), let revision = means.revision(key) else { return .awaitChange }
            let generation = trust.generation
            let look = try await Self.look(at: revision, resolver, trust.current, silence, means, surroundings)
            logger.debug("looked for signatures", metadata: ["revision": "\(key)", "found": "\(look)"])
            let (again, isNews) = memory.keep(look, of: key, generation: generation)
            if isNews { means.found(revision) }
            // Policies that changed meanwhile have asked anew.
            guard let again else { return memory.look(at: key, generation: trust.generation) == nil ? .after(.zero) : .awaitChange }
            return .after(backoff.delay(again, random: surroundings.random()))
        }
        memory.due.connect { [controller] in controller.enqueue($0) }
    }

    func run() async throws { try await controller.run() }

    private static func look(
        at revision: ModuleRevision, _ resolver: ModuleResolver, _ policies: PolicySet, _ silence: RegistrySilence, _ means: Means,
        _ surroundings: Surroundings
    ) async throws -> SignatureLook {
        guard let reference = try? Reference(parsing: revision.spec.source), !silence.holds(reference.registry) else { return .unreachable }
        let judged: ModuleResolver.Rejudgement?
        do {
            judged = try await withThrowingTaskGroup(of: ModuleResolver.Rejudgement?.self) { group in
                group.addTask { try await resolver.rejudge(revision, reference, policies: policies, now: surroundings.wallTime()) }
                group.addTask {
                    try await surroundings.sleep(RegistrySilence.patience)
                    return nil
                }
                defer { group.cancelAll() }
                return try await group.next() ?? nil
            }
        } catch let error as OCIError {
            if error.isTransient { silence.note(reference.registry) }
            return .unreachable
        }
        guard let judged else {
            silence.note(reference.registry)
            return .unreachable
        }
        if judged.judgement.isTrusted {
            try await means.keep(revision, judged.judgement)
            return .accepted
        }
        guard judged.isComplete, let failure = judged.judgement.failure else { return .unreachable }
        let failing = judged.judgement.findings.filter { $0.mode == .enforce && $0.failure != nil }.map(\.policy)
        var refusal = Refusal.verification(failure, judged.judgement, "\(revision.spec.version) (\(revision.spec.digest))")
        refusal.reason = Refusal.distrusted
        refusal.policy = failing.first
        return .disproved(refusal, policies: failing)
    }
}

/// Registries that did not answer: for a while nobody asks them, so that one of them doesn't hold up what others could tell.
final class RegistrySilence: Sendable {
    /// How long a registry may take.
    static let patience = Duration.seconds(10)
    private static let length = Duration.seconds(30)

    private let ends = Mutex<[String: Duration]>([:])
    private let surroundings: Surroundings

    init(surroundings: Surroundings) { self.surroundings = surroundings }

    func holds(_ registry: String) -> Bool {
        ends.withLock { ends in
            guard let end = ends[registry] else { return false }
            if surroundings.now() < end { return true }
            ends[registry] = nil
            return false
        }
    }

    func note(_ registry: String) { ends.withLock { $0[registry] = surroundings.now() + Self.length } }
}
