extension OTLPConfiguration {
    /// As flags and OpenTelemetry's environment variables say; a flag wins over a variable.
    ///
    /// Read are `OTEL_EXPORTER_OTLP_{,TRACES_,METRICS_}ENDPOINT`, `OTEL_EXPORTER_OTLP_HEADERS`, `_TIMEOUT` and `_PROTOCOL`,
    /// `OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES`, `OTEL_TRACES_SAMPLER` and `_ARG`, `OTEL_TRACES_EXPORTER`, `OTEL_METRICS_EXPORTER`,
    /// `OTEL_METRIC_EXPORT_INTERVAL` and `OTEL_SDK_DISABLED`. An empty variable is the same as none.
    /// - Parameters:
    ///   - endpoint: of both signals; nil takes the variables'. Where there is none nothing is exported.
    ///   - ratio: nil takes the sampler of the variables, which by default records all.
    /// - Returns: nil when nothing is to be exported.
    public static func from(
        endpoint: String?, ratio: Double?, service: String, version: String, environment: (String) -> String?
    ) throws(OTLPConfigurationError) -> OTLPConfiguration? {
        func variable(_ name: String) -> String? { environment(name).flatMap { $0.isEmpty ? nil : $0 } }
        let base = endpoint ?? variable("OTEL_EXPORTER_OTLP_ENDPOINT")
        func target(_ signal: String, _ suffix: String) throws(OTLPConfigurationError) -> OTLPEndpoint? {
            if let exporter = variable("OTEL_\(signal)_EXPORTER"), exporter != "otlp" {
                guard exporter == "none" else {
                    throw OTLPConfigurationError("OTEL_\(signal)_EXPORTER: found \"\(exporter)\", wanted otlp or none")
                }
                return nil
            }
            if endpoint == nil, let own = variable("OTEL_EXPORTER_OTLP_\(signal)_ENDPOINT") {
                return try OTLPEndpoint(own, appending: nil, origin: "OTEL_EXPORTER_OTLP_\(signal)_ENDPOINT")
            }
            guard let base else { return nil }
            return try OTLPEndpoint(base, appending: suffix, origin: endpoint == nil ? "OTEL_EXPORTER_OTLP_ENDPOINT" : "--otlp-endpoint")
        }
        if endpoint == nil, variable("OTEL_SDK_DISABLED")?.lowercased() == "true" { return nil }
        var configuration = OTLPConfiguration(
            traces: try target("TRACES", "/v1/traces"), metrics: try target("METRICS", "/v1/metrics"))
        guard configuration.traces != nil || configuration.metrics != nil else { return nil }

        // Whoever takes protobuf over HTTP takes JSON on the same port; gRPC is another port and another protocol.
        if let found = variable("OTEL_EXPORTER_OTLP_PROTOCOL"), !["http/json", "http/protobuf"].contains(found) {
            throw OTLPConfigurationError(
                "OTEL_EXPORTER_OTLP_PROTOCOL: found \"\(found)\", wanted http/json; name the collector's HTTP port, usually 4318")
        }
        configuration.headers = try pairs("OTEL_EXPORTER_OTLP_HEADERS", variable("OTEL_EXPORTER_OTLP_HEADERS"))
        configuration.timeout = try duration("OTEL_EXPORTER_OTLP_TIMEOUT", variable("OTEL_EXPORTER_OTLP_TIMEOUT")) ?? configuration.timeout
        configuration.metricInterval =
            try duration("OTEL_METRIC_EXPORT_INTERVAL", variable("OTEL_METRIC_EXPORT_INTERVAL")) ?? configuration.metricInterval
        configuration.ratio =
            if let ratio { ratio } else { try sampled(variable("OTEL_TRACES_SAMPLER"), variable("OTEL_TRACES_SAMPLER_ARG")) }

        var resource = ["service.name": service, "service.version": version]
        for pair in try pairs("OTEL_RESOURCE_ATTRIBUTES", variable("OTEL_RESOURCE_ATTRIBUTES")) { resource[pair.name] = pair.value }
        if let name = variable("OTEL_SERVICE_NAME") { resource["service.name"] = name }
        configuration.resource = resource.sorted { $0.key < $1.key }.map { Header($0.key, $0.value) }
        return configuration
    }

    /// Milliseconds.
    private static func duration(_ name: String, _ text: String?) throws(OTLPConfigurationError) -> Duration? {
        guard let text else { return nil }
        guard let value = Int64(text), value > 0 else {
            throw OTLPConfigurationError("\(name): found \"\(text)\", wanted a number of milliseconds above 0")
        }
        return .milliseconds(value)
    }

    private static func sampled(_ sampler: String?, _ argument: String?) throws(OTLPConfigurationError) -> Double {
        switch sampler ?? "parentbased_always_on" {
        case "always_on", "parentbased_always_on": return 1
        case "always_off", "parentbased_always_off": return 0
        case "traceidratio", "parentbased_traceidratio":
            guard let argument else { return 1 }
            guard let ratio = Double(argument), (0...1).contains(ratio) else {
                throw OTLPConfigurationError("OTEL_TRACES_SAMPLER_ARG: found \"\(argument)\", wanted a number from 0 to 1")
            }
            return ratio
        case let other:
            throw OTLPConfigurationError(
                "OTEL_TRACES_SAMPLER: found \"\(other)\", wanted always_on, always_off, traceidratio, or one of them with parentbased_")
        }
    }

    /// `key=value,key=value`, values percent-encoded (W3C Baggage, without properties). Errors name no value: it may be a secret.
    static func pairs(_ name: String, _ text: String?) throws(OTLPConfigurationError) -> [Header] {
        var pairs: [Header] = []
        for part in (text ?? "").split(separator: ",") {
            let trimmed = trim(part)
            if trimmed.isEmpty { continue }
            guard let sign = trimmed.firstIndex(of: "="), sign != trimmed.startIndex else {
                throw OTLPConfigurationError("\(name): entry \(pairs.count + 1) is not key=value")
            }
            let key = String(trim(trimmed[..<sign]))
            guard let value = decoded(trim(trimmed[trimmed.index(after: sign)...])) else {
                throw OTLPConfigurationError("\(name): the value of \(key) is not percent-encoded correctly")
            }
            pairs.append(Header(key, value))
        }
        return pairs
    }

    private static func trim(_ text: Substring) -> Substring {
        var text = text
        while text.first == " " || text.first == "\t" { text.removeFirst() }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return text
    }

    private static func decoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst(), let low = rest.popFirst(),
                let value = UInt8(String(decoding: [high, low], as: UTF8.self), radix: 16)
            else { return nil }
            bytes.append(value)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
