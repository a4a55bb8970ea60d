import GraftAPI
import JSON
import KubeCore
import Schema
import Testing

@testable import Analysis

@Suite("A metric's gate")
struct MetricGateTests {
    static let start = Timestamp(seconds: 1_000_000)

    /// Measured every minute; good from 0.95 on, bad below 0.9.
    static func metric(_ change: (inout AnalysisMetric) -> Void = { _ in }) -> AnalysisMetric {
        var metric = AnalysisMetric()
        metric.name = "success-rate"
        metric.interval = Period(seconds: 60)
        metric.thresholds = MetricThresholds(min: 0.95, failBelow: 0.9)
        change(&metric)
        return metric
    }

    /// Each measurement when the gate asks for it.
    static func run(_ metric: AnalysisMetric, _ readings: [Reading]) -> (steps: [MetricGate.Step], times: [Int64]) {
        let gate = MetricGate(metric)
        var steps: [MetricGate.Step] = []
        var times: [Int64] = []
        var status = gate.initial
        for reading in readings {
            guard let time = gate.next(status, startTime: start) else { break }
            times.append((time - start).components.seconds)
            let step = gate.advance(status, by: reading, at: time)
            steps.append(step)
            status = step.status
        }
        return (steps, times)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var change: @Sendable (inout AnalysisMetric) -> Void
        /// g: good, b: bad, i: between, e: error, n: no data, N: NaN, s/w/u: comparison says same, worse, not enough.
        var readings: String
        var phase: AnalysisPhase
        /// How many of the readings are taken.
        var taken: Int
    }

    static func reading(_ letter: Character) -> Reading {
        func compared(_ verdict: ComparisonVerdict) -> Reading {
            var outcome = ComparisonOutcome()
            outcome.verdict = verdict
            return .comparison(outcome)
        }
        return switch letter {
        case "g": .number(0.99)
        case "b": .number(0.5)
        case "i": .number(0.92)
        case "N": .number(.nan)
        case "n": .noData
        case "s": compared(.same)
        case "w": compared(.worse)
        case "u": compared(.notEnoughData)
        default: .error("connection refused")
        }
    }

