extension MetricDescription {
    /// The metrics of controllers, as dashboards and alerts of the ecosystem know them: names, labels and buckets of client-go,
    /// component-base and controller-runtime.
    public static let kubernetes: [MetricDescription] =
        requests + queues + reconciles + [
            MetricDescription("leader_election_master_status", "Whether this replica holds the lease: 1 it does, 0 it stands by.")
        ]

    private static let requests = [
        MetricDescription("rest_client_requests_total", "HTTP requests to API servers, by status code, method and host."),
        MetricDescription(
            "rest_client_request_duration_seconds", "Time until the head of the answer, by method and host.", unit: "seconds",
            bounds: [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60]),
    ]

    /// From 10 ns to 1,000 s, each ten times the one before.
    private static let queueBounds = [1e-08, 1e-07, 1e-06, 1e-05, 0.0001, 0.001, 0.01, 0.1, 1, 10, 100, 1000]

    private static let queues = [
        MetricDescription("workqueue_adds_total", "Keys added to the queue; a key that waits already is not counted again."),
        MetricDescription("workqueue_depth", "Keys that are ready and that no worker has."),
        MetricDescription("workqueue_delayed", "Keys that wait until their time has come."),
        MetricDescription(
            "workqueue_queue_duration_seconds", "Time a key was ready before a worker took it.", unit: "seconds", bounds: queueBounds),
        MetricDescription("workqueue_work_duration_seconds", "Time a worker had a key.", unit: "seconds", bounds: queueBounds),
        MetricDescription(
            "workqueue_unfinished_work_seconds", "Time that workers have had the keys they have now, summed up.", unit: "seconds"),
        MetricDescription(
            "workqueue_longest_running_processor_seconds", "Time that one worker has had the key it has now, at most.", unit: "seconds"),
        MetricDescription("workqueue_retries_total", "Keys added again after a failure."),
    ]

    private static let reconciles = [
        MetricDescription("controller_runtime_reconcile_total", "Reconciles, by result: success, requeue_after, requeue or error."),
        MetricDescription("controller_runtime_reconcile_errors_total", "Reconciles that failed."),
        MetricDescription("controller_runtime_terminal_reconcile_errors_total", "Reconciles that failed for good."),
        MetricDescription(
            "controller_runtime_reconcile_time_seconds", "Time a reconcile took.", unit: "seconds",
            bounds: [
                0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25, 1.5, 1.75, 2,
                2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60,
            ]),
        MetricDescription("controller_runtime_active_workers", "Workers that reconcile now."),
        MetricDescription("controller_runtime_max_concurrent_reconciles", "Workers there are."),
    ]
}
