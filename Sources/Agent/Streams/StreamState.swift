import Analysis

/// What a reporter of changes has in hand: what is wanted, what was seen last, what waits to be sent.
struct StreamState: Sendable {
    private(set) var wanted: [String: [SeriesDemand]] = [:]
    var track = ScrapeTrack()
    var looks = SlotLooks()
    var probeLooks = SlotLooks()
    /// The process that answered a slot's probe last.
    var processes: [String: String] = [:]
    var outgoing: OutgoingRecords
    /// Records that the controller will never take.
    var refused = 0
    /// Of those that were thrown away, how many were counted already.
    var shownDropped = 0
    var pace: UplinkPace
    /// What was told of scrapes that failed; told again when it is something else.
    var complaint: String?
    /// Likewise of the controller.
    var uplinkComplaint: String?

    init(session: String, interval: Duration) {
        outgoing = OutgoingRecords(session: session)
        pace = UplinkPace(interval: interval)
    }

    /// Neither asks nor looks, and will not until it is woken.
    var isResting = false

    var isWanted: Bool { !wanted.isEmpty }
    var wantsScrape: Bool { !track.isEmpty }
    var wantsProbe: Bool { !probedSlots.isEmpty }
    /// Slots of which numbers of probes are wanted.
    var probedSlots: Set<String> { Set(wanted.filter { $0.value.contains { OwnSeries.isOwn($0) } }.keys) }

    mutating func want(_ wanted: [String: [SeriesDemand]]) {
        self.wanted = wanted.filter { !$0.value.isEmpty }
        track.follow(self.wanted.values.joined().filter { !OwnSeries.isOwn($0) })
        if track.isEmpty { looks.forget() }
        if !wantsProbe {
            probeLooks.forget()
            processes = [:]
        }
        if self.wanted.isEmpty { outgoing.forget() }
    }

    /// No rollout is under way: nothing is wanted until the controller says so again.
    mutating func rest() {
        want([:])
        pace.rest()
        isResting = true
    }

    /// Takes a scrape that succeeded.
    mutating func take(
        _ exposition: Exposition, before: [String: ServingBoard.Serving], after: [String: ServingBoard.Serving], now: Duration
    ) {
        let (growth, problems) = track.take(exposition)
        for (slot, demands) in wanted {
            let ran = looks.look(at: slot, before: before[slot] ?? .init(), after: after[slot] ?? .init(), now: now)
            guard let ran else { continue }
            let asked = Set(demands)
            add(slot, ran, growth.filter { asked.contains($0.key) }, problems.filter { asked.contains($0.key) }, now)
        }
        outgoing.looked(at: now)
    }

    /// Takes what came of the probe of a slot.
    /// - Parameter process: nil when the host does not say, or did not answer.
    mutating func take(
        probe hasFailed: Bool, seconds: Double, process: String?, in slot: String, before: ServingBoard.Serving,
        after: ServingBoard.Serving,
        now: Duration
    ) {
        let known = processes[slot]
        if let process { processes[slot] = process }
        guard let ran = probeLooks.look(at: slot, before: before, after: after, now: now) else { return }
        let result = ProbeResult(
            hasFailed: hasFailed, seconds: seconds, isOtherProcess: known != nil && process != nil && process != known)
        var growth: [SeriesDemand: SeriesGrowth] = [:]
        for demand in wanted[slot] ?? [] { growth[demand] = OwnSeries(demand, in: slot)?.growth(of: result) }
        add(slot, ran, growth, [:], now)
        if track.isEmpty { outgoing.looked(at: now) }
    }

    private mutating func add(
        _ slot: String, _ ran: (revision: InstalledRevision, since: Duration), _ growth: [SeriesDemand: SeriesGrowth],
        _ problems: [SeriesDemand: String], _ now: Duration
    ) {
        guard !growth.isEmpty || !problems.isEmpty else { return }
        let record = StreamRecord(
            sequence: 0, slot: slot, namespace: ran.revision.namespace, revision: ran.revision.revision, digest: ran.revision.digest,
            from: .zero, to: .zero, growth: growth, problems: problems)
        outgoing.append(record, from: ran.since, to: now)
    }
}
