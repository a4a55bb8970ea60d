import GraftAPI
import KubeCore

/// Why nothing more can be decided now: what the message, the phase and the conditions are made from.
enum Situation: Hashable {
    /// The stable revision is what is wanted.
    case atRest
    /// The spec says so.
    case paused
    case pending(String)
    case refused(Refusal)
    case distrusted(Distrust)
    case waitsForSignature(WeightAllowance)
    case condemned(version: String, outcome: ModuleRevisionStatus.Outcome, reason: String, quarantine: String?)
    case quarantined(version: String, quarantine: QuarantineFacts)
    case conflict(String)
    case incompatible(host: String, reason: String, count: Int)
    case noHosts(selected: Int)
    case frozen(FleetHealth)
    case heldByFreeze(FreezeFacts)
    case heldByBudget(BudgetFacts)
    /// Other modules are not there yet that it needs, or would lose it.
    case awaitingNeeds(host: String, reason: String)
    case pauseStep(until: Timestamp?)
    case awaitingApproval(of: [String])
    /// A deadline passed, and nothing moves until someone decides.
    case overdue
    /// Nobody knows what an analysis says, and nothing moves until someone decides.
    case inconclusive
    /// What the step measures, and how far that is.
    case analysing(String)
    case awaitingVerdict(String)
    case awaitingSamples(String)
    case moving(WaveProgress)
    case soaking(hosts: Int, until: Timestamp)
    case preflight(PreflightProgress)
    case awaitingSigns(host: String)
    case noCanary(failed: Int)
    case stalled(StallFacts)
    case held
}

/// How far a wave is.
struct WaveProgress: Hashable {
    var number: Int
    var hosts: Int
    var settled: Int
    /// The first host it waits for, and what it reported.
    var example: String
    /// Its surroundings hinder it.
    var isStuck: Bool
    var deadline: Timestamp?
}

/// How far a preflight is.
struct PreflightProgress: Hashable {
    /// Numbers and the first names.
    var summary: String
    /// All have answered, and more fail than may.
    var exceeds: Bool
    var deadline: Timestamp?
}

/// Hosts that hold a rollout up past its deadline.
struct StallFacts: Hashable {
    var hosts: Int
    var limit: Int
    var example: String
}
