import JSON
public import KubeClient
import KubeCore
public import Logging
public import ServiceLifecycle
import Synchronization

/// Membership is over: others may own what was ours. End the process; the next one joins as another member.
public struct MembershipLost: Error, Sendable, Hashable, CustomStringConvertible {
    /// Why.
    public var message: String
    /// - Parameter message: why.
    public init(_ message: String) { self.message = message }
    /// For logs.
    public var description: String { "membership lost: \(message)" }
}

/// One of several processes that share the keys of a fleet that has outgrown one. Runs a body while we are a member.
///
/// - Keys fall into a fixed number of slots; each slot has one owner at most at any moment, and one soon after members have come or gone.
/// - A member that comes is given its share by the others, each slot as soon as nothing is in hand for it. One that ends gracefully gives
///   away what it has. One that vanishes is noticed after `leaseDuration`, and its slots are taken.
/// - Lost membership cancels the body and throws `MembershipLost`. What is written through a `FencedTransport` over `fence` is not sent once
///   we are no member for certain.
/// - Needs to create, list, patch and delete Leases in its namespace. Each member sends two requests each `retryPeriod`.
public final class ShardMember: Service {
    static let tableAnnotation = "shard-slots"
    static let leavingAnnotation = "shard-leaving"
    static let groupLabel = "shard-group"

    struct State {
        var machine: ShardStateMachine
        /// How much is in hand, by slot.
        var inHand: [Int: Int] = [:]
        var listeners: [UInt64: @Sendable (ShardChange) -> Void] = [:]
        var lastListener: UInt64 = 0
    }

    /// The slots that the group shares.
    public let slots: ShardSlots
    /// Unlike any other member's, also that of this process's predecessor.
    public let identity: String
    /// Open while we are a member for certain.
    public let fence: WriteFence
    let state: Mutex<State>
    let wake = Wake()
    let surroundings: Surroundings
    let logger: Logger
    private let api: Api<Lease>
    private let group: String
    private let timing: LeaderElection.Timing
    private let whileMember: @Sendable (ShardMember) async throws -> Void

    /// A member to be: it joins when it runs.
    /// - Parameters:
    ///   - client: not fenced: it keeps the Leases.
    ///   - group: what the members have in common; part of the Leases' names.
    ///   - name: the process, as in the pod's name; an identity is made of it.
    ///   - slots: the same for all members.
    ///   - whileMember: the work, given the member. Should return at a graceful shutdown, as controllers do.
    public init(
        client: Client, namespace: String, group: String, name: String, slots: ShardSlots = ShardSlots(),
        timing: LeaderElection.Timing = .standard, fence: WriteFence? = nil, logger: Logger, surroundings: Surroundings = .system,
        whileMember: @escaping @Sendable (ShardMember) async throws -> Void
    ) {
        api = Api(client, namespace: namespace)
        self.group = group
        self.slots = slots
        identity = name + "-" + String(UInt64(surroundings.random() * Double(1 << 48)), radix: 36)
        self.timing = timing
        self.fence = fence ?? WriteFence(surroundings: surroundings)
        state = Mutex(State(machine: ShardStateMachine(identity: identity, slots: slots.count, timing: timing)))
        var logger = logger
        logger[metadataKey: "group"] = "\(namespace)/\(group)"
        logger[metadataKey: "member"] = "\(identity)"
        self.logger = logger
        self.surroundings = surroundings
        self.whileMember = whileMember
    }

    /// Joins, runs the work beside what keeps the membership, and gives everything away when the work has ended.
    /// - Throws: `MembershipLost`, or what the work throws.
    public func run() async throws {
        let isMember: Void? = try await untilGracefulShutdown { while !self.isMember { try await self.step() } }
        guard isMember != nil else { return await leave() }
        logger.info("joined")
        do {
            try await firstOf({ try await self.whileMember(self) }, { while true { try await self.step() } })
        } catch {
            if !(error is MembershipLost), !Task.isCancelled { await leave() }
            fence.close("membership is over")
            throw error
        }
        await leave()
    }

    private var isMember: Bool { state.withLock { $0.machine.renewedAt != nil } }

