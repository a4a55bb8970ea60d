import GraftAPI
import JSON
import KubeCore
import Rollout
import Testing

@testable import Commands

@Suite("Status view")
struct StatusViewTests {
    private let now = Timestamp("2026-01-01T00:10:00Z")!

    private func deployment(_ change: (inout ModuleDeployment) -> Void = { _ in }) -> ModuleDeployment {
        var spec = ModuleDeploymentSpec()
        spec.hostClass = "edge-proxy"
        spec.slot = "net/filter"
        spec.selector = LabelSelector(matchLabels: ["tier": "edge"])
        spec.strategy.steps = [
            .setWeight(Weight(percent: 10)), .pause(seconds: 600), .setWeight(Weight(percent: 50)), .pause(seconds: nil),
        ]
        var deployment = ModuleDeployment(metadata: ObjectMeta(name: "http-filter", namespace: "payments", generation: 2), spec: spec)
        deployment.status.observedGeneration = 2
        deployment.status.phase = .progressing
        deployment.status.message = "Waiting for 1 host."
        deployment.status.summary.version = "1.0.0 → 1.1.0"
        deployment.status.stable = RevisionReference(revision: "http-filter-a", digest: "", version: "1.0.0")
        deployment.status.canary = RevisionReference(revision: "http-filter-b", digest: "", version: "1.1.0")
        var rollout = RolloutStatus()
        rollout.id = "http-filter-b-1"
        rollout.stepIndex = 1
        rollout.stepStartTime = Timestamp("2026-01-01T00:05:00Z").map(Instant.init)
        deployment.status.rollout = rollout
        deployment.status.hosts.summary = "1/3"
        change(&deployment)
        return deployment
    }

    private func host(_ name: String, active: String?, revision: String = "", target: SlotTarget? = nil, tier: String = "edge")
        -> ModuleHost
    {
        var spec = ModuleHostSpec()
        spec.hostClass = "edge-proxy"
        var host = ModuleHost(metadata: ObjectMeta(name: "edge-proxy.\(name)", labels: ["tier": tier]), spec: spec)
        var slot = SlotStatus()
        slot.name = "net/filter"
        slot.active = active.map { ActiveRevision(revision: revision, digest: "", version: $0, since: now) }
        slot.target = target
        host.status.slots = [slot]
        return host
    }

