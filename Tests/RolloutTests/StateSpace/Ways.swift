import GraftAPI
import KubeCore

@testable import Rollout

/// Where hosts that obey lead a state, without anybody's interference. What is known of a state is walked no second time.
struct Ways {
    private let bounds: StateSpace.Bounds
    private var ending: Set<StateKey> = []
    private var returning: Set<StateKey> = []

    init(_ bounds: StateSpace.Bounds) { self.bounds = bounds }

    /// Whether it comes to an end.
    mutating func end(from start: World) -> Bool { bounds.leads(start, known: &ending) { _ in true } }

    /// Whether it comes to an end at which every host runs what it ran before the upgrade.
    mutating func leadBack(from start: World) -> Bool {
        bounds.leads(start, known: &returning) { world in
            world.status.stable?.version == "1.0.0" && world.hosts.allSatisfy { $0.active == World.revision("1.0.0") && $0.beside == nil }
        }
    }
}

extension StateSpace.Bounds {
    fileprivate func leads(_ start: World, known: inout Set<StateKey>, _ isWanted: (World) -> Bool) -> Bool {
        var world = start
        var path: [StateKey] = []
        for _ in 0..<300 {
            let key = StateKey(world)
            if known.contains(key) || (isAtRest(world) && isWanted(world)) {
                known.formUnion(path)
                known.insert(key)
                return true
            }
            path.append(key)
            obey(&world)
        }
        return false
    }

    private func isAtRest(_ world: World) -> Bool {
        guard !world.isRunning, world.status.phase != .progressing else { return false }
        let wanted = world.wanted.revision.flatMap { name in world.revisions.first { $0.name == name } }
        if wanted?.outcome == .unproven { return false }
        return world.hosts.allSatisfy { host in
            let hasArrived = world.plan.map { host.hasArrived(by: $0.spec, world.status.stable?.revision ?? "") } ?? false
            return hasArrived && host.active == world.status.stable?.revision && host.beside == nil || host.slot?.target?.state == .reverted
                || host.slot?.target?.state == .failed
        }
    }

    /// Hosts come back and do what they are asked, people promote what is paused; if nothing is to do, time passes.
    private func obey(_ world: inout World) {
        let possible = moves(in: world)
        var isQuiet = true
        for move in possible {
            switch move {
            case .obeys, .succeeds, .comesBack, .promotes, .stagesAhead, .turnsOut(_, .successful):
                make(move, in: &world)
                isQuiet = false
            default: break
            }
        }
        if isQuiet, possible.contains(.timePasses) { make(.timePasses, in: &world) }
        world.decide()
    }
}
