import Analysis
import GraftAPI
import KubeCore
import Testing

@testable import Controllers

@Suite("The ledger of checks")
struct CheckLedgerTests {
    static let deployment = ObjectKey(namespace: "payments", name: "http-filter")
    static let start = Timestamp(seconds: 1_700_000_000)

    /// An analysis whose metrics are measured thrice, half a minute apart.
    static func spec(_ names: String..., query: String = "up", change: (inout AnalysisMetric) -> Void = { _ in }) -> ModuleAnalysisSpec {
        var spec = ModuleAnalysisSpec()
        spec.metrics = names.map { name in
            var metric = AnalysisMetric()
            metric.name = name
            metric.interval = Period(seconds: 30)
            metric.count = 3
            var thresholds = MetricThresholds()
            thresholds.min = 0.9
            metric.thresholds = thresholds
            var prometheus = PrometheusProvider()
            prometheus.address = "http://prometheus.monitoring:9090"
            prometheus.query = query
            metric.provider.prometheus = prometheus
            change(&metric)
            return metric
        }
        return spec
    }

    static func orders(_ checks: [CheckStatus], rollout: String = "r-1", work: CheckWork = .analysis(name: "errors", arguments: [:]))
        -> CheckOrders
    {
        CheckOrders(
            deployment: deployment, identity: .init(uid: "uid", rollout: rollout),
            canary: .init(name: "c", digest: "sha256:c", version: "1.1.0"),
            stable: nil, orders: checks.map { .init(status: $0, work: work) })
    }

    static func check(_ id: String = "step-2.errors", start: Timestamp = start) -> CheckStatus {
        var check = CheckStatus()
        check.id = id
        check.step = 1
        check.subject = "errors"
        check.startTime = Instant(start)
        return check
    }

    private static func task(_ metric: String?, _ check: String = "step-2.errors") -> CheckTask {
        CheckTask(deployment: deployment, check: check, metric: metric)
    }

    private func standing(_ ledger: inout CheckLedger, rollout: String = "r-1") -> [CheckStatus] {
        ledger.standing(of: Self.deployment, .init(uid: "uid", rollout: rollout))
    }

    /// Measures once: begins, takes, ends.
    @discardableResult
    private func measure(_ ledger: inout CheckLedger, _ metric: String, _ reading: Reading, at now: Timestamp) -> CheckLedger.Effects {
        guard case .go(_, let recall) = ledger.begin(Self.task(metric), now: now) else { return .init() }
        let effects = ledger.take(.reading(reading), of: Self.task(metric), recall: recall, now: now, chance: 0.5)
        _ = ledger.end(Self.task(metric))
        return effects
    }

