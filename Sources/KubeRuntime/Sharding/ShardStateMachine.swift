import KubeCore

/// Which slots are ours, by Leases. Pure: it is told what was read and written, and when, and says what to do.
///
/// Each member keeps a Lease of its own alive, and one more Lease carries the table of owners, which is written only by its resource
/// version. A slot changes hands in two ways: its owner gives it away, when it has nothing in hand for it any more; or its owner is dead,
/// and another takes it. A member is dead, for itself, when its last good renewal is `renewDeadline` old; for others, when its Lease has
/// not changed for `leaseDuration` since they saw it change. The first comes before the second by any clock that runs evenly, so a slot has
/// one owner at most. A member that is dead stays dead: whoever comes back is another.
struct ShardStateMachine: Sendable {
    enum Action: Sendable, Hashable {
        case pause(Duration)
        /// Keep our Lease alive, and say in it whether we are leaving; without preconditions it is created.
        case renew(Lease.Spec, Preconditions?, isLeaving: Bool)
        /// List the group's Leases.
        case read
        /// Without preconditions the table is created.
        case write(ShardTable, Preconditions?)
        /// Delete the Lease of a member that is dead and owns nothing; or ours, at the end.
        case remove(member: String, Preconditions)
        /// Nothing is ours any more.
        case finished
        /// Membership is over; the text says why.
        case lost(String)
    }

    struct Seen: Sendable {
        var metadata: ObjectMeta
        /// It is given nothing any more.
        var isLeaving: Bool
        var duration: Duration
        /// When we saw it change last, or saw first that it is not there.
        var changedAt: Duration
    }

    let identity: String
    let slots: Int
    let timing: LeaderElection.Timing
    /// Other members, also those that the table names and that have no Lease.
    private var others: [String: Seen] = [:]
    private var own: ObjectMeta?
    private(set) var table: (value: ShardTable, version: Preconditions)?
    private var hasNoTable = false
    private var isStale = true
    private var renewDueAt: Duration?
    private(set) var renewedAt: Duration?
    private var pause: Duration?
    private(set) var lostReason: String?
    private var isStopping = false
    private var isRemoved = false
    /// Slots that a write gave away of which we don't know whether it arrived: they are not ours to begin anything in, until the table has
    /// changed, and so the write can't arrive any more.
    private var inFlight: Set<Int> = []
    /// As the table says.
    private(set) var owned: Set<Int> = []
    /// Ours still, but nothing new is begun: they are given away as soon as nothing is in hand.
    private(set) var leaving: Set<Int> = []

    init(identity: String, slots: Int, timing: LeaderElection.Timing) {
        self.identity = identity
        self.slots = slots
        self.timing = timing
    }

    /// Where new work may be begun.
    var usable: Set<Int> { lostReason == nil ? owned.subtracting(leaving) : [] }

    var mustRenewBefore: Duration? { renewedAt.map { $0 + timing.renewDeadline } }

    func isAlive(at now: Duration) -> Bool { lostReason == nil && mustRenewBefore.map { now < $0 } ?? false }

    /// - Parameter isInHand: whether something that was begun for a slot is not over yet.
    mutating func next(now: Duration, wallTime: Timestamp, random: Double, isInHand: (Int) -> Bool) -> Action {
        if let lostReason { return .lost(lostReason) }
        if isRemoved { return .finished }
        if let end = mustRenewBefore, now >= end { return lose("the member's lease could not be renewed for \(timing.renewDeadline)") }
        if let pause {
            self.pause = nil
            return .pause(mustRenewBefore.map { min(pause, $0 - now) } ?? pause)
        }
        if renewDueAt.map({ now >= $0 }) ?? true {
            let spec = Lease.Spec(
                holderIdentity: identity, leaseDurationSeconds: Int(timing.leaseDuration.components.seconds), renewTime: wallTime)
            return .renew(spec, own.map { Preconditions(uid: $0.uid) }, isLeaving: isStopping)
        }
        if isStale { return .read }
        if let write = nextWrite(now, isInHand) { return write }
        if isStopping, owned.isEmpty, let own { return .remove(member: identity, Preconditions(uid: own.uid)) }
        if let dead = deadWeight(now) { return dead }
        return .pause(max(.zero, (renewDueAt ?? now) - now))
    }

    /// Our Lease was renewed.
    mutating func renewed(_ lease: Lease, sentAt: Duration, random: Double) {
        own = lease.metadata
        renewedAt = sentAt
        renewDueAt = sentAt + between(random)
        isStale = true
    }

