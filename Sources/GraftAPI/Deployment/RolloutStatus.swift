import KubeCore
package import Schema

/// What the engine must remember of a rollout between two decisions. All of it is here: a controller that starts anew goes on from it.
package struct RolloutStatus: SchemaObject, Hashable {
    /// `<revision>-<attempt>`, as in the plan.
    package var id = ""
    package var kind = Kind.steps
    package var state = State.running
    /// Why it returns to a proven revision; nil otherwise.
    package var cause: Cause?
    /// The same for people, with the numbers it was decided from.
    package var reason: String?
    /// Someone aborted what goes back already: no pause by the spec holds it any more. Unset otherwise.
    package var isAborted: Bool?
    /// Hosts in flight at most, where that is less than the strategy allows.
    package var maxUnavailable: CountOrShare?
    /// Names the restart, of one: the moment it began. Plan and hosts repeat it.
    package var restart: Instant?
    /// When it began and was complete, and when the rollout began that it takes back: known of members of a set.
    package var startTime: Instant?
    package var endTime: Instant?
    package var abandonedStartTime: Instant?
    package var stepIndex = 0
    package var stepStartTime: Instant?
    package var weight = Weight.none
    /// Which calls inside those hosts go to the canary; nil: all.
    package var traffic: TrafficRule?
    package var salt = ""
    /// As the strategy had it when it began; nil: by rank alone.
    package var order: HostOrder?
    package var wave = WaveStatus()
    package var progress = ProgressStatus()
    /// Which deadline passed, when nothing moves since until someone promotes or aborts it.
    package var overdue: String?
    /// Why freeze windows don't hold it; nil: they do.
    package var freezeOverride: String?
    /// Since when hosts run what is rolled out, as far as a budget of unproven revisions counts it.
    package var provingSince: Instant?
    /// What it waits for, or is watched by, outside the engine.
    package var checks: [CheckStatus] = []
    /// What the last preflight found.
    package var preflight: PreflightStatus?
    /// Hosts that vanished while they soaked: the module's failures, even when they come back.
    package var lostHosts: [String] = []
    /// Hosts that vanished after they were asked and before they were known to have activated anything: nobody's failures, but in
    /// flight until they are back.
    package var vanishedHosts: [String] = []

    package init() {}

    /// What is being done.
    package enum Kind: String, SchemaValue, CaseIterable, Hashable {
        /// The first revision of all: no weights, no pauses.
        case initial = "Initial"
        /// From the stable revision to another, step by step.
        case steps = "Steps"
        /// To a proven revision, without steps.
        case `return` = "Return"
        /// Each host loads the stable revision anew.
        case restart = "Restart"
    }

    package enum State: String, SchemaValue, CaseIterable, Hashable {
        case running = "Running"
        case complete = "Complete"
        /// Given up, with nowhere to go: hosts keep what they have.
        case held = "Held"
    }

    /// Why it returns.
    package enum Cause: String, SchemaValue, CaseIterable, Hashable {
        /// The spec names a revision that is proven already.
        case declared = "Declared"
        case failures = "Failures"
        case deadline = "DeadlineExceeded"
        /// A step took longer than it may, by nobody's fault as far as is known.
        case overdue = "StepDeadlineExceeded"
        /// Too many hosts could not take it, by the word of those hosts: nothing was activated for it.
        case preflight = "PreflightFailed"
        case aborted = "Aborted"
        case superseded = "Superseded"
        /// Hosts were found with several revisions and no status to tell why.
        case adopted = "Adopted"
        case quarantined = "Quarantined"
        /// Policies no longer accept what it leaves; nobody is blamed.
        case distrusted = "Distrusted"
        /// Another member of its set went back by itself.
        case setRolledBack = "SetRolledBack"
        /// A metric of an analysis said that it is bad.
        case analysisFailed = "AnalysisFailed"
        /// What had to be measured, or asked, could not be; nobody is blamed.
        case checkError = "CheckError"
        /// Another system said NoGo.
        case refused = "Refused"
        /// A restart was ended before every host had done it: what they run stays what it was.
        case restartEnded = "RestartEnded"

        /// Nobody asked for it: what was rolled out turned out bad, or may not go on. Others of its set follow.
        package var isAutomatic: Bool {
            switch self {
            case .failures, .deadline, .overdue, .preflight, .quarantined, .analysisFailed, .checkError, .refused: true
            case .declared, .aborted, .superseded, .adopted, .distrusted, .setRolledBack, .restartEnded: false
            }
        }
    }

    package static let fields: [Field<Self>] = [
        .required("id", \.id, "Names this attempt; the plan holds the same.", Limits.text(80)),
        .defaulted("kind", \.kind, .steps, "Initial, Steps, Return or Restart."),
        .defaulted("state", \.state, .running, "Running, Complete or Held."),
        .optional("cause", \.cause, "Why it returns to a proven revision."),
        .optional("reason", \.reason, "Why it returns, or is held, in a sentence.", Limits.text(1024)),
        .optional("aborted", \.isAborted, "It goes back, and was aborted: spec.paused does not hold it."),
        .optional("maxUnavailable", \.maxUnavailable, "Hosts in flight at most, beside what the strategy allows."),
        .optional("restart", \.restart, "Names the restart that it is, by the moment it began."),
        .optional("startTime", \.startTime, "When it began; of members of a set."),
        .optional("endTime", \.endTime, "When it was complete; of members of a set."),
        .optional("abandonedStartTime", \.abandonedStartTime, "When the rollout began that it takes back; of members of a set."),
        .defaulted("stepIndex", \.stepIndex, 0, "Step in progress, from 0."),
        .optional("stepStartTime", \.stepStartTime, "When it began; moves on while time stands still."),
        .defaulted("weight", \.weight, .none, "Share of hosts that run the canary."),
        .optional("traffic", \.traffic, "Which calls inside those hosts go to the canary; unset: all."),
        .defaulted("salt", \.salt, "", "What ranks are computed from.", Limits.text(64)),
        .optional("order", \.order, "Which hosts come first, as the strategy had it when it began."),
        .defaulted("wave", \.wave, WaveStatus(), "Hosts asked at one time."),
        .defaulted("progress", \.progress, ProgressStatus(), "What the deadline is reckoned from."),
        .optional("overdue", \.overdue, "Which deadline passed; nothing moves since until it is promoted or aborted.", Limits.text(1024)),
        .optional("freezeOverride", \.freezeOverride, "Why freeze windows don't hold it.", Limits.text(512)),
        .optional("provingSince", \.provingSince, "Since when hosts run what is rolled out, where a budget counts it."),
        .collection("checks", \.checks, "What it waits for, or is watched by: analyses, webhooks, samples.", Limits.map(by: "id", 16)),
        .optional("preflight", \.preflight, "What the last preflight found."),
        .collection("lostHosts", \.lostHosts, "Hosts that vanished while they soaked.", Limits.atomic(256)),
        .collection("vanishedHosts", \.vanishedHosts, "Hosts that vanished after they were asked; in flight.", Limits.atomic(256)),
    ]
}