    @Test("measures sixteen metrics of a rollout at one time: what has no room waits, and says why, until there is some")
    func room() throws {
        var ledger = CheckLedger(limit: 64)
        func spec(_ count: Int) -> ModuleAnalysisSpec {
            var spec = Self.spec("m0")
            spec.metrics = (0..<count).flatMap { Self.spec("m\($0)").metrics }
            return spec
        }
        var background = Self.check("background.errors")
        background.step = nil
        let checks = [Self.check("step-2.errors"), background]
        let effects = ledger.want(Self.orders(checks), now: Self.start) { _ in spec(9) }
        #expect(effects.due.count == 9 && effects.due.allSatisfy { $0.check == "background.errors" })
        let told = standing(&ledger)
        #expect(told.map(\.phase) == [.running, .pending])
        #expect(
            told[1].message
                == "ModuleAnalysis payments/errors: found 9 metrics, wanted at most 7: a rollout measures 16 at one time, and background.errors has 9; "
                + "take some away, or measure them in a step of their own")
        // Asked again it is the same, and no news.
        let again = ledger.want(Self.orders(told), now: Self.start) { _ in spec(9) }
        #expect(again.due.isEmpty && again.news.isEmpty && again.recalled.isEmpty)
        // The other one is over.
        var over = told
        over.removeFirst()
        let freed = ledger.want(Self.orders(over), now: Self.start) { _ in spec(9) }
        #expect(freed.due.count == 9 && freed.due.allSatisfy { $0.check == "step-2.errors" })
        #expect(standing(&ledger).map(\.phase) == [.running])
    }

    @Test("measures no analysis that has more metrics than a rollout measures at all, until it has fewer")
    func tooMany() throws {
        var ledger = CheckLedger(limit: 64)
        func spec(_ count: Int) -> ModuleAnalysisSpec {
            var spec = Self.spec("m0")
            spec.metrics = (0..<count).flatMap { Self.spec("m\($0)").metrics }
            return spec
        }
        let first = ledger.want(Self.orders([Self.check()]), now: Self.start) { _ in spec(17) }
        #expect(first.due.isEmpty && first.news == [Self.deployment])
        #expect(standing(&ledger).first?.message?.hasPrefix("ModuleAnalysis payments/errors: ") == true)
        let mended = ledger.redefine(ObjectKey(namespace: "payments", name: "errors"), now: Self.start) { _ in spec(16) }
        #expect(mended.due.count == 16)
    }

    @Test("begins what it is asked for, and says so")
    func beginning() {
        var ledger = CheckLedger(limit: 64)
        let effects = ledger.want(Self.orders([Self.check()]), now: Self.start) { _ in Self.spec("rate", "latency") }
        #expect(effects.due == [Self.task("rate"), Self.task("latency")])
        #expect(effects.news == [Self.deployment])
        let told = standing(&ledger)
        #expect(told.map(\.phase) == [.running])
        #expect(told.first?.result?.metrics.map(\.name) == ["rate", "latency"])
        // What the engine has copied is no news, and begins nothing.
        let again = ledger.want(Self.orders(told), now: Self.start) { _ in Self.spec("rate", "latency") }
        #expect(again.due.isEmpty && again.news.isEmpty && again.recalled.isEmpty)
    }

    @Test("measures when it is due, by the end of the last measurement, and after an error in ten seconds")
    func pace() {
        var ledger = CheckLedger(limit: 64)
        _ = ledger.want(Self.orders([Self.check()]), now: Self.start) { _ in Self.spec("rate") { $0.initialDelay = Period(seconds: 5) } }
        guard case .later(.seconds(5)) = ledger.begin(Self.task("rate"), now: Self.start) else {
            Issue.record("its initial delay is not kept")
            return
        }
        let first = Self.start + .seconds(7)
        measure(&ledger, "rate", .number(1), at: first)
        #expect(ledger.next(Self.task("rate"), now: first) == first + .seconds(30))
        let second = first + .seconds(31)
        measure(&ledger, "rate", .error("away"), at: second)
        #expect(ledger.next(Self.task("rate"), now: second) == second + .seconds(10))
    }

    @Test("goes on, in another controller, from what the engine had")
    func restart() {
        var ledger = CheckLedger(limit: 64)
        _ = ledger.want(Self.orders([Self.check()]), now: Self.start) { _ in Self.spec("rate") }
        for number in 0..<2 { measure(&ledger, "rate", .number(1), at: Self.start + .seconds(30 * Int64(number))) }
        let kept = standing(&ledger)
        var other = CheckLedger(limit: 64)
        _ = other.want(Self.orders(kept), now: Self.start + .seconds(40)) { _ in Self.spec("rate") }
        #expect(other.next(Self.task("rate"), now: Self.start) == Self.start + .seconds(60))
        measure(&other, "rate", .number(1), at: Self.start + .seconds(60))
        let ended = standing(&other)
        #expect(ended.map(\.phase) == [.successful])
        #expect(ended.first?.result?.metrics.first?.count == 3)
    }

    @Test("ends with the first metric that ends badly, and calls the others back")
    func failing() {
        var ledger = CheckLedger(limit: 64)
        _ = ledger.want(Self.orders([Self.check()]), now: Self.start) { _ in Self.spec("rate", "latency") }
        guard case .go(_, let other) = ledger.begin(Self.task("latency"), now: Self.start) else {
            Issue.record("it is due")
            return
        }
        let effects = measure(&ledger, "rate", .number(0.5), at: Self.start)
        #expect(effects.recalled.count == 1 && effects.recalled.first === other)
        let check = standing(&ledger).first
        #expect(check?.phase == .failed)
        #expect(check?.message == "rate: 1 failed, of which 0 are tolerated: 0.5 is below 0.9")
        #expect(ledger.next(Self.task("latency"), now: Self.start) == nil)
        guard case .gone = ledger.begin(Self.task("rate"), now: Self.start) else {
            Issue.record("what has ended is measured no more")
            return
        }
    }

    @Test("says what is wrong with an analysis, and begins when it is mended")
    func definitions() {
        var ledger = CheckLedger(limit: 64)
        var spec: ModuleAnalysisSpec?
        let key = ObjectKey(namespace: "payments", name: "errors")
        let effects = ledger.want(Self.orders([Self.check()]), now: Self.start) { _ in spec }
        #expect(effects.due.isEmpty && effects.news == [Self.deployment])
        var told = standing(&ledger)[0]
        #expect(told.phase == .pending)
        #expect(
            told.message == "ModuleAnalysis payments/errors: there is none; create it, or correct the name in the deployment's strategy")

        spec = Self.spec("rate") { $0.count = 0 }
        let bad = ledger.redefine(key, now: Self.start) { _ in spec }
        #expect(bad.news == [Self.deployment])
        told = standing(&ledger)[0]
        #expect(told.message == "ModuleAnalysis payments/errors: spec.metrics[rate].count: found 0, wanted 1 or more; correct it")

        spec = Self.spec("rate")
        let good = ledger.redefine(key, now: Self.start) { _ in spec }
        #expect(good.due == [Self.task("rate")])
        told = standing(&ledger)[0]
        #expect(told.phase == .running && told.message == nil)
        let same = ledger.redefine(key, now: Self.start) { _ in spec }
        #expect(same.due.isEmpty && same.news.isEmpty, "the same again is no news")
    }

    @Test("takes no measurement that was made under another definition")
    func redefinition() {
        var ledger = CheckLedger(limit: 64)
        _ = ledger.want(Self.orders([Self.check()]), now: Self.start) { _ in Self.spec("rate") }
        guard case .go(_, let recall) = ledger.begin(Self.task("rate"), now: Self.start) else {
            Issue.record("it is due")
            return
        }
        let effects = ledger.redefine(ObjectKey(namespace: "payments", name: "errors"), now: Self.start) { _ in
            Self.spec("rate", query: "down")
        }
        #expect(effects.due == [Self.task("rate")])
        effects.recalled.forEach { $0.fire() }
        _ = ledger.take(.reading(.number(0)), of: Self.task("rate"), recall: recall, now: Self.start, chance: 0.5)
        _ = ledger.end(Self.task("rate"))
        let now = standing(&ledger)[0]
        #expect(now.result?.metrics.first?.count == 0)
        guard case .go(.metric(let metric, _), _) = ledger.begin(Self.task("rate"), now: Self.start) else {
            Issue.record("it is due")
            return
        }
        #expect(metric.provider.prometheus?.query == "down")
    }

    @Test("drops a metric that is defined no more, and ends when nothing is left to measure")
    func dropping() {
        var ledger = CheckLedger(limit: 64)
        _ = ledger.want(Self.orders([Self.check()]), now: Self.start) { _ in
            Self.spec("rate", "latency") { if $0.name == "rate" { $0.count = 1 } }
        }
        measure(&ledger, "rate", .number(1), at: Self.start)
        let first = standing(&ledger)[0]
        #expect(first.phase == .running)
        _ = ledger.redefine(ObjectKey(namespace: "payments", name: "errors"), now: Self.start) { _ in Self.spec("rate") { $0.count = 1 } }
        let last = standing(&ledger)[0]
        #expect(last.phase == .successful)
    }

    @Test("recalls what is performed for a rollout that has ended, was superseded, or began anew")
    func recalling() {
        for next in [
            nil, Self.orders([Self.check()], rollout: "r-2"), Self.orders([Self.check(start: Self.start + .seconds(5))]),
            Self.orders([Self.check("step-3.errors")]),
        ] {
            var ledger = CheckLedger(limit: 64)
            _ = ledger.want(Self.orders([Self.check()]), now: Self.start) { _ in Self.spec("rate") }
            guard case .go(_, let recall) = ledger.begin(Self.task("rate"), now: Self.start) else {
                Issue.record("it is due")
                return
            }
            let effects = next.map { ledger.want($0, now: Self.start) { _ in Self.spec("rate") } } ?? ledger.forget(Self.deployment)
            #expect(effects.recalled.contains { $0 === recall }, "\(String(describing: next))")
            _ = ledger.end(Self.task("rate"))
            #expect(ledger.running.isEmpty)
            if next == nil { #expect(ledger.rollouts.isEmpty && ledger.turns.isEmpty, "a rollout that is over costs nothing") }
        }
    }

    @Test("asks a webhook once, and again when it says Wait")
    func webhooks() {
        var ledger = CheckLedger(limit: 64)
        var check = Self.check("step-2")
        check.kind = .webhook
        check.subject = "gate.example"
        let work = CheckWork.webhook(WebhookWork(url: "https://gate.example/", credentials: nil, timeout: .seconds(10), retries: 3))
        let task = Self.task(nil, "step-2")
        let effects = ledger.want(Self.orders([check], work: work), now: Self.start) { _ in nil }
        #expect(effects.due == [task])
        guard case .go(.webhook(let request, _), let recall) = ledger.begin(task, now: Self.start) else {
            Issue.record("it is due")
            return
        }
        #expect(request.id == "uid/r-1/step-2/2023-11-14T22:13:20.000000Z" && request.step == 2)
        _ = ledger.take(.webhook(.wait("soon", .seconds(20))), of: task, recall: recall, now: Self.start, chance: 0.5)
        _ = ledger.end(task)
        #expect(ledger.next(task, now: Self.start) == Self.start + .seconds(20))
        guard case .go(.webhook(let again, _), let second) = ledger.begin(task, now: Self.start + .seconds(20)) else {
            Issue.record("it is due")
            return
        }
        #expect(again.id == request.id)
        let end = ledger.take(.webhook(.go(nil)), of: task, recall: second, now: Self.start + .seconds(20), chance: 0.5)
        #expect(end.news == [Self.deployment])
        _ = ledger.end(task)
        let last = standing(&ledger)[0]
        #expect(last.phase == .successful)
    }

    /// An analysis by a service level.
    private static func level(_ objective: Double = 99) -> ModuleAnalysisSpec {
        var spec = ModuleAnalysisSpec()
        spec.sli = .availability
        spec.objective = objective
        return spec
    }

    @Test("asks for the series of a service level first, and then for how fast its errors are used up")
    func serviceLevels() {
        var source = ServiceLevelSource()
        source.address = "http://prometheus.monitoring:9090"
        var ledger = CheckLedger(limit: 64, prometheus: source)
        let effects = ledger.want(Self.orders([Self.check()]), now: Self.start) { _ in Self.level() }
        #expect(effects.due == [Self.task(nil)])
        guard case .go(.discovery(let provider, _), let recall) = ledger.begin(Self.task(nil), now: Self.start) else {
            Issue.record("it is due")
            return
        }
        #expect(provider.address == source.address && provider.query.hasPrefix("group by (__name__,"))
        let found = ledger.take(
            .discovered(.series([["__name__": "http_requests_total", "code": "200"]])), of: Self.task(nil), recall: recall, now: Self.start,
            chance: 0.5)
        _ = ledger.end(Self.task(nil))
        #expect(found.due == [Self.task("fast-burn"), Self.task("slow-burn")])
        let told = standing(&ledger)
        #expect(told.first?.result?.metrics.map(\.name) == ["fast-burn", "slow-burn"])
        measure(&ledger, "fast-burn", .number(20), at: Self.start)
        let failed = standing(&ledger)
        #expect(failed.first?.phase == .failed)
        // Another controller asks for the series anew, and goes on with what was counted.
        var other = CheckLedger(limit: 64, prometheus: source)
        let again = other.want(Self.orders(told), now: Self.start) { _ in Self.level() }
        #expect(again.due == [Self.task(nil)])
    }

    @Test("ends an analysis whose series are not to be had: without an answer by an error, without series inconclusively")
    func missingSeries() {
        var source = ServiceLevelSource()
        source.address = "http://prometheus.monitoring:9090"
        for (discovery, phase) in [(Discovery.failed("away"), AnalysisPhase.error), (.series([["__name__": "up"]]), .inconclusive)] {
            var ledger = CheckLedger(limit: 64, prometheus: source)
            _ = ledger.want(Self.orders([Self.check()]), now: Self.start) { _ in Self.level() }
            var now = Self.start
            for number in 0...LevelRun.tolerated {
                guard case .go(_, let recall) = ledger.begin(Self.task(nil), now: now) else {
                    Issue.record("it is due")
                    return
                }
                _ = ledger.take(.discovered(discovery), of: Self.task(nil), recall: recall, now: now, chance: 0.5)
                _ = ledger.end(Self.task(nil))
                let check = standing(&ledger)[0]
                #expect(check.phase == (number == LevelRun.tolerated ? phase : .pending))
                #expect(check.message?.isEmpty == false)
                now = now + .seconds(10)
            }
        }
    }

    @Test("says that a service level needs somebody to be asked")
    func nobody() {
        var ledger = CheckLedger(limit: 64)
        let effects = ledger.want(Self.orders([Self.check()]), now: Self.start) { _ in Self.level() }
        #expect(effects.due.isEmpty)
        let check = standing(&ledger)[0]
        #expect(check.message?.contains("spec.prometheus: wanted with an sli") == true)
    }

    @Test("counts samples until there are enough")
    func samples() {
        var ledger = CheckLedger(limit: 64)
        var check = Self.check("step-2")
        check.kind = .samples
        let work = CheckWork.samples(HostSeries("requests_total"), count: 100)
        let task = Self.task(nil, "step-2")
        _ = ledger.want(Self.orders([check], work: work), now: Self.start) { _ in nil }
        var now = Self.start
        for (samples, phase) in [(nil, AnalysisPhase.running), (99, .running), (100, .successful)] as [(Int64?, AnalysisPhase)] {
            guard case .go(_, let recall) = ledger.begin(task, now: now) else {
                Issue.record("it is due")
                return
            }
            _ = ledger.take(.samples(samples), of: task, recall: recall, now: now, chance: 0.5)
            _ = ledger.end(task)
            let check = standing(&ledger)[0]
            #expect(check.phase == phase && check.samples == samples)
            now = now + CheckLedger.pollInterval
        }
    }
}
