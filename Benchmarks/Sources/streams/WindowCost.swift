import Analysis
import GraftAPI
import KubeCore
import Stations

/// What one window of a comparison costs, and what one batch does, without any network: the state machine alone.
struct WindowCost {
    let hosts: Int

    func measure() {
        let total = HostSeries("http_requests_total")
        var ratio = HostRatio()
        (ratio.total, ratio.failures) = (total, HostSeries("http_requests_total", labels: ["code": "500"]))
        var provider = HostsProvider()
        provider.ratio = ratio
        guard var stream = MetricStream(provider, comparing: ComparisonRule(smallestRegression: 0.05)) else { return }
        var (taking, settling): ([Double], [Double]) = ([], [])
        for window in 0..<12 {
            let time = Timestamp(seconds: Int64(1_000_000 + window * 10))
            taking.append(
                milliseconds {
                    for host in 0..<hosts {
                        let record = StreamRecord(
                            sequence: Int64(window + 1), slot: "net/filter", namespace: "payments", revision: "r", digest: "d",
                            from: .seconds(10),
                            to: .zero,
                            growth: [
                                SeriesDemand(.counter, total): .counter(100),
                                SeriesDemand(.counter, ratio.failures): .counter(Double(host % 3)),
                            ])
                        let name = "edge-proxy.node-\(host)"
                        stream.receive(
                            record, arm: host < hosts / 10 ? .canary : .control, host: name,
                            stratum: Stratum(zone: "z\(host % 3)", hostClass: "edge-proxy", runtimeVersion: "2.4.1"), at: time)
                        stream.advance(name, to: time)
                    }
                })
            settling.append(milliseconds { stream.settle() })
        }
        print(
            "one window of \(hosts) hosts: \(settling.dropFirst(2).map(\.self).median.short) ms to judge, and "
                + "\((taking.dropFirst(2).map(\.self).median / Double(hosts) * 1000).short) µs to take each host's record")
    }

    private func milliseconds(_ work: () -> Void) -> Double {
        let began = ContinuousClock.now
        work()
        return (ContinuousClock.now - began) / .milliseconds(1)
    }
}
