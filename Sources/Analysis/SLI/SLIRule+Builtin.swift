package import GraftAPI

extension SLIRule {
    /// What is known of common libraries: the Prometheus client libraries' HTTP middleware, and gRPC's, whose codes that are the server's fault are those
    /// that its own documentation calls so.
    package static let builtin: [SLIRule] = [
        SLIRule("http-code", .availability, metric: "*http_requests_total", label: "code", failures: "5.."),
        SLIRule("http-status", .availability, metric: "*http_requests_total", label: "status", failures: "5.."),
        SLIRule(
            "grpc", .availability, metric: "grpc_server_handled_total", label: "grpc_code",
            failures: "Unknown|DeadlineExceeded|Unimplemented|Internal|Unavailable|DataLoss"),
        SLIRule("duration", .latency, metric: "*_duration_seconds_bucket", label: "le"),
        SLIRule("grpc-duration", .latency, metric: "grpc_server_handling_seconds_bucket", label: "le"),
    ]

    func covers(_ exposed: ExposedMetric) -> Bool {
        names(exposed.name) && exposed.labels[label] != nil
    }
}
