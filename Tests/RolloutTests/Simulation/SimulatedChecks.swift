import GraftAPI
import KubeCore

@testable import Rollout

/// How a check turns out.
enum CheckBehaviour: Hashable, CaseIterable {
    case succeeds
    case fails
    /// It can't be measured, or asked.
    case errs
    case isInconclusive
    /// Nobody performs it.
    case isSilent
    /// It fails where that counts for nothing.
    case failsDry
}

extension CheckStatus {
    /// The same, further on in one leap.
    func reaching(_ phase: AnalysisPhase) -> CheckStatus {
        var check = self
        check.phase = phase
        return check
    }

    /// How many looks it takes to be sure.
    static let looks = 3

    /// One look further.
    func performed(_ behaviour: CheckBehaviour, at now: Timestamp) -> CheckStatus {
        guard !phase.isCompleted, behaviour != .isSilent else { return self }
        switch kind {
        case .analysis: return measured(behaviour, at: now)
        case .webhook: return asked(behaviour)
        case .samples: return counted(behaviour)
        }
    }

    private func measured(_ behaviour: CheckBehaviour, at now: Timestamp) -> CheckStatus {
        var next = self
        var result = result ?? AnalysisStatus()
        result.startTime = startTime
        var metric = result.metrics.first ?? MetricStatus(name: "errors")
        metric.wanted = step == nil ? nil : CheckStatus.looks
        metric.dryRun = behaviour == .failsDry
        metric.phase = .running
        var measurement = MeasurementStatus()
        measurement.time = Instant(now)
        measurement.value = "0.91"
        let looked = metric.count + metric.error + 1
        // What watches in the background has no end of its own.
        let isLast = looked >= CheckStatus.looks
        switch behaviour {
        case .succeeds, .isSilent:
            metric.successful += 1
            measurement.phase = .successful
            if isLast, step != nil { metric.phase = .successful }
        case .fails, .failsDry:
            metric.failed += 1
            measurement.phase = .failed
            measurement.message = "0.91 is below 0.95"
            if isLast { metric.phase = .failed }
            if isLast { metric.message = "\(metric.failed) failed, of which 2 are tolerated: 0.91 is below 0.95" }
        case .errs:
            metric.error += 1
            measurement.phase = .error
            measurement.message = "connection refused"
            if isLast { metric.phase = .error }
            if isLast { metric.message = "3 errors in succession, of which 2 are tolerated: connection refused" }
        case .isInconclusive:
            metric.inconclusive += 1
            measurement.phase = .inconclusive
            if isLast { metric.phase = .inconclusive }
            if isLast { metric.message = "3 were inconclusive, of which 2 are tolerated" }
        }
        if behaviour != .errs { metric.count += 1 }
        metric.measurements = metric.measurements.suffix(9) + [measurement]
        result.metrics = [metric]
        result.phase = metric.dryRun && metric.phase.isCompleted ? .successful : metric.phase
        result.nextTime = result.phase.isCompleted ? nil : Instant(now + .seconds(30))
        next.result = result
        next.phase = result.phase
        return next
    }

    private func asked(_ behaviour: CheckBehaviour) -> CheckStatus {
        var next = self
        next.attempts += 1
        next.phase = .running
        next.message = "wait for the change window"
        guard next.attempts >= CheckStatus.looks else { return next }
        switch behaviour {
        case .fails:
            next.phase = .failed
            next.message = "CHG-7 is closed"
        case .errs:
            next.phase = .error
            next.message = "connection refused"
        default:
            next.phase = .successful
            next.message = "CHG-7 is open"
        }
        return next
    }

    private func counted(_ behaviour: CheckBehaviour) -> CheckStatus {
        var next = self
        next.phase = behaviour == .errs && (samples ?? 0) > 500 ? .error : .running
        next.samples = (samples ?? 0) + 300
        return next
    }
}

extension World {
    /// Those who perform checks look once at each that is not over. They know what the API server remembers, and no more.
    mutating func performChecks() {
        checks = (status.rollout?.checks ?? []).filter { !$0.phase.isCompleted }.map {
            $0.performed(checkBehaviour[$0.subject] ?? .succeeds, at: now)
        }
    }

    /// Something that a step waits for gets further by itself.
    var isChecking: Bool {
        (status.rollout?.checks ?? []).contains { $0.step != nil && !$0.phase.isCompleted && checkBehaviour[$0.subject] != .isSilent }
    }

    /// How a check stands, by its ID.
    func check(_ id: String) -> CheckStatus? { status.rollout?.checks.first { $0.id == id } }
}
