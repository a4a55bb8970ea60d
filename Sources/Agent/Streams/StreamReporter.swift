import Analysis
import GraftAPI
import KubeCore
import KubeRuntime
import Logging
import ServiceLifecycle
import Synchronization

/// Tells the controller how much the series that it wants have grown, and which revision ran meanwhile.
///
/// As long as no plan for this host has a canary it neither asks nor looks at anything: a fleet at rest costs nothing. Then it asks what is wanted; when
/// something is, it looks at the host at each interval and sends what has grown. What can't be sent waits, bounded, and is sent later.
final class StreamReporter: Service {
    private let host: HostState
    private let drivers: [String: any Driver]
    private let scraper: HostScraper?
    private let uplink: StreamUplink
    private let interval: Duration
    private let metrics: UplinkMetrics
    private let logger: Logger
    private let surroundings: Surroundings
    private let wake = Wake()
    private let state: Mutex<StreamState>

    init(
        host: HostState, drivers: [String: any Driver], scraper: HostScraper?, uplink: StreamUplink, session: String, logger: Logger,
        surroundings: Surroundings
    ) {
        self.host = host
        self.drivers = drivers
        self.scraper = scraper
        self.uplink = uplink
        metrics = UplinkMetrics(host: host.configuration.hostName)
        interval = scraper?.settings.interval ?? .seconds(10)
        self.logger = logger
        self.surroundings = surroundings
        state = Mutex(StreamState(session: session, interval: interval))
    }

    func run() async throws {
        let isRolling = Mutex(false)
        let subscription = host.sources.plans.subscribe { [self] _ in
            let now = self.isRolling
            let isNews = isRolling.withLock { before in
                defer { before = now }
                return before != now
            }
            if isNews { wake.wake() }
        }
        defer { subscription.cancel() }
        host.serving.connect { [wake] in wake.wake() }
        while true {
            try Task.checkCancellation()
            guard self.isRolling else {
                state.withLock { $0.rest() }
                await wake.wait()
                state.withLock { $0.isResting = false }
                // Agents that hear of a rollout at the same time don't ask at the same time.
                if self.isRolling { try await surroundings.sleep(interval * surroundings.random()) }
                continue
            }
            try await look()
            let pause = try await send()
            try await wait(pause)
        }
    }

    /// Whether it waits for a rollout, without an end, and does nothing meanwhile.
    var isResting: Bool { state.withLock { $0.isResting } }

    /// Whether a plan for this host has a canary.
    private var isRolling: Bool {
        let configuration = host.configuration
        let slots = Set(configuration.slots.map(\.name))
        return host.sources.plans.all().contains { plan in
            plan.spec.canary != nil && plan.spec.hostClass == configuration.hostClass && slots.contains(plan.spec.slot)
                && plan.spec.selector.matches(host.labels)
        }
    }

    /// Waits until something is to be sent, and looks at each interval meanwhile; also at once when what a slot serves changes, so that little of what grows
    /// is nobody's.
    private func wait(_ pause: Duration) async throws {
        let end = surroundings.now() + pause
        while true {
            let rest = end - surroundings.now()
            guard rest > .zero, isRolling else { return }
            try await wake.wait(atMost: state.withLock { $0.isWanted } ? min(rest, interval) : rest, surroundings)
            if end > surroundings.now(), isRolling { try await look() }
        }
    }

    private func look() async throws {
        let (names, wantsScrape, wantsProbe) = state.withLock { ($0.track.sampleNames, $0.wantsScrape, $0.wantsProbe) }
        if wantsScrape, let scraper { try await scrape(scraper, names) }
        if wantsProbe { try await probe() }
    }

