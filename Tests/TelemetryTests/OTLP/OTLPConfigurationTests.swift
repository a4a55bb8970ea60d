import Testing

@testable import Telemetry

@Suite("Where telemetry goes") struct OTLPConfigurationTests {
    private func from(_ variables: [String: String], endpoint: String? = nil, ratio: Double? = nil) throws -> OTLPConfiguration? {
        try OTLPConfiguration.from(endpoint: endpoint, ratio: ratio, service: "s", version: "1") { variables[$0] }
    }

    @Test("Without an endpoint nothing is sent", arguments: [[:], ["OTEL_EXPORTER_OTLP_ENDPOINT": ""], ["OTEL_SERVICE_NAME": "x"]])
    func nothing(variables: [String: String]) throws { #expect(try from(variables) == nil) }

    @Test("The base gets each signal's path, a signal's own URL is taken as it is, and the flag wins")
    func endpoints() throws {
        let base = try #require(try from(["OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318/otlp/"]))
        #expect(base.traces == (try OTLPEndpoint("http://c:4318/otlp/v1/traces", appending: nil, origin: "")))
        #expect(base.metrics?.path == "/otlp/v1/metrics")
        let own = try #require(
            try from(["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "https://t", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318"]))
        #expect((own.traces?.scheme, own.traces?.authority, own.traces?.path) == ("https", "t", "/"))
        #expect(own.metrics?.authority == "c:4318")
        let flag = try #require(
            try from(["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "https://t", "OTEL_SDK_DISABLED": "true"], endpoint: "http://[::1]:4318"))
        #expect(flag.traces?.authority == "[::1]:4318")
    }

    @Test("One signal, or all, can be switched off")
    func switchedOff() throws {
        let base = ["OTEL_EXPORTER_OTLP_ENDPOINT": "http://c"]
        #expect(try from(base.merging(["OTEL_TRACES_EXPORTER": "none"]) { $1 })?.traces == nil)
        #expect(try from(base.merging(["OTEL_SDK_DISABLED": "TRUE"]) { $1 }) == nil)
        #expect(try from(base.merging(["OTEL_TRACES_EXPORTER": "none", "OTEL_METRICS_EXPORTER": "none"]) { $1 }) == nil)
    }

    @Test("Headers, resource, time limits and sampling are read")
    func details() throws {
        let configuration = try #require(
            try from([
                "OTEL_EXPORTER_OTLP_ENDPOINT": "http://c", "OTEL_EXPORTER_OTLP_HEADERS": "authorization=Basic%20abc%3D, x-a = 1,",
                "OTEL_EXPORTER_OTLP_TIMEOUT": "2500", "OTEL_METRIC_EXPORT_INTERVAL": "15000", "OTEL_SERVICE_NAME": "named",
                "OTEL_RESOURCE_ATTRIBUTES": "deployment.environment=prod,service.name=other", "OTEL_TRACES_SAMPLER": "traceidratio",
                "OTEL_TRACES_SAMPLER_ARG": "0.1", "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
            ]))
        #expect(configuration.headers == [.init("authorization", "Basic abc="), .init("x-a", "1")])
        #expect(configuration.timeout == .milliseconds(2500))
        #expect(configuration.metricInterval == .seconds(15))
        #expect(
            configuration.resource == [
                .init("deployment.environment", "prod"), .init("service.name", "named"), .init("service.version", "1"),
            ])
        #expect(configuration.ratio == 0.1)
        #expect(try from(["OTEL_EXPORTER_OTLP_ENDPOINT": "http://c", "OTEL_TRACES_SAMPLER": "always_off"])?.ratio == 0)
        #expect(try from(["OTEL_EXPORTER_OTLP_ENDPOINT": "http://c", "OTEL_TRACES_SAMPLER": "always_off"], ratio: 0.5)?.ratio == 0.5)
    }

    @Test(
        "What makes no sense is refused by name, and no secret is told",
        arguments: [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318"), ("OTEL_EXPORTER_OTLP_ENDPOINT", "ftp://c"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://"), ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://user:secret@c"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c/a b"), ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
            ("OTEL_EXPORTER_OTLP_TIMEOUT", "soon"), ("OTEL_METRIC_EXPORT_INTERVAL", "-1"), ("OTEL_TRACES_SAMPLER", "jaeger_remote"),
            ("OTEL_TRACES_EXPORTER", "zipkin"), ("OTEL_EXPORTER_OTLP_HEADERS", "secret"), ("OTEL_EXPORTER_OTLP_HEADERS", "a=secret%2"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "a=%ff"),
        ])
    func refused(name: String, value: String) throws {
        let error = #expect(throws: OTLPConfigurationError.self) {
            try from(["OTEL_EXPORTER_OTLP_ENDPOINT": "http://c"].merging([name: value]) { $1 })
        }
        #expect(error?.description.hasPrefix(name) == true)
        #expect(error?.description.contains("secret") == false)
    }
}
