import Glibc
import HTTPCore
import HTTPTransport
import HTTPTypes
import Harness
import JSON
import Testing

extension EndToEnd {
    @Suite("What programs show of themselves") struct TelemetryTests {
        @Test("The controller serves its metrics beside its health, and logs JSON", .timeLimit(.minutes(5)))
        func controller() async throws {
            try await withCluster(options: ["--no-controller"]) { cluster in
                let port = try FreePort.find()
                let process = try cluster.processes.start(
                    "controller",
                    [
                        Repository.controller, "--kubeconfig", cluster.kubeconfig, "--listen", "127.0.0.1:\(port)", "--log-format", "json",
                        "--log-level", "debug",
                    ])
                let client = HTTPClient()
                func get(_ path: String, accept: String? = nil) async throws -> (type: String, text: String)? {
                    var request = HTTPRequest(method: .get, scheme: "http", authority: "127.0.0.1:\(port)", path: path)
                    request.headerFields[.accept] = accept
                    guard let (head, body) = try? await client.send(request), head.status == .ok else { return nil }
                    return (head.headerFields[.contentType] ?? "", String(decoding: body, as: UTF8.self))
                }
                try await cluster.prepareTrust()
                try await cluster.apply(Manifest(version: "1.0.0"))
                // Some are counted when what they count has ended, after what it did is seen.
                let wanted = [
                    "leader_election_master_status{name=\"graft-controller\"} 1", "rest_client_requests_total{code=\"200\"",
                    "rest_client_request_duration_seconds_bucket{", "workqueue_depth{name=\"deployment\"}",
                    "workqueue_adds_total{name=\"deployment\"}", "controller_runtime_reconcile_total{",
                    "controller_runtime_reconcile_time_seconds_count{controller=\"deployment\"}",
                    "controller_runtime_max_concurrent_reconciles{controller=\"deployment\"} 4", "graft_deployment_phase{",
                    "process_resident_memory_bytes ",
                ]
                var missing = wanted
                let metrics = try await eventually("a controller that leads and works; missing: \(missing)") {
                    guard let answer = try await get("/metrics") else { return nil as (type: String, text: String)? }
                    missing = wanted.filter { !answer.text.contains("\n" + $0) }
                    return missing.isEmpty ? answer : nil
                }
                #expect(metrics.type == "text/plain; version=0.0.4; charset=utf-8")
                let open = try #require(try await get("/metrics", accept: "application/openmetrics-text;version=1.0.0"))
                #expect(open.type.hasPrefix("application/openmetrics-text"))
                #expect(open.text.hasSuffix("# EOF\n"))
                for path in ["/healthz", "/readyz"] { #expect(try await get(path)?.text == "ok\n") }
                await client.shutdown()

                process.signal(SIGTERM)
                try await eventually("its end") { process.end != nil }
                for line in try File.text(process.output).split(separator: "\n") {
                    let json = try JSON.parse(String(line))
                    #expect(json["msg"]?.string?.isEmpty == false)
                    #expect(json["logger"]?.string?.isEmpty == false)
                }
            }
        }

        @Test("An agent serves its metrics where it is told to, and graft up those of its controller", .timeLimit(.minutes(5)))
        func agentAndControlPlane() async throws {
            let (ofAgent, ofControlPlane) = (try FreePort.find(), try FreePort.find())
            try await withFleet(of: 1, options: ["--metrics-address", "127.0.0.1:\(ofControlPlane)"], publishing: ["1.0.0"]) {
                cluster, fleet in
                fleet.members[0].agent.killNow()
                try fleet.members[0].startAgent(options: ["--metrics-address", "127.0.0.1:\(ofAgent)"])
                try await cluster.apply(Manifest(version: "1.0.0"))
                try await cluster.waitsUntilHealthy("1.0.0")
                let client = HTTPClient()
                func metrics(_ port: Int) async throws -> String {
                    let request = HTTPRequest(method: .get, scheme: "http", authority: "127.0.0.1:\(port)", path: "/metrics")
                    return String(decoding: (try? await client.send(request).body) ?? [], as: UTF8.self)
                }
                try await eventually("the agent's slot is shown as Active") {
                    try await metrics(ofAgent).contains(#"graft_slot_state{host="edge-proxy.node-1",slot="net/filter",state="Active"} 1"#)
                }
                for name in ["graft_slot_transitions_total{", "rest_client_requests_total{", "process_resident_memory_bytes "] {
                    try await eventually("\(name) is shown") { try await metrics(ofAgent).contains("\n" + name) }
                }
                try await eventually("the deployment is shown as Healthy") {
                    try await metrics(ofControlPlane).contains(
                        #"graft_deployment_phase{name="http-filter",namespace="edge",phase="Healthy"} 1"#)
                }
                try await eventually("the reconciles are counted") {
                    try await metrics(ofControlPlane).contains(#"controller_runtime_reconcile_total{controller="deployment","#)
                }
                await client.shutdown()
                // A port that is taken is said before anything else is done.
                let second = try await cluster.processes.run(
                    [
                        Repository.agent, "--config", fleet.members[0].configurationFile, "--kubeconfig", cluster.agentKubeconfig,
                        "--metrics-address", "127.0.0.1:\(ofAgent)",
                    ])
                #expect(second.end == .status(1))
                #expect(second.errorOutput.contains("--metrics-address: 127.0.0.1:\(ofAgent) is taken by another program"))
                fleet.members[0].agent.signal(SIGTERM)
                try await eventually("its end") { fleet.members[0].agent.end == .status(0) }
            }
        }
    }
}
