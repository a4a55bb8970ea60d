import Analysis
import GraftAPI
import HTTPTypes
import KubeCore
import Logging

/// Asks a Prometheus, or what answers like one, by its HTTP API v1: an instant query, or a range query whose samples become one number.
struct PrometheusSource: MetricSource {
    let caller: CheckCaller
    let logger: Logger

    func read(_ metric: AnalysisMetric, of run: AnalysisRun) async throws -> Reading {
        guard let provider = metric.provider.prometheus else { return .error("provider: wanted prometheus") }
        var address = "the Prometheus"
        do {
            let call = try Self.call(provider, now: run.now)
            address = call.address.authority
            let answer = try await caller.send(call, for: run.namespace)
            do {
                let answer = try PrometheusAnswer(
                    status: answer.status, body: answer.body, reduction: provider.range?.reduce, secrets: answer.secrets)
                if !answer.warnings.isEmpty {
                    logger.notice(
                        "a Prometheus warns of its answer",
                        metadata: [
                            "deployment": "\(run.namespace)/\(run.deployment)", "metric": "\(metric.name)",
                            "warnings": "\(answer.warnings.joined(separator: "; "))",
                        ])
                }
                return answer.reading
            } catch { return .error(CheckRefusal("\(address): \(error)").description) }
        } catch let refusal as CheckRefusal {
            return .error(refusal.description)
        }
    }

    /// Which series a query finds.
    /// - Throws: `CancellationError` alone.
    func series(of provider: PrometheusProvider, for run: AnalysisRun) async throws -> Discovery {
        var address = "the Prometheus"
        do {
            let call = try Self.call(provider, now: run.now)
            address = call.address.authority
            let answer = try await caller.send(call, for: run.namespace)
            do {
                return .series(try PrometheusAnswer.series(status: answer.status, body: answer.body, secrets: answer.secrets))
            } catch { return .failed(CheckRefusal("\(address): \(error)").description) }
        } catch let refusal as CheckRefusal {
            return .failed(refusal.description)
        }
    }

    /// Seconds. Whoever waits longer keeps others of its namespace from being measured.
    private static let timeouts = 1...120

    /// By POST, as queries may be longer than what every proxy lets pass in a URL.
    static func call(_ provider: PrometheusProvider, now: Timestamp) throws(CheckRefusal) -> CheckCall {
        var address = try CheckAddress(parsing: provider.address, field: "provider.prometheus.address")
        guard !address.path.contains("?") else {
            throw CheckRefusal("provider.prometheus.address: found a query in the URL, wanted what stands before /api/v1")
        }
        while address.path.hasSuffix("/") { address.path.removeLast() }
        address.path += provider.range == nil ? "/api/v1/query" : "/api/v1/query_range"
        let timeout = min(max(provider.timeout.seconds, timeouts.lowerBound), timeouts.upperBound)
        // It need not go on when nobody waits any more.
        var pairs = [("query", provider.query), ("timeout", "\(timeout)s")]
        if let range = provider.range {
            pairs += [
                ("start", (now - range.duration.duration).microText), ("end", now.microText), ("step", "\(range.step.seconds)"),
            ]
        }
        var call = CheckCall(method: .post, address: address, timeout: .seconds(timeout))
        call.fields[.contentType] = "application/x-www-form-urlencoded"
        call.fields[.accept] = "application/json"
        call.body = FormText.encoded(pairs)
        call.credentials = provider.credentials
        return call
    }
}