    static let cases: [Case] = [
        Case(testDescription: "once, without an interval", change: { $0.interval = nil }, readings: "gg", phase: .successful, taken: 1),
        Case(
            testDescription: "for ever, with an interval and no count", change: { _ in }, readings: "gggggggggggg", phase: .running,
            taken: 12),
        Case(testDescription: "count ends it", change: { $0.count = 3 }, readings: "gggg", phase: .successful, taken: 3),
        Case(testDescription: "no failure is tolerated by default", change: { $0.count = 3 }, readings: "gbg", phase: .failed, taken: 2),
        Case(
            testDescription: "failures up to the limit are, in all",
            change: {
                $0.count = 5; $0.failureLimit = 2
            }, readings: "bgbgg", phase: .successful, taken: 5),
        Case(
            testDescription: "one more is not, though they never followed each other", change: { $0.failureLimit = 2 }, readings: "bgbgbg",
            phase: .failed, taken: 5),
        Case(testDescription: "between the thresholds is inconclusive", change: { _ in }, readings: "gi", phase: .inconclusive, taken: 2),
        Case(
            testDescription: "inconclusive ones up to the limit are tolerated, and counted",
            change: {
                $0.count = 3; $0.inconclusiveLimit = 1
            }, readings: "igg", phase: .successful, taken: 3),
        Case(
            testDescription: "one more is not", change: { $0.inconclusiveLimit = 1 }, readings: "igi", phase: .inconclusive, taken: 3),
        Case(testDescription: "four errors in succession are tolerated", change: { _ in }, readings: "eeeeg", phase: .running, taken: 5),
        Case(testDescription: "a fifth is not", change: { _ in }, readings: "eeeeeg", phase: .error, taken: 5),
        Case(
            testDescription: "a measurement begins the count of errors anew", change: { _ in }, readings: "eeeegeeee", phase: .running,
            taken: 9),
        Case(
            testDescription: "no error is tolerated when so said", change: { $0.consecutiveErrorLimit = 0 }, readings: "ge", phase: .error,
            taken: 2),
        Case(testDescription: "errors are no measurements", change: { $0.count = 2 }, readings: "gegg", phase: .successful, taken: 3),
        Case(
            testDescription: "answers without data are waited out", change: { $0.count = 1 }, readings: "nnnng", phase: .successful,
            taken: 5),
        Case(testDescription: "but not for ever", change: { $0.count = 1 }, readings: "nnnnng", phase: .inconclusive, taken: 5),
        Case(
            testDescription: "an answer with data begins that count anew", change: { _ in }, readings: "nnnngnnnn", phase: .running,
            taken: 9),
        Case(testDescription: "an error does so, too", change: { _ in }, readings: "nnnnennnn", phase: .running, taken: 9),
        Case(
            testDescription: "no data may be good: a counter of errors that nobody made yet",
            change: {
                $0.onNoData = .successful; $0.count = 2
            },
            readings: "nn", phase: .successful, taken: 2),
        Case(testDescription: "or bad", change: { $0.onNoData = .failed }, readings: "n", phase: .failed, taken: 1),
        Case(testDescription: "or inconclusive", change: { $0.onNoData = .inconclusive }, readings: "n", phase: .inconclusive, taken: 1),
        Case(testDescription: "NaN is inconclusive", change: { _ in }, readings: "N", phase: .inconclusive, taken: 1),
        Case(
            testDescription: "NaN may be good",
            change: {
                $0.onNaN = .successful; $0.count = 1
            }, readings: "N", phase: .successful, taken: 1),
        Case(testDescription: "NaN may be bad", change: { $0.onNaN = .failed }, readings: "N", phase: .failed, taken: 1),
        Case(testDescription: "NaN may be waited out", change: { $0.onNaN = .wait }, readings: "NNNNN", phase: .inconclusive, taken: 5),
        Case(
            testDescription: "successes in succession end it well", change: { $0.consecutiveSuccessLimit = 3 }, readings: "gggg",
            phase: .successful,
            taken: 3),
        Case(
            testDescription: "waiting for a condition: failures don't end it",
            change: {
                $0.consecutiveSuccessLimit = 2; $0.failureLimit = -1
            }, readings: "bbbgbgg", phase: .successful, taken: 7),
        Case(
            testDescription: "that is not met until count",
            change: {
                $0.consecutiveSuccessLimit = 2; $0.failureLimit = -1; $0.count = 4
            }, readings: "bgbg", phase: .failed, taken: 4),
        Case(
            testDescription: "neither limit reached until count",
            change: {
                $0.consecutiveSuccessLimit = 2; $0.failureLimit = 2; $0.count = 4
            }, readings: "bgbg", phase: .inconclusive, taken: 4),
        Case(
            testDescription: "too many failures before enough successes",
            change: {
                $0.consecutiveSuccessLimit = 2; $0.failureLimit = 1
            }, readings: "bgbgg", phase: .failed, taken: 3),
        Case(
            testDescription: "an error breaks a succession of successes", change: { $0.consecutiveSuccessLimit = 2 }, readings: "gegg",
            phase: .successful, taken: 4),
        Case(testDescription: "worse than the hosts beside it", change: { _ in }, readings: "uuw", phase: .failed, taken: 3),
        Case(
            testDescription: "not enough data is neither good nor bad", change: { $0.consecutiveSuccessLimit = 1 }, readings: "uuus",
            phase: .successful, taken: 4),
        Case(testDescription: "and never a guess", change: { $0.count = 3 }, readings: "uuu", phase: .inconclusive, taken: 3),
    ]

    @Test("ends as its rules say", arguments: cases)
    func rules(_ example: Case) throws {
        let (steps, _) = Self.run(Self.metric(example.change), example.readings.map(Self.reading))
        #expect(steps.count == example.taken)
        let last = try #require(steps.last)
        #expect(last.status.phase == example.phase, "\(last.status.message ?? "")")
        #expect((last.next == nil) == example.phase.isCompleted)
        #expect(last.status.phase.isCompleted == (last.status.message != nil))
    }

