import GraftAPI

/// Decides what one slot does next: a pure function of its record, of what it began, and of what is observed.
///
/// `next` says what to do, `finish` takes what came of it. Both may change `record`; nothing may be done before the journal holds
/// it as it is. Promises, whatever the order of events:
/// - Absence never unloads: without a plan, without an API server, without a matching label the slot keeps what it has.
/// - A version is loaded only after its bytes were verified here and something to go back to is on this host, if there is anything.
/// - What today's policies refuse is not put in the place of something else, as far as there is anything better to go back to; what runs
///   is not taken away for it.
/// - What fails by itself is not tried again within its rollout; what the environment fails is tried until it succeeds.
/// - What runs is loaded anew once for each restart: again only where the agent dies between telling the host and writing down that it was told.
/// - Dying in any step ends, at the next start, in the version before or in the new one.
package struct SlotStateMachine: Sendable {
    package internal(set) var record: SlotRecord
    package let policy: SlotPolicy

    /// Nothing was decided since the start.
    var isFresh = true
    /// The driver is known to have what the record says is active.
    var isRestored = false
    /// So are the canary beside it and its rule.
    var isRouted = false
    /// The host was told to load anew what it runs, by this process.
    var hasReloaded = false
    /// How far the target, or what is kept beside it, is on its way to being loadable.
    var pipeline: Pipeline?
    /// What the environment failed, and when it is tried again.
    var setback: Setback?
    /// What is waited for since the plan asked for this: the host's own turn among those that return, and the fetch's.
    var appointment: Appointment?
    var probe = ProbeProgress()
    /// Since when the owner's plan is gone.
    var orphanedAt: Duration?
    /// Why nothing is done although something is asked.
    var refusal: Refusal?
    /// The plan that the last decision was made under.
    var asked: SlotPlan?
    /// `SlotInputs.suspicions` when the driver was last asked to see to what is in place.
    var suspicions = 0
    /// What is brought here before its turn.
    var ahead: Ahead?
    /// The last decision was about that.
    var isWorkingAhead = false
    /// How many loads in a row somebody else's changes to files have ended.
    var disturbances = 0

    package init(record: SlotRecord, policy: SlotPolicy = SlotPolicy()) {
        self.record = record
        self.policy = policy
    }

    /// One revision on its way into the host.
    struct Pipeline: Sendable, Hashable {
        enum Stage: Sendable, Hashable { case fetch, verify, stage, ready }
        var reference: RevisionReference
        var namespace: String
        var stage: Stage
        /// Known once fetched.
        var installed: InstalledRevision?
        /// Of the policies that it was verified by.
        var stamp: Int?
    }

    /// Everything that is not to be thrown away: what the record names, and what is on its way.
    package var kept: Set<InstalledRevision> {
        present.union([pipeline?.installed, ahead?.pipeline.installed].compactMap { $0 })
    }

    /// What was found good once and is on this host: all of `kept` but what is only on its way.
    package var present: Set<InstalledRevision> {
        Set(record.staged + [record.active, record.candidate, record.canary?.installed, record.fallback].compactMap { $0 })
    }

    struct Setback: Sendable, Hashable {
        /// Name of the revision it is about; nil: about what is there already.
        var revision: String?
        var failure: SlotFailure
        var count: Int
        var until: Duration
        var policyStamp: Int
    }

    struct Appointment: Sendable, Hashable {
        var rollout: String
        var revision: String
        var fetchAt: Duration
        var activateAt: Duration
    }

    struct ProbeProgress: Sendable, Hashable {
        var deadline: Duration?
        var next = Duration.zero
        var soakUntil: Duration?
        var silences = 0
        var process: String?
        /// The agent was killed while it soaked, and the host was not asked since.
        var isTakenUp = false
        var lastFailure: SlotFailure?
        /// While reverting: the old version was put in place, and is asked whether it serves.
        var isConfirming = false
    }

    enum Refusal: Sendable, Hashable {
        case held
        case unsupported([String])
        case quarantined(String)
        /// It is staged; what it needs beside it is not there.
        case needUnmet(String)
    }
}
