package import Analysis
package import JSON

/// Where the host exposes its metrics, and how often and how much of them is looked at.
package struct MetricsSettings: Sendable, Hashable {
    package var url: HostURL
    /// Between two looks, while something is wanted.
    package var interval: Duration
    /// Of one look.
    package var timeout: Duration
    package var limits: ExpositionLimits

    package init(
        url: HostURL, interval: Duration = .seconds(10), timeout: Duration = .seconds(5), limits: ExpositionLimits = ExpositionLimits()
    ) {
        self.url = url
        self.interval = interval
        self.timeout = timeout
        self.limits = limits
    }
}

extension MetricsSettings: JSONDecodable {
    package init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        let reader = try KnownReader(json, at: path)
        self.init(url: try reader.required("url"))
        if let seconds: Double = try reader.optional("intervalSeconds") { interval = .seconds(seconds) }
        if let seconds: Double = try reader.optional("timeoutSeconds") { timeout = .seconds(seconds) }
        if let bytes: Int = try reader.optional("largestBytes") { limits.bytes = bytes }
        if let count: Int = try reader.optional("mostSeries") { limits.samples = count }
        try reader.refuseUnknown()
        func within(_ range: ClosedRange<Duration>, _ value: Duration, _ field: String) throws(JSONDecodingError) {
            guard range.contains(value) else {
                throw JSONDecodingError(
                    path: path.appending(field), wanted: "\(range.lowerBound) to \(range.upperBound)", found: "\(value)")
            }
        }
        try within(.seconds(1) ... .seconds(60), interval, "intervalSeconds")
        try within(.milliseconds(100) ... .seconds(30), timeout, "timeoutSeconds")
        guard (1024...(64 << 20)).contains(limits.bytes) else {
            throw JSONDecodingError(path: path.appending("largestBytes"), wanted: "1024 to 67108864", found: "\(limits.bytes)")
        }
        guard (1...100_000).contains(limits.samples) else {
            throw JSONDecodingError(path: path.appending("mostSeries"), wanted: "1 to 100000", found: "\(limits.samples)")
        }
    }
}