    /// The group's Leases, all of one moment.
    mutating func read(_ leases: [Lease], group: String, now: Duration) {
        isStale = false
        var listed: [String: Seen] = [:]
        var table: Lease?
        for lease in leases {
            guard lease.metadata.name != group else {
                table = lease
                continue
            }
            let name = String(lease.metadata.name.dropFirst(group.count + 1))
            let known = others[name]
            let isNew = known?.metadata.resourceVersion != lease.metadata.resourceVersion || known?.metadata.uid != lease.metadata.uid
            listed[name] = Seen(
                metadata: lease.metadata, isLeaving: lease.metadata.annotations[ShardMember.leavingAnnotation] != nil,
                duration: lease.spec.leaseDurationSeconds.map { .seconds($0) } ?? timing.leaseDuration,
                changedAt: isNew ? now : known!.changedAt)
        }
        guard let ours = listed.removeValue(forKey: identity), ours.metadata.uid == own?.uid else {
            _ = lose("the member's lease was deleted")
            return
        }
        adopt(table)
        // Who is named and has no Lease may have lost it a moment ago, and not know yet.
        for owner in self.table?.value.owners ?? [] {
            guard let owner, owner != identity, listed[owner] == nil else { continue }
            listed[owner] =
                others[owner].flatMap { $0.metadata.uid == nil ? $0 : nil }
                ?? Seen(metadata: ObjectMeta(name: owner), isLeaving: false, duration: timing.leaseDuration, changedAt: now)
        }
        others = listed
    }

    /// The table was written.
    mutating func wrote(_ lease: Lease) { adopt(lease) }

    /// Somebody else wrote first.
    mutating func conflicted() { isStale = true }

    /// A request failed for another reason.
    mutating func failed(random: Double, took: Duration) {
        isStale = true
        let rest = between(random) - took
        pause = rest > .zero ? rest : nil
    }

    /// A Lease is gone. Our own: the end.
    mutating func removed(_ member: String) {
        if member == identity { isRemoved = true } else { others[member] = nil }
    }

    /// Gives everything away, and ends.
    mutating func stop() {
        guard !isStopping else { return }
        isStopping = true
        leaving = owned
        // Who hears of it first gives us nothing that we would have to give away again.
        renewDueAt = nil
        pause = nil
    }

    func isDead(_ member: String, at now: Duration) -> Bool {
        guard member != identity else { return false }
        return others[member].map { now >= $0.changedAt + $0.duration } ?? false
    }

    private mutating func nextWrite(_ now: Duration, _ isInHand: (Int) -> Bool) -> Action? {
        let old = table?.value ?? ShardTable(slots: slots)
        var living = Set(others.keys.filter { others[$0]!.metadata.uid != nil && !others[$0]!.isLeaving && !isDead($0, at: now) })
        if !isStopping { living.insert(identity) }
        let shared = old.shared(among: living)
        leaving = owned.filter { shared.owners[$0] != identity }.union(inFlight)
        var new = old
        for slot in old.owners.indices {
            let owner = old.owners[slot]
            if owner == identity {
                if leaving.contains(slot), !isInHand(slot) { new.owners[slot] = shared.owners[slot] }
            } else if shared.owners[slot] == identity, owner.map({ isDead($0, at: now) }) ?? true {
                new.owners[slot] = identity
            }
        }
        guard new != old || table == nil || !inFlight.isEmpty else { return nil }
        inFlight = owned.filter { new.owners[$0] != identity }.union(inFlight)
        new.number += 1
        return .write(new, table?.version)
    }

    /// Leases of members that ended without a word pile up: the first of those who live clears them away.
    private func deadWeight(_ now: Duration) -> Action? {
        let living = others.keys.filter { !isDead($0, at: now) }
        guard !isStopping, living.allSatisfy({ identity < $0 }), let table else { return nil }
        let names = Set(table.value.owners.compactMap(\.self))
        let dead = others.keys.filter { isDead($0, at: now) && others[$0]!.metadata.uid != nil && !names.contains($0) }.min()
        guard let dead, let metadata = others[dead]?.metadata else { return nil }
        return .remove(member: dead, Preconditions(uid: metadata.uid, resourceVersion: metadata.resourceVersion))
    }

    private mutating func adopt(_ lease: Lease?) {
        guard let lease else {
            if !owned.isEmpty { _ = lose("the group's table was deleted") }
            table = nil
            return
        }
        guard let value = ShardTable(lease.metadata.annotations[ShardMember.tableAnnotation] ?? ""), value.owners.count == slots else {
            _ = lose(
                "\(lease.metadata.name) has no table of \(slots) slots in its annotation \(ShardMember.tableAnnotation): "
                    + "give all members the same number, or delete it while none runs")
            return
        }
        let version = Preconditions(uid: lease.metadata.uid, resourceVersion: lease.metadata.resourceVersion)
        if version != table?.version { inFlight = [] }
        table = (value, version)
        let ours = value.slots(of: identity)
        // Nobody takes what is ours while we live; whoever did thinks us dead.
        if let taken = owned.subtracting(ours).subtracting(leaving).min() {
            _ = lose("slot \(taken) was taken by \(value.owners[taken] ?? "nobody")")
            return
        }
        owned = ours
        // What was given away in vain is decided on anew.
        leaving = isStopping ? owned : leaving.intersection(owned)
    }

    private mutating func lose(_ reason: String) -> Action {
        lostReason = lostReason ?? reason
        return .lost(lostReason!)
    }

    private func between(_ random: Double) -> Duration { timing.retryPeriod * (0.95 - 0.2 * random) }
}