/// The hosts that were asked at one time: those with ranks from `from` up to `below`.
package struct WaveStatus: SchemaObject, Hashable {
    /// Counts up within the rollout; 0: none was opened.
    package var number = 0
    package var from: [Cutoff] = []
    package var below: [Cutoff] = []
    /// Where the step ends; empty: not computed yet.
    package var goal: [Cutoff] = []
    package var startTime: Instant?
    /// Since when all of its hosts are active, but those left behind.
    package var soakStartTime: Instant?
    package var settledTime: Instant?
    /// Hosts that were asked nothing and were not ready when it was opened.
    package var absentBystanders = 0

    package init() {}

    package static let fields: [Field<Self>] = [
        .defaulted("number", \.number, 0, "Counts up within the rollout."),
        .collection("from", \.from, "Cutoffs before it was opened.", Limits.map(by: "zone", 32)),
        .collection("below", \.below, "Cutoffs of the plan.", Limits.map(by: "zone", 32)),
        .collection("goal", \.goal, "Cutoffs at the end of the step.", Limits.map(by: "zone", 32)),
        .optional("startTime", \.startTime, "When it was opened."),
        .optional("soakStartTime", \.soakStartTime, "Since when its hosts are active."),
        .optional("settledTime", \.settledTime, "When their soak ended."),
        .defaulted("absentBystanders", \.absentBystanders, 0, "Hosts that were asked nothing and not ready when it was opened."),
    ]
}

/// What the progress deadline is reckoned from.
package struct ProgressStatus: SchemaObject, Hashable {
    /// When something last got further.
    package var time: Instant?
    /// The most hosts seen active on what is rolled out.
    package var hosts = 0
    /// Since when time stands still, if it does.
    package var suspendedSince: Instant?
    /// Since when some host or other hangs between activation and its probe's answer.
    package var activatingSince: Instant?

    package init() {}

    package static let fields: [Field<Self>] = [
        .optional("time", \.time, "When something last got further."),
        .defaulted("hosts", \.hosts, 0, "The most hosts seen active on what is rolled out."),
        .optional("suspendedSince", \.suspendedSince, "Since when time stands still."),
        .optional("activatingSince", \.activatingSince, "Since when some host is between activation and its probe's answer."),
    ]
}