    @Test("What a host reports moves no cursor and ends no line")
    func controls() {
        let target = SlotTarget(
            revision: "http-filter-b", state: .reverted, blame: .module, reason: "ProbeFailed",
            message: "\u{1B}[2J\u{9B}1A\nhttp-filter   Healthy\u{202E}")
        let view = StatusView(
            deployment { $0.status.message = "the registry says \u{1B}]0;x\u{07}" },
            hosts: [host("a", active: "1.0.0\u{7F}", revision: "http-filter-a", target: target)], now: now)
        #expect(view.lines.count == StatusView(deployment(), hosts: [host("a", active: "1.0.0")], now: now).lines.count)
        for line in view.lines {
            #expect(
                line.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) && $0 != "\u{202E}" }, "\(line)")
        }
    }

    @Test("Where calls are divided it shows the steps that do it, and both versions of a host")
    func divided() {
        var host = host("a", active: "1.0.0", revision: "http-filter-a")
        host.status.slots[0].canary = RoutedRevision(
            revision: "http-filter-b", digest: "", version: "1.1.0", since: now, rule: "00ff00ff00ff00ff")
        let view = StatusView(
            deployment {
                $0.spec.strategy.steps = [
                    .setWeight(Weight(percent: 10)),
                    .setTraffic(Traffic(share: Weight(basisPoints: 1225), by: TrafficKey(header: "x-user"))),
                    .setTraffic(Traffic(share: nil, match: [TrafficMatch(header: "x-canary", values: ["true"])])),
                    .setTraffic(Traffic(share: .all)),
                ]
            }, hosts: [host, self.host("b", active: "1.0.0", revision: "http-filter-a")], now: now)
        let text = view.lines.joined(separator: "\n")
        #expect(
            text.contains("▶ 12.25% of calls by header x-user   · header x-canary=true   · all calls   · all hosts and calls"), "\(text)")
        #expect(text.contains("◆ edge-proxy.a 1.0.0 + 1.1.0") && text.contains("● edge-proxy.b 1.0.0"), "\(text)")
    }

    @Test("It shows as many steps as sentences count", arguments: [(2, "· all hosts   · all calls"), (4, "✔ all hosts   ▶ all calls")])
    func counted(index: Int, last: String) {
        let view = StatusView(
            deployment {
                $0.spec.strategy.steps = [
                    .setWeight(Weight(percent: 10)), .setTraffic(Traffic(share: Weight(percent: 5))), .pause(seconds: nil),
                ]
                $0.status.rollout?.stepIndex = index
            }, hosts: [host("a", active: "1.0.0", revision: "http-filter-a")], now: now)
        let text = view.lines.joined(separator: "\n")
        #expect(text.contains(last) && text.contains("5% of calls"), "\(text)")
    }

    @Test("It shows what a preflight found, by host, and that a rollout was given up for it")
    func preflight() {
        func view(_ change: @escaping (inout RolloutStatus) -> Void) -> StatusView {
            let deployment = deployment { deployment in
                deployment.spec.strategy.steps = [.preflight(), .setWeight(Weight(percent: 10))]
                var found = PreflightStatus()
                (found.asked, found.staged, found.failed, found.waiting, found.unable) = (3, 1, 1, 1, 2)
                found.failures = [PreflightFailure(host: "edge-proxy.b", reason: "DiskFull", message: "no room")]
                deployment.status.rollout?.stepIndex = 0
                deployment.status.rollout?.preflight = found
                if deployment.status.rollout != nil { change(&deployment.status.rollout!) }
            }
            var (staged, full) = (
                host("a", active: "1.0.0", revision: "http-filter-a"), host("b", active: "1.0.0", revision: "http-filter-a")
            )
            staged.status.slots[0].ahead = StagedAhead(rollout: "http-filter-b-1", revision: "http-filter-b", state: .staged)
            full.status.slots[0].ahead = StagedAhead(
                rollout: "http-filter-b-1", revision: "http-filter-b", state: .failed, reason: "DiskFull", message: "no room")
            return StatusView(deployment, hosts: [staged, full], now: now)
        }
        let going = view { _ in }.lines
        #expect(going.contains("  ▶ preflight 1/3   · 10%   · all"))
        #expect(going.contains("  preflight: 1 of 3 have it staged, 1 can't take it, 1 yet to answer, 2 not asked: their agents can't"))
        #expect(going.contains("    ✘ edge-proxy.b DiskFull: no room"))
        #expect(going.contains { $0.contains("edge-proxy.a") && $0.hasSuffix("Staged ahead") })
        #expect(going.contains { $0.contains("edge-proxy.b") && $0.hasSuffix("Can't take it: DiskFull: no room") })
        let over = view { $0.stepIndex = 1 }.lines
        #expect(!over.contains { $0.contains("can't take it") })
        let refused = view {
            ($0.kind, $0.cause, $0.state) = (.return, .preflight, .complete)
        }.lines
        #expect(refused.contains("    ✘ edge-proxy.b DiskFull: no room"))
    }

    @Test("It shows where the rollout is, why, and each host that the selector matches")
    func progressing() {
        let view = StatusView(
            deployment(),
            hosts: [
                host("c", active: "1.0.0", revision: "http-filter-a", target: SlotTarget(revision: "http-filter-b", state: .fetching)),
                host("b", active: "1.0.0", revision: "http-filter-a", tier: "core"),
                host("a", active: "1.1.0", revision: "http-filter-b", target: SlotTarget(revision: "http-filter-b", state: .active)),
            ], now: now)
        #expect(
            view.lines == [
                "payments/http-filter   Progressing   1.0.0 → 1.1.0",
                "  Waiting for 1 host.",
                "",
                "  ✔ 10%   ▶ pause 300s left   · 50%   · pause until promoted   · all",
                "",
                "  hosts 1/3",
                "    ◆ edge-proxy.a 1.1.0",
                "    ● edge-proxy.c 1.0.0      Fetching",
            ])
    }

    @Test("A host that failed says why, beside what serves")
    func failed() {
        let target = SlotTarget(
            revision: "http-filter-b", state: .reverted, blame: .module, reason: "ProbeFailed", message: "the probe found 1.0.0")
        let view = StatusView(
            deployment {
                $0.status.phase = .rollingBack
                $0.status.hosts.failed = 1
            }, hosts: [host("a", active: "1.0.0", revision: "http-filter-a", target: target), host("b", active: nil)], now: now)
        #expect(
            view.lines.suffix(3) == [
                "  hosts 1/3 (1 failed)", "    ✘ edge-proxy.a 1.0.0      Reverted: the probe found 1.0.0", "    ○ edge-proxy.b -",
            ])
        #expect(!view.lines.joined().contains("▶"))
    }

    private func analysis(_ change: (inout CheckStatus) -> Void = { _ in }) -> CheckStatus {
        var check = CheckStatus()
        check.id = "step-1.http-errors"
        check.step = 1
        check.subject = "http-errors"
        check.startTime = Instant(now)
        check.phase = .running
        var metric = MetricStatus(name: "errors")
        metric.phase = .running
        (metric.count, metric.successful, metric.wanted) = (3, 3, 10)
        var result = AnalysisStatus()
        result.nextTime = Instant(now)
        result.metrics = [metric]
        check.result = result
        change(&check)
        return check
    }

    private func checked(_ checks: [CheckStatus]) -> ModuleDeployment {
        deployment {
            $0.spec.strategy.steps[1] = .analysis(StepAnalysis([AnalysisReference("http-errors")]))
            $0.spec.strategy.steps[2] = .webhook(StepWebhook("https://change.example/x"))
            $0.spec.strategy.steps[3] = .soak(Soak(durationSeconds: 60, samples: SampleGoal(5, of: HostSeries("requests_total"))))
            $0.status.rollout?.checks = checks
        }
    }

    @Test("What it waits for is a table, with the metrics of what has several or failed")
    func checks() {
        var webhook = CheckStatus()
        webhook.id = "step-2"
        webhook.kind = .webhook
        webhook.step = 2
        webhook.subject = "change.example"
        webhook.phase = .failed
        webhook.message = "closed\u{1B}[2J"
        let background = analysis {
            $0.id = "background.latency"
            $0.step = nil
            $0.subject = "latency"
            $0.phase = .failed
            $0.result?.metrics[0].phase = .failed
            $0.result?.metrics[0].failed = 1
            $0.result?.metrics[0].message = "1 failed, of which 0 are tolerated: 0.5 is above 0.2"
            var measurement = MeasurementStatus()
            measurement.value = "0.5"
            $0.result?.metrics[0].measurements = [measurement]
        }
        let lines = StatusView(checked([analysis(), webhook, background]), hosts: [], now: now).lines
        #expect(
            lines.dropFirst(3).prefix(7) == [
                "  ✔ 10%   ▶ analysis http-errors   · webhook change.example   · soak 60s, 5 samples   · all",
                "",
                "  CHECK                    STEP         STATE     RESULT",
                "  analysis http-errors     2            Running   3 of 10 measurements, 0 failed; next at 2026-01-01T00:10:00Z",
                "  webhook change.example   3            Failed    NoGo: closed\\u{1B}[2J",
                "  analysis latency         background   Failed    3 of 10 measurements, 1 failed",
                "    errors                              Failed    0.5: 1 failed, of which 0 are tolerated: 0.5 is above 0.2",
            ])
    }

    @Test("graft why says what is measured, since when, and when next")
    func why() {
        let lines = WhyView(checked([analysis(), analysis { $0.phase = .successful }])).lines
        #expect(
            lines.last
                == "Checked: analysis http-errors: 3 of 10 measurements, 0 failed; next at 2026-01-01T00:10:00Z (step 2, since 2026-01-01T00:10:00Z)"
        )
        #expect(lines.count { $0.hasPrefix("Checked") } == 1)
    }

    @Test("graft why says since when: of a step that waits its beginning alone, of a wave its last progress, of what is over when it was")
    func since() {
        func line(_ reason: String, _ change: (inout ModuleDeployment) -> Void = { _ in }) -> String? {
            let deployment = deployment {
                $0.status.conditions = [
                    Condition(
                        type: "Ready", status: .isFalse, reason: reason, message: "", lastTransitionTime: Timestamp("2026-01-01T00:00:00Z")!
                    )
                ]
                $0.status.rollout?.state = .running
                $0.status.rollout?.progress.time = Timestamp("2026-01-01T00:06:00Z").map(Instant.init)
                $0.status.rollout?.wave.soakStartTime = Timestamp("2026-01-01T00:04:00Z").map(Instant.init)
                change(&$0)
            }
            return WhyView(deployment).lines.first { $0.hasPrefix("Since") }
        }
        #expect(line("StepPaused") == "Since: 2026-01-01T00:05:00Z (the step)")
        #expect(line("RollingOut") == "Since: 2026-01-01T00:04:00Z (the soak), 2026-01-01T00:05:00Z (the step)")
        #expect(
            line("RollingOut") { $0.status.rollout?.wave.settledTime = Timestamp("2026-01-01T00:04:30Z").map(Instant.init) }
                == "Since: 2026-01-01T00:06:00Z (the last progress), 2026-01-01T00:05:00Z (the step)")
        #expect(
            line("Paused") { $0.status.rollout?.progress.suspendedSince = Timestamp("2026-01-01T00:07:00.25Z").map(Instant.init) }?
                .hasPrefix("Since: 2026-01-01T00:07:00Z (standing still), ") == true)
        let stalled = line("RolledBack") {
            $0.status.rollout?.state = .complete
            $0.status.conditions.append(
                Condition(
                    type: "Stalled", status: .isTrue, reason: "RolledBack", message: "",
                    lastTransitionTime: Timestamp("2026-01-01T00:08:00Z")!))
        }
        #expect(stalled == "Since: 2026-01-01T00:08:00Z")
    }

    @Test("The check that fails in a simulation is one of those there are, with seconds or without")
    func failCheck() throws {
        let strategy = checked([]).spec.strategy
        #expect(try SimulateCommand.failing("http-errors", strategy).failing == "http-errors")
        let later = try SimulateCommand.failing("change.example:90", strategy)
        #expect(later.failing == "change.example" && later.failsAfter == .seconds(90))
        for wrong in ["", "else", "http-errors:", "http-errors:-1", "http-errors:x", ":5", "else:5"] {
            #expect(throws: (any Error).self) { try SimulateCommand.failing(wrong, strategy) }
        }
    }

    @Test("A manifest that the controller has not seen yet is said to be so")
    func stale() {
        let view = StatusView(deployment { $0.metadata.generation = 3 }, hosts: [], now: now)
        #expect(view.lines.contains { $0.contains("not seen by the controller yet") })
    }
}
