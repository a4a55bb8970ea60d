package import GraftAPI
package import KubeCore

/// All a slot's decision depends on besides its own state. Read from caches at one moment.
package struct SlotInputs: Sendable {
    /// The plans that mean this slot of this host.
    package var plans: [SlotPlan] = []
    /// The plans were read whole at least once: what is absent is absent.
    package var isSynced = true
    /// The host is held by annotation.
    package var isHeld = false
    package var quarantines: [ModuleQuarantineSpec] = []
    /// The host's one turn to activate is this slot's, or free.
    package var mayActivate = true
    /// This slot was the last on this host to take in a version: a death is its module's.
    package var isLastActivated = true
    /// The agent has just started, or comes back from being cut off.
    package var isReturning = false
    /// Changes when policies, roots or quarantines do: what was refused may be granted now.
    package var policyStamp = 0
    /// What was found when what is on this host was held against today's policies.
    package var findings: [InstalledRevision: TrustFinding] = [:]
    /// All that is on this host was judged at least once since the agent's start.
    package var isJudged = true
    /// What modules that are here would lack beside them, were they loaded now.
    package var unmetNeeds: [InstalledRevision: String] = [:]
    /// Grows whenever something of what is in place seems changed by somebody else.
    package var suspicions = 0
    /// From 0 up to 1, drawn anew for each decision.
    package var random = 0.0
    package var now = Duration.zero
    package var wallTime = Timestamp(seconds: 0)

    package init() {}

    func quarantine(of revision: InstalledRevision) -> ModuleQuarantineSpec? {
        let covering = quarantines.filter {
            $0.covers(digest: revision.digest, configHash: revision.configHash, namespace: revision.namespace)
        }
        return covering.first { $0.action == .evict } ?? covering.first
    }

    /// Whether today's policies refuse it. What can't be told is not refused.
    func isDistrusted(_ revision: InstalledRevision) -> Bool { findings[revision]?.state == .distrusted }

    /// Whether it may be put in the place of something else.
    func mayReplace(_ revision: InstalledRevision) -> Bool { quarantine(of: revision) == nil && !isDistrusted(revision) }

    /// A quarantine that covers the digest with every configuration: known before anything is fetched.
    func quarantine(of reference: RevisionReference, in namespace: String) -> ModuleQuarantineSpec? {
        quarantines.first {
            $0.configHash == nil && $0.covers(digest: reference.digest, configHash: "", namespace: namespace)
        }
    }
}

/// What a slot's machine asks for next. Equal actions are the same work: what runs is left alone while it is still asked for.
package enum SlotAction: Sendable, Hashable {
    /// Nothing to do before this moment, or before something changes.
    case wait(until: Duration?)
    /// See to it that the driver has what the journal says is active, after a start.
    case restore(InstalledRevision)
    /// Read the revision and bring its artifact and signatures into the store.
    case fetch(RevisionReference, namespace: String)
    /// Hold what is in the store against the policies.
    case verify(InstalledRevision)
    /// Put it beside what the driver has.
    case stage(InstalledRevision)
    case activate(InstalledRevision)
    /// Have the host load anew what it runs.
    case reload(InstalledRevision)
    /// Put it beside what is active and have calls divided, or see to it that they are.
    case route(RoutedCanary, beside: InstalledRevision)
    /// Ask the running process once whether it serves this version.
    case probe(InstalledRevision)
    /// Put this back in place; nil: leave the slot empty.
    case revert(InstalledRevision?)
    case unload
}

extension SlotAction {
    /// It has the host load something.
    var takesIn: Bool {
        switch self {
        case .activate, .reload, .route: true
        default: false
        }
    }
}

/// What came of an action.
package enum SlotOutcome: Sendable, Hashable {
    case done
    /// What was fetched, with what only its revision could tell.
    case fetched(InstalledRevision)
    /// It passes the policies of `stamp`, by the signatures that `evidenceHash` names.
    case verified(evidenceHash: String?, stamp: Int)
    /// It is what the host loads next; `mended`: what somebody else had changed of it.
    case restored(mended: String?)
    /// The running process serves it; `process` changes when the process does.
    case serving(process: String?)
}

/// Limits and periods of a slot.
package struct SlotPolicy: Sendable, Hashable {
    /// How often a version may be taken in, or taken up again after the agent died, before the last good one is put back.
    package var attempts = 2
    /// From activation until the process must have answered its probe.
    package var probeDeadline = Duration.seconds(10)
    package var probeInterval = Duration.milliseconds(250)
    /// How long a version is watched after it answered its probe.
    package var soak = Duration.seconds(30)
    package var soakInterval = Duration.seconds(1)
    /// Probes in a row that may go unanswered while soaking.
    package var soakSilences = 3
    /// Hosts that return after having been cut off spread what they do over this time, by rank.
    package var returnSpread = Duration.seconds(60)
    /// Fetches are spread over this time.
    package var fetchSpread = Duration.seconds(1)
    /// What a whole fleet stages ahead is fetched within this time, by rank.
    package var aheadSpread = Duration.seconds(60)
    /// The first pause after a failure of the environment; doubles up to `longestPause`.
    package var firstPause = Duration.milliseconds(500)
    package var longestPause = Duration.seconds(30)
    /// A slot whose owner's plan is gone for this long may be taken by another plan.
    package var releaseAfter = Duration.seconds(60)
    /// How many versions are kept beside those that the plan names.
    package var keptVersions = 3
    /// What this agent can do beyond the first version.
    package var features = AgentFeature.all.union(["unload", GraftAPI.restartFeature])

    package init() {}
}
