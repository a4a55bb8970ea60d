import ArgumentParser

/// Where a program serves its metrics; nowhere unless it is told to.
package struct MetricsOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Where /metrics, /healthz and /readyz are served, as in 127.0.0.1:9464 or [::1]:9464. Default: nowhere. Whoever reaches it may read them.",
            valueName: "address:port"))
    package var metricsAddress = ""

    package init() {}

    package func validate() throws { _ = try listen.address() }

    package var listen: ListenOption { ListenOption("--metrics-address", metricsAddress) }
}