    @Test("measures after its initial delay, then at its interval, and ten seconds after an error")
    func times() {
        let delayed = Self.metric { $0.initialDelay = Period(seconds: 300) }
        #expect(Self.run(delayed, "ggeegng".map(Self.reading)).times == [300, 360, 420, 430, 440, 500, 560])
        let once = Self.metric { $0.interval = nil }
        #expect(Self.run(once, "eneng".map(Self.reading)).times == [0, 10, 20, 30, 40])
    }

    @Test("tells apart what are four different things")
    func fourThings() {
        let phases = "Nnei".map { letter in
            Self.run(Self.metric { $0.inconclusiveLimit = 9 }, [Self.reading(letter)]).steps[0].status
        }
        #expect(phases.map { $0.measurements[0].phase } == [.inconclusive, .noData, .error, .inconclusive])
        #expect(phases.map { $0.measurements[0].value } == ["NaN", nil, nil, "0.92"])
        #expect(
            phases.map { $0.measurements[0].message } == [
                "the result is no number", "the provider has no data", "connection refused", "0.92 is below 0.95, but not below 0.9",
            ])
        #expect(phases.map(\.count) == [1, 0, 0, 1])
    }

    @Test("says why it ended, with the numbers")
    func messages() {
        func message(_ metric: AnalysisMetric, _ readings: String) -> String? {
            Self.run(metric, readings.map(Self.reading)).steps.last?.status.message
        }
        #expect(message(Self.metric { $0.failureLimit = 1 }, "bb") == "2 failed, of which 1 are tolerated: 0.5 is below 0.9")
        #expect(message(Self.metric(), "eeeee") == "5 errors in succession, of which 4 are tolerated: connection refused")
        #expect(
            message(Self.metric { $0.consecutiveErrorLimit = 0 }, "e")
                == "1 error in succession, of which 0 are tolerated: connection refused")
        #expect(
            message(Self.metric { $0.consecutiveNoDataLimit = 0 }, "n")
                == "1 answer in succession without data, of which 0 are waited out")
        #expect(message(Self.metric(), "nnnnn") == "5 answers in succession without data, of which 4 are waited out")
        #expect(
            message(Self.metric(), "w")
                == "1 failed, of which 0 are tolerated: canary 0 of 0 (0%) on 0 hosts, control 0 of 0 (0%) on 0 hosts; wanted 2 hosts of each with the "
                + "same zone, class and runtime version")
    }

    @Test("remembers the last ten measurements alone, and is read back as it was written")
    func bounded() throws {
        let (steps, _) = Self.run(Self.metric { $0.inconclusiveLimit = 100_000 }, (0..<500).map { Self.reading(Array("gieNn")[$0 % 5]) })
        let status = steps[499].status
        #expect(status.measurements.count == 10)
        #expect(status.successful == 100 && status.error == 100 && status.inconclusive == 200)
        #expect(status.json.text().utf8.count < 2_500)
        #expect(try MetricStatus(from: status.json) == status)
    }

    @Test("goes on where it was, from what it wrote, at each moment")
    func restarts() throws {
        let metric = Self.metric {
            $0.count = 40
            $0.failureLimit = 20
            $0.inconclusiveLimit = 20
        }
        let gate = MetricGate(metric)
        let readings = (0..<60).map { Self.reading(Array("gbgegingN")[$0 % 9]) }
        let undisturbed = Self.run(metric, readings).steps
        var status = gate.initial
        for step in undisturbed.indices {
            let read = try MetricStatus(from: status.json)
            let time = try #require(gate.next(read, startTime: Self.start))
            status = gate.advance(read, by: readings[step], at: time).status
            #expect(status == undisturbed[step].status)
        }
        #expect(status.phase.isCompleted)
    }

    @Test("a measurement after the end changes nothing")
    func afterTheEnd() {
        let gate = MetricGate(Self.metric())
        let failed = gate.advance(gate.initial, by: .number(0), at: Self.start).status
        #expect(gate.advance(failed, by: .number(1), at: Self.start + .seconds(60)) == MetricGate.Step(status: failed))
        #expect(gate.next(failed, startTime: Self.start) == nil)
    }
}
