import GraftAPI
import KubeCore
import KubeRuntime
import Logging
import OCI
import Rollout
import Trust
import Verification

extension DeploymentReconciler {
    /// Which revision the spec asks for. Asks the network only when nothing here can answer.
    /// - Returns: what is known, and when to ask again although nothing changed.
    func want(_ deployment: ModuleDeployment) async throws -> (Wanted, Duration?) {
        if let refusal = ModuleResolver.check(deployment) { return (.refused(refusal), nil) }
        let configHash = ConfigHash.of(deployment.spec.config)
        let known = revisions(of: deployment)
        // Verified once, it needs no registry any more: where policies turn against what is kept, signatures are looked for beside this.
        // One without evidence was cut off between its two writes.
        if let revision = known.last(where: { $0.spec.source == deployment.spec.module && $0.spec.configHash == configHash }),
            !revision.status.evidence.isEmpty
        {
            turns.forget(deployment.key)
            return (.revision(revision.metadata.name), nil)
        }
        let question = ResolutionMemory.Question(
            uid: deployment.metadata.uid ?? "", module: deployment.spec.module, configHash: configHash,
            policies: trust.generation)
        if let answer = memory.recall(deployment.key, question, now: surroundings.now()) {
            // A revision that is gone was forgotten by someone: look it up anew.
            if answer.wanted.revisionName.map({ name in known.contains { $0.metadata.name == name } }) ?? true {
                turns.forget(deployment.key)
                return (answer.wanted, answer.retryAfter)
            }
        }
        try await announce(deployment)
        // Neither who gives a rollout up waits for a registry, nor what goes back, nor what is to be told of that.
        let isAborted = Verbs(annotations: verbs.fresh(deployment)).abort != nil
        if isAborted || isGoingBack(deployment) || statuses.hasUntoldTurn(of: deployment) {
            return (.pending("\(deployment.spec.module) is looked up once hosts are back"), Self.respite)
        }
        guard turns.begin(deployment.key) else {
            return (.pending("\(deployment.spec.module) waits for others to be looked up"), Self.patience)
        }
        defer { turns.end(deployment.key) }
        return try await lookUp(deployment, question, known)
    }

    /// After which one who waits for a turn looks again, should nobody call it.
    private static let patience = Duration.seconds(30)

    /// After which it is looked at again, should no host report anything.
    private static let respite = Duration.seconds(1)

    private func isGoingBack(_ deployment: ModuleDeployment) -> Bool {
        guard let rollout = (statuses.decided(deployment) ?? deployment.status).rollout else { return false }
        return rollout.kind == .return && rollout.state == .running
    }

    private func lookUp(
        _ deployment: ModuleDeployment, _ question: ResolutionMemory.Question, _ known: [ModuleRevision]
    ) async throws -> (Wanted, Duration?) {
        // A reference already in the history keeps its digest.
        let digest = known.last { $0.spec.source == deployment.spec.module }.flatMap { try? Digest(parsing: $0.spec.digest) }
        do {
            let module = try await resolver.resolve(
                deployment, policies: trust.current, known: digest, now: surroundings.wallTime())
            try Task.checkCancellation()
            let revision = try await revisions.publish(
                module, for: deployment, number: (known.last?.spec.number ?? 0) + 1, now: surroundings.wallTime())
            writtenRevisions.remember(revision)
            for warning in module.judgement.warnings {
                events.record(
                    .warning, reason: "PolicyWarning", action: "Verify", note: warning, regarding: ObjectReference(to: deployment))
            }
            let wanted = Wanted.revision(revision.metadata.name)
            memory.remember(deployment.key, question, wanted, expires: nil)
            return (wanted, nil)
        } catch let refusal as Refusal {
            try Task.checkCancellation()
            let wanted = Wanted.refused(refusal)
            memory.remember(deployment.key, question, wanted, expires: surroundings.now() + configuration.refusalRetry)
            logger.info(
                "refused", metadata: ["deployment": "\(deployment.key)", "reason": "\(refusal.reason)", "message": "\(refusal.message)"])
            return (wanted, configuration.refusalRetry)
        }
    }

    /// Says that a new manifest is seen before the network is asked, which may take its time.
    private func announce(_ deployment: ModuleDeployment) async throws {
        guard statuses.decided(deployment)?.observedGeneration != deployment.metadata.generation,
            deployment.status.observedGeneration != deployment.metadata.generation
        else { return }
        let plan = writtenPlans.newest(deployment.key)
        let observation = observe(deployment, plan, .pending("\(deployment.spec.module) is being resolved and verified"))
        _ = try await apply(conclude(observation, for: deployment), to: deployment, plan)
    }
}

extension Wanted {
    var revisionName: String? { if case .revision(let name) = self { name } else { nil } }
}
