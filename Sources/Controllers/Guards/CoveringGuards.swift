import GraftAPI
import KubeCore
import Rollout
import Trust

/// One guard with its patterns read. A pattern that can't be read covers everything, and what can't be read holds: a guard that silently lets
/// everything pass is worse than one that holds too much and says so.
struct ReadGuard: Sendable {
    let name: String
    let spec: RolloutGuardSpec
    /// What can't be read of it.
    let problems: [String]
    private let namespaces: [Glob]
    private let classes: [Glob]

    init(_ rollouts: RolloutGuard) {
        name = rollouts.metadata.name
        spec = rollouts.spec
        var problems = rollouts.problems
        func globs(_ patterns: [String], _ field: String) -> [Glob] {
            patterns.map { pattern in
                do throws(GlobError) { return try Glob(pattern) } catch {
                    problems.append("spec.match.\(field): \(error)")
                    return .everything
                }
            }
        }
        namespaces = globs(rollouts.spec.match.namespaces, "namespaces")
        classes = globs(rollouts.spec.match.classes, "classes")
        self.problems = problems
    }

    /// Its windows with their time zones, and all that can't be read of it: with any of that it holds.
    func calendar(_ zones: ZoneDatabase) -> (windows: [(window: FreezeWindow, zone: TimeZoneInformation)], problems: [String]) {
        var wrong = problems
        var windows: [(window: FreezeWindow, zone: TimeZoneInformation)] = []
        for (index, window) in (spec.freeze?.windows ?? []).enumerated() where problems.isEmpty {
            do throws(TimeZoneError) {
                windows.append((window, try zones.zone(window.timeZone)))
            } catch {
                wrong.append("spec.freeze.windows[\(index)].timeZone: \(error)")
            }
        }
        return (windows, wrong)
    }

    /// Whether a window holds, or something can't be read.
    func holds(at now: Timestamp, _ zones: ZoneDatabase) -> Bool {
        let (windows, problems) = calendar(zones)
        return !problems.isEmpty || FreezeCalendar(windows).hold(at: now) != nil
    }

    func covers(hostClass: String) -> Bool { classes.contains { $0.matches(hostClass) } }

    func covers(_ deployment: ModuleDeployment) -> Bool {
        covers(hostClass: deployment.spec.hostClass) && namespaces.contains { $0.matches(deployment.metadata.namespace ?? "") }
    }
}

/// The guards that cover a deployment, by name.
struct CoveringGuards: Sendable {
    let guards: [ReadGuard]

    init(_ all: [RolloutGuard], of deployment: ModuleDeployment) {
        guards = all.map(ReadGuard.init).filter { $0.covers(deployment) }.sorted { $0.name < $1.name }
    }

    var budgets: [(guard: ReadGuard, budget: UnprovenBudget)] {
        guards.compactMap { rollouts in rollouts.spec.budget.map { (rollouts, $0) } }
    }

    /// The windows that hold now, and when one begins next.
    func freeze(now: Timestamp, zones: ZoneDatabase) -> (freeze: FreezeFacts?, next: Timestamp?) {
        var problems: [String] = []
        var all: [(window: FreezeWindow, zone: TimeZoneInformation)] = []
        var holding: [ReadGuard] = []
        for rollouts in guards {
            let (windows, wrong) = rollouts.calendar(zones)
            problems += wrong.map { "RolloutGuard \(rollouts.name) can't be read, and holds until it can: \($0)".asOneSentence }
            if !wrong.isEmpty || FreezeCalendar(windows).hold(at: now) != nil { holding.append(rollouts) }
            all += windows
        }
        let calendar = FreezeCalendar(all)
        guard !holding.isEmpty else { return (nil, calendar.nextBegin(after: now)) }
        let reasons = problems + holding.map(\.spec.reason).filter { !$0.isEmpty }.map(\.asOneSentence)
        let until = problems.isEmpty ? calendar.hold(at: now)?.until : nil
        let facts = FreezeFacts(
            guards: holding.map(\.name), until: until, reason: String(reasons.joined(separator: " ").unicodeScalars.prefix(800)))
        return (facts, nil)
    }
}

extension String {
    fileprivate var asOneSentence: String { hasSuffix(".") ? self : self + "." }
}