    private func scrape(_ scraper: HostScraper, _ names: Set<String>) async throws {
        let before = host.serving.all
        do {
            let exposition = try await scraper.look(for: names)
            let (after, now) = (host.serving.all, surroundings.now())
            metrics.looked(isSuccess: true)
            state.withLock { state in
                state.take(exposition, before: before, after: after, now: now)
                state.complaint = nil
            }
        } catch let failure as ScrapeFailure {
            metrics.looked(isSuccess: false)
            let isNews = state.withLock { state in
                defer { state.complaint = failure.description }
                return state.complaint == nil
            }
            if isNews { logger.warning("the host's metrics can't be read; will try again", metadata: ["error": "\(failure)"]) }
        }
    }

    private func probe() async throws {
        let wanted = state.withLock { $0.probedSlots }
        for (slot, before) in host.serving.all where wanted.contains(slot) {
            guard let revision = before.revision, let driver = drivers[slot] else { continue }
            let start = surroundings.now()
            var (process, hasFailed) = (String?.none, false)
            do { process = try await driver.probe(revision) } catch {
                try Task.checkCancellation()
                hasFailed = true
            }
            let (after, now) = (host.serving.serving(in: slot), surroundings.now())
            let taken = (now - start).components
            let seconds = Double(taken.seconds) + Double(taken.attoseconds) * 1e-18
            state.withLock {
                $0.take(probe: hasFailed, seconds: seconds, process: process, in: slot, before: before, after: after, now: now)
            }
        }
    }

    /// Sends what waits, and asks what is wanted.
    /// - Returns: how long to wait before the next time.
    private func send() async throws -> Duration {
        var answer: StreamAnswer?
        var replicas = state.withLock { $0.pace.tries }
        batches: for _ in 1...UplinkPace.mostTries {
            let name = host.configuration.hostName
            let batch = state.withLock { $0.outgoing.batch(host: name, at: surroundings.now()) }
            let outcome = try await uplink.send(batch)
            metrics.sent(outcome.sending)
            defer { showWaiting() }
            switch outcome {
            case .answered(let found):
                answer = found
                let isNews = state.withLock { state in
                    state.outgoing.acknowledge(found.acknowledged)
                    defer { state.uplinkComplaint = nil }
                    let before = state.wanted
                    state.want(found.wanted)
                    return before.isEmpty && state.isWanted
                }
                // The first look is what later ones are held against.
                if isNews { try await look() }
                // What waits beyond one batch is sent at once.
                if !batch.records.isEmpty, state.withLock({ !$0.outgoing.isEmpty }) { continue }
                return pause(after: found)
            case .notLeading:
                replicas -= 1
                guard replicas > 0 else { break batches }
                let pause = state.withLock { $0.pace.untilNextReplica(surroundings.random()) }
                try await surroundings.sleep(pause)
            case .refused(let problem):
                // It would be refused again, and hold up what comes after it.
                state.withLock { state in
                    state.outgoing.acknowledge(batch.records.last?.sequence ?? 0)
                    state.refused += batch.records.count
                }
                return failed(problem)
            case .failed(let problem): return failed(problem)
            }
        }
        return answer.map { pause(after: $0) } ?? failed("no replica of the controller that answers leads")
    }

    private func showWaiting() {
        let (waiting, dropped) = state.withLock { state in
            let dropped = state.refused + state.outgoing.dropped
            defer { state.shownDropped = dropped }
            return (state.outgoing.count, dropped - state.shownDropped)
        }
        metrics.holds(waiting: waiting, dropped: dropped)
    }

    private func pause(after answer: StreamAnswer) -> Duration {
        state.withLock { $0.pace.taken(isWanted: $0.isWanted, again: answer.again, surroundings.random()) }
    }

    private func failed(_ problem: String) -> Duration {
        let (pause, isNews) = state.withLock { state in
            defer { state.uplinkComplaint = problem }
            return (state.pace.failed(surroundings.random()), state.uplinkComplaint == nil)
        }
        if isNews { logger.warning("the controller does not take what this host tells; will try again", metadata: ["error": "\(problem)"]) }
        return pause
    }
}