    /// Gives everything away, for a few periods at most; what is left then runs out by itself.
    private func leave() async {
        change { $0.stop() }
        let (limit, surroundings) = (timing.retryPeriod * 3, surroundings)
        do {
            let isDone = try await firstOf(
                {
                    while try await self.step() {}
                    return true
                },
                {
                    try await surroundings.sleep(limit)
                    return false
                })
            if isDone {
                logger.info("left")
            } else {
                logger.warning("not all slots could be given away; they are taken when the lease runs out")
            }
        } catch {
            logger.warning("not all slots could be given away; they are taken when the lease runs out", metadata: ["error": "\(error)"])
        }
        fence.close("membership is over")
    }

    /// - Returns: false when there is nothing left to do.
    @discardableResult
    private func step() async throws -> Bool {
        let action = change { machine, inHand in
            machine.next(
                now: surroundings.now(), wallTime: surroundings.wallTime(), random: surroundings.random(),
                isInHand: { inHand[$0] != nil })
        }
        switch action {
        case .pause(let duration): try await wake.wait(atMost: duration, surroundings)
        case .finished: return false
        case .lost(let reason):
            fence.close(reason)
            logger.error("membership lost", metadata: ["reason": "\(reason)"])
            throw MembershipLost(reason)
        case .renew(let spec, let preconditions, let isLeaving): try await renew(spec, preconditions, isLeaving)
        case .read:
            try await attempt {
                let leases = try await self.api.list(ListOptions(labels: LabelSelector(matchLabels: [Self.groupLabel: self.group]))).items
                self.change { $0.read(leases, group: self.group, now: self.surroundings.now()) }
            }
        case .write(let table, let preconditions):
            try await attempt {
                let lease = try await self.write(table, preconditions)
                self.change { $0.wrote(lease) }
            }
        case .remove(let member, let preconditions):
            try await attempt {
                do { try await self.api.delete(self.lease(of: member), DeleteOptions(preconditions: preconditions)) } catch let error
                    as KubeError where error.code == .notFound
                {}
                self.change { $0.removed(member) }
            }
        }
        return true
    }

    private func lease(of member: String) -> String { "\(group)-\(member)" }

    private func renew(_ spec: Lease.Spec, _ preconditions: Preconditions?, _ isLeaving: Bool) async throws {
        let sentAt = surroundings.now()
        let name = lease(of: identity)
        try await attempt {
            let body: JSON = ["metadata": ["name": .string(name), "labels": [Self.groupLabel: .string(self.group)]], "spec": spec.json]
            var patch: JSON = ["spec": spec.json]
            if isLeaving { patch["metadata"] = ["annotations": [Self.leavingAnnotation: "true"]] }
            let lease: Lease
            if let preconditions {
                lease = try await self.api.mergePatch(name, patch, preconditions: preconditions)
            } else {
                // An earlier try may have arrived, its answer not.
                do { lease = try await self.api.create(body) } catch let error as KubeError where error.code == .alreadyExists {
                    lease = try await self.api.mergePatch(name, patch)
                }
            }
            let end = self.change {
                $0.renewed(lease, sentAt: sentAt, random: self.surroundings.random())
                return $0.mustRenewBefore
            }
            if let end { self.fence.open(until: end) }
        }
    }

    private func write(_ table: ShardTable, _ preconditions: Preconditions?) async throws -> Lease {
        let annotations: JSON = [Self.tableAnnotation: .string(table.text)]
        if let preconditions {
            return try await api.mergePatch(group, ["metadata": ["annotations": annotations]] as JSON, preconditions: preconditions)
        }
        return try await api.create(
            ["metadata": ["name": .string(group), "labels": [Self.groupLabel: .string(group)], "annotations": annotations]] as JSON)
    }

    /// Sends a request, but waits for it no longer than membership lasts, nor so long that there is no time for another.
    private func attempt(_ request: @escaping @Sendable () async throws -> Void) async throws {
        let surroundings = surroundings
        let sentAt = surroundings.now()
        let left = state.withLock { $0.machine.mustRenewBefore }.map { max(.zero, $0 - sentAt) } ?? timing.renewDeadline
        let limit = min(left, timing.renewDeadline / 2)
        do {
            try await firstOf(
                request,
                {
                    try await surroundings.sleep(limit)
                    throw KubeError(.timeout, status: 504, message: "no answer within \(limit)")
                })
        } catch {
            try Task.checkCancellation()
            if let error = error as? KubeError, [.conflict, .alreadyExists, .notFound].contains(error.code) {
                change { $0.conflicted() }
            } else {
                let took = surroundings.now() - sentAt
                change { $0.failed(random: surroundings.random(), took: took) }
                logger.warning("the group's leases can't be reached; will try again", metadata: ["error": "\(error)"])
            }
        }
    }
}
