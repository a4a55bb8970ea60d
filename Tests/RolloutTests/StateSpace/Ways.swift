import GraftAPI
import KubeCore

@testable import Rollout

/// The states of a space by their numbers: how each was come to first, and where hosts that obey lead it, without anybody's interference.
struct Ways {
    /// How a state was come to.
    struct Origin {
        var state: UInt32
        /// Index into the moves that there were.
        var move: Int
        var crashed = false
    }

    /// What a state is when nothing moves in it.
    enum Rest: UInt8 {
        /// Something does.
        case none
        /// It came to its end.
        case end
        /// It came to its end, and every host runs what it ran before.
        case back
    }

    private struct Node {
        var origin: UInt32
        /// The state that obedience leads to; its own number: none.
        var next: UInt32
        var move: UInt16
        var crashed: Bool
        var rest = Rest.none
        var mustLeadBack = false
    }

    private var nodes: [Node] = []

    mutating func add(_ state: UInt32, by origin: Origin?) {
        nodes.append(Node(origin: origin?.state ?? state, next: state, move: UInt16(origin?.move ?? 0), crashed: origin?.crashed ?? false))
    }

    mutating func lead(_ state: UInt32, to next: UInt32) { nodes[Int(state)].next = next }
    mutating func rest(_ state: UInt32, _ rest: Rest) { nodes[Int(state)].rest = rest }
    mutating func mustLeadBack(_ state: UInt32) { nodes[Int(state)].mustLeadBack = true }

    /// From the first state of all.
    func path(to state: UInt32) -> [Origin] {
        var path: [Origin] = []
        var state = state
        while nodes[Int(state)].origin != state {
            let node = nodes[Int(state)]
            path.append(Origin(state: node.origin, move: Int(node.move), crashed: node.crashed))
            state = node.origin
        }
        return path.reversed()
    }

    /// Follows the way of each state, each stretch of it once.
    /// - Returns: states that come to no end, and states that must lead back and don't.
    func follow() -> (endless: [UInt32], lost: [UInt32]) {
        let ends = leads { $0 != .none }
        let back = leads { $0 == .back }
        let all = nodes.indices.lazy
        return (
            all.filter { !ends[$0] }.map { UInt32($0) }, all.filter { nodes[$0].mustLeadBack && !back[$0] }.map { UInt32($0) }
        )
    }

    /// Which states lead to such a rest.
    private func leads(to isWanted: (Rest) -> Bool) -> [Bool] {
        var leads = nodes.map { isWanted($0.rest) }
        var isSeen = leads
        for start in nodes.indices where !isSeen[start] {
            var path: [Int] = []
            var state = start
            while !isSeen[state] {
                isSeen[state] = true
                path.append(state)
                state = Int(nodes[state].next)
            }
            // What goes round in circles leads nowhere.
            if leads[state] { for state in path { leads[state] = true } }
        }
        return leads
    }
}

extension StateSpace.Bounds {
    /// Which of some moves hosts that obey, people who promote what is paused and checks that succeed make next, one at a time; if there is nothing to
    /// do, time passes.
    func obedient(_ moves: [Move]) -> Int? {
        let obedient = moves.firstIndex { move in
            switch move {
            case .obeys, .succeeds, .comesBack, .promotes, .stagesAhead, .turnsOut(_, .successful): true
            default: false
            }
        }
        return obedient ?? moves.firstIndex(of: .timePasses)
    }

    func rest(of world: World) -> Ways.Rest {
        guard isAtRest(world) else { return .none }
        let isBack =
            world.status.stable?.version == "1.0.0" && world.hosts.allSatisfy { $0.active == World.revision("1.0.0") && $0.beside == nil }
        return isBack ? .back : .end
    }

    private func isAtRest(_ world: World) -> Bool {
        guard !world.isRunning, world.status.phase != .progressing else { return false }
        let wanted = world.wanted.revision.flatMap { name in world.revisions.first { $0.name == name } }
        if wanted?.outcome == .unproven { return false }
        return world.hosts.allSatisfy { host in
            let hasArrived = world.plan.map { host.hasArrived(by: $0.spec, world.status.stable?.revision ?? "") } ?? false
            let gaveUp = host.slot?.rollout == world.plan?.spec.rollout && [.reverted, .failed].contains(host.slot?.target?.state)
            return hasArrived && host.active == world.status.stable?.revision && host.beside == nil || gaveUp
        }
    }
}
