import Glibc
import GraftAPI
import KubeCore
import Testing

@testable import Rollout

/// Spaces that `hack/soak` explores whole, by their names. Together they are what "up to four hosts and three steps" stands for: the numbers of hosts with
/// weights, a pause and hindrances, and each other kind of step, an order and a restart with as many hosts as that lets end.
struct Space: Sendable, CustomTestStringConvertible {
    enum Beginning: Sendable {
        /// 1.1.0 is wanted where 1.0.0 is everywhere.
        case upgrade
        /// What 1.0.0's hosts run is loaded anew, while 1.1.0 may be wanted at any moment, or not.
        case restart
    }

    let name: String
    let bounds: StateSpace.Bounds
    var beginning = Beginning.upgrade
    /// That it has fewer states says that something is not possible any more.
    let least: Int

    private init(_ name: String, _ bounds: StateSpace.Bounds, _ beginning: Beginning = .upgrade, atLeast least: Int) {
        self.name = name
        self.bounds = bounds
        self.beginning = beginning
        self.least = least
    }

    init(_ bounds: StateSpace.Bounds, _ beginning: Beginning = .upgrade, atLeast least: Int) {
        self.init(bounds.description, bounds, beginning, atLeast: least)
    }

    var testDescription: String { name }

    static let twoSteps: [Step] = [.setWeight(Weight(percent: 30)), .pause(seconds: nil)]
    static let threeSteps: [Step] = [.setWeight(Weight(percent: 25)), .pause(seconds: nil), .setWeight(Weight(percent: 75))]
    static let watched: [Step] = [.setWeight(Weight(percent: 30)), .analysis(StepAnalysis([AnalysisReference("errors")]))]
    static let divided: [Step] = [
        .setTraffic(Traffic(share: Weight(percent: 5))), .setWeight(Weight(percent: 50)), .setTraffic(Traffic(share: Weight(percent: 50))),
    ]
    static let checked: [Step] =
        watched + [
            .webhook(StepWebhook("https://x/")),
            .soak(Soak(durationSeconds: 10, samples: SampleGoal(10, of: HostSeries("requests_total")))),
        ]

    private static let judgedAndDivided: [Step] = [
        .preflight(Preflight(failureThreshold: .count(0))), .setTraffic(Traffic(share: Weight(percent: 50))),
        .analysis(StepAnalysis([AnalysisReference("errors")])),
    ]
    private static let dividedAndAsked: [Step] = [
        .setTraffic(Traffic(share: Weight(percent: 5))), .webhook(StepWebhook("https://x/")),
        .preflight(Preflight(failureThreshold: .share(Weight(percent: 50)), onDeadline: .pause)),
    ]

    static func judged(_ percent: Int) -> [Step] {
        let preflight = Preflight(
            failureThreshold: .share(Weight(percent: percent)), onDeadline: percent == 0 ? .rollback : .pause)
        return [.preflight(preflight), .setWeight(Weight(percent: 25)), .preflight(preflight)]
    }

    /// The smallest first.
    static let all: [Space] = [
        Space("one-host", .init(hosts: 1, steps: threeSteps, areHindered: true), atLeast: 100),
        Space("two-hosts", .init(hosts: 2, steps: threeSteps, areHindered: true), atLeast: 2000),
        Space(
            "checks-1", .init(hosts: 1, steps: checked, isWatched: true), atLeast: 150
        ),
        Space(
            "checks-2", .init(hosts: 2, steps: checked, isWatched: true), atLeast: 2000
        ),
        Space("calls-2", .init(hosts: 2, steps: divided), atLeast: 3000),
        Space("mixed-judged", .init(hosts: 2, steps: judgedAndDivided, areHindered: true, isOrdered: true), atLeast: 300),
        Space("mixed-watched", .init(hosts: 2, steps: dividedAndAsked, isWatched: true), atLeast: 300),
        Space("restart-order", .init(hosts: 3, steps: [], maxUnavailable: 2, minds: false, isOrdered: true), .restart, atLeast: 500),
        Space("order-3", .init(hosts: 3, steps: threeSteps, isOrdered: true), atLeast: 10_000),
        Space("preflight-none", .init(hosts: 3, steps: judged(0)), atLeast: 10_000),
        Space("preflight-third", .init(hosts: 3, steps: judged(34)), atLeast: 10_000),
        Space("three-hosts", .init(hosts: 3, steps: threeSteps, areHindered: true), atLeast: 10_000),
        Space("restart-3", .init(hosts: 3, steps: twoSteps), .restart, atLeast: 5000),
        Space("calls-3", .init(hosts: 3, steps: divided), atLeast: 20_000),
        Space("four-hosts", .init(hosts: 4, steps: threeSteps, areHindered: true), atLeast: 100_000),
    ]

    /// How states are told apart is looked at in larger spaces.
    static let isForms = getenv("GRAFT_SPACES").map { String(cString: $0) } == "forms"

    /// Those that GRAFT_SPACES names, with commas between them; all, where it is only set.
    static let chosen: [Space] = {
        guard let names = getenv("GRAFT_SPACES").map({ String(cString: $0).split(separator: ",").map(String.init) }) else { return [] }
        return names.isEmpty ? all : all.filter { names.contains($0.name) }
    }()
}
