import JSON

/// Metrics as `ExportMetricsServiceRequest`s.
enum OTLPMetrics {
    /// - Parameters:
    ///   - limit: data points a request.
    ///   - start: when counting began, nanoseconds since 1970; counters and histograms are cumulative.
    /// - Returns: none when there is nothing to tell.
    static func requests(
        _ snapshot: MetricsSnapshot, resource: [OTLPConfiguration.Header], limit: Int, start: UInt64, now: UInt64
    ) -> [JSON] {
        var requests: [JSON] = []
        var metrics: [JSON] = []
        var room = limit
        func flush() {
            guard !metrics.isEmpty else { return }
            requests.append([
                "resourceMetrics": [
                    [
                        "resource": ["attributes": OTLPValues.attributes(resource)],
                        "scopeMetrics": [["scope": OTLPValues.scope, "metrics": .array(metrics)]],
                    ]
                ]
            ])
            metrics = []
            room = limit
        }
        for family in snapshot.families {
            var rest = family.points[...]
            while !rest.isEmpty {
                let part = rest.prefix(room)
                rest = rest.dropFirst(part.count)
                room -= part.count
                metrics.append(metric(family, part, start, now))
                if room == 0 { flush() }
            }
        }
        flush()
        return requests
    }

    private static func metric(
        _ family: MetricsSnapshot.Family, _ points: ArraySlice<MetricsSnapshot.Point>, _ start: UInt64, _ now: UInt64
    ) -> JSON {
        let data = JSON.array(points.map { point($0, isCumulative: family.kind != .gauge, start, now) })
        var metric: JSON = ["name": .string(family.name), "description": .string(family.description.help), "unit": unit(of: family)]
        switch family.kind {
        case .gauge: metric["gauge"] = ["dataPoints": data]
        // 2: cumulative.
        case .counter: metric["sum"] = ["aggregationTemporality": 2, "isMonotonic": true, "dataPoints": data]
        case .histogram: metric["histogram"] = ["aggregationTemporality": 2, "dataPoints": data]
        }
        return metric
    }

    private static func point(_ point: MetricsSnapshot.Point, isCumulative: Bool, _ start: UInt64, _ now: UInt64) -> JSON {
        var json: JSON = ["attributes": OTLPValues.attributes(point.labels), "timeUnixNano": OTLPValues.number(now)]
        if isCumulative { json["startTimeUnixNano"] = OTLPValues.number(start) }
        switch point.value {
        case .integer(let value): json["asInt"] = OTLPValues.number(min(value, UInt64(Int64.max)))
        case .double(let value): json["asDouble"] = .double(value)
        case .histogram(let value):
            json["count"] = OTLPValues.number(value.count)
            json["sum"] = .double(value.sum)
            json["bucketCounts"] = .array(value.counts.map(OTLPValues.number))
            json["explicitBounds"] = .array(value.bounds.map(JSON.double))
        }
        return json
    }

    /// As UCUM writes it.
    private static func unit(of family: MetricsSnapshot.Family) -> JSON {
        switch family.description.unit {
        case "seconds": "s"
        case "bytes": "By"
        case let other: .string(other)
        }
    }
}
