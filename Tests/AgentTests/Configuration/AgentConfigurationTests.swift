import Analysis
import JSON
import Testing

@testable import Agent

@Suite("An agent's configuration")
struct AgentConfigurationTests {
    let whole: JSON = [
        "class": "edge-proxy", "nodeName": "node-1", "zone": "a", "runtimeVersion": "2.4.1", "contract": "edge/3",
        "capabilities": ["reload"], "labels": ["tier": "edge"], "stateDirectory": "/var/lib/graft", "returnSpreadSeconds": 30,
        "fetchSpreadSeconds": 0.5,
        "slots": [
            [
                "name": "net/filter", "directory": "/var/lib/edge/modules",
                "reload": ["url": "http://127.0.0.1:8080/-/reload", "timeoutSeconds": 3],
                "probe": ["url": "http://127.0.0.1:8080/-/version", "version": "/version", "process": "/process"],
                "probeDeadlineSeconds": 5, "soakSeconds": 20,
            ],
            [
                "name": "heap", "directory": "/m", "reload": ["signal": "HUP", "pidFile": "/run/pid"],
                "restart": ["command": ["systemctl", "restart", "heapd"]], "probe": ["command": ["true"]],
            ],
        ],
    ]

    @Test func `a whole document is read`() throws {
        let configuration = try AgentConfiguration(whole)
        #expect(configuration.hostName == "edge-proxy.node-1")
        #expect(configuration.leaseName == "node-1")
        #expect(configuration.leaseNamespace == "graft-agents")
        let slot = configuration.slots[0]
        #expect(slot.policy.probeDeadline == .seconds(5))
        #expect(slot.policy.soak == .seconds(20))
        #expect(slot.policy.returnSpread == .seconds(30))
        #expect(slot.policy.fetchSpread == .milliseconds(500))
        #expect(
            slot.directory?.reload
                == ReloadSettings(.http(HostURL("http://127.0.0.1:8080/-/reload")!, method: "POST"), timeout: .seconds(3)))
        #expect(configuration.slots[1].directory?.reload == ReloadSettings(.signal(1, pidFile: "/run/pid")))
        #expect(configuration.slots[1].directory?.restart == ReloadSettings(.command(["systemctl", "restart", "heapd"])))
        #expect(slot.directory?.restart == nil)
        #expect(configuration.slots[1].directory?.probe == ProbeSettings(.command(["true"])))
    }

    @Test func `a slot whose hosts come to a socket is read`() throws {
        var document = whole
        document["slots"] = [
            ["name": "a", "driver": "socket", "path": "/run/graft/a.sock", "user": 1000, "loadTimeoutSeconds": 3, "soakSeconds": 7],
            ["name": "b", "driver": "directory", "directory": "/m"],
        ]
        let slots = try AgentConfiguration(document).slots
        #expect(slots[0].socket == SocketSettings(path: "/run/graft/a.sock", user: 1000, loadTimeout: .seconds(3)))
        #expect(slots[0].directory == nil && slots[0].policy.soak == .seconds(7))
        #expect(slots[1].socket == nil && slots[1].directory?.directory == "/m")
    }

    @Test func `where the host exposes its metrics is read, within limits`() throws {
        var document = whole
        document["metrics"] = ["url": "http://127.0.0.1:9100/metrics", "intervalSeconds": 15, "mostSeries": 500]
        let metrics = try AgentConfiguration(document).metrics
        #expect(metrics?.url.path == "/metrics")
        #expect(metrics?.interval == .seconds(15))
        #expect(metrics?.limits.samples == 500)
        #expect(try AgentConfiguration(whole).metrics == nil)
        let wrong: [JSON] = [
            [:], ["url": "127.0.0.1"], ["url": "http://a/", "intervalSeconds": 0.1], ["url": "http://a/", "mostSeries": 0],
            ["url": "http://a/", "timeoutSeconds": 100], ["url": "http://a/", "largestBytes": 1], ["url": "http://a/", "series": []],
        ]
        for metrics in wrong {
            document["metrics"] = metrics
            #expect(throws: ConfigurationError.self) { try AgentConfiguration(document) }
        }
    }

    @Test(
        arguments: [
            ("class", "Edge", "class"), ("nodeName", "", "nodeName"), ("slots", [], "slots"), ("stateDirectory", "state", "stateDirectory"),
            ("clas", "edge", "clas"), ("runtimeVersion", 2, "runtimeVersion"), ("slots", [["name": "a"]], "slots[0].directory"),
            ("slots", [["name": "a", "directory": "relative"]], "slots[a].directory"),
            ("slots", [["name": "a", "directory": "/m", "probe": ["url": "127.0.0.1/x"]]], "slots[0].probe.url"),
            ("slots", [["name": "a", "directory": "/m", "probe": ["url": "http://a/", "version": "version"]]], "slots[0].probe.version"),
            ("slots", [["name": "a", "directory": "/m", "reload": ["url": "http://a/", "command": ["x"]]]], "slots[0].reload"),
            ("slots", [["name": "a", "directory": "/m", "reload": ["signal": "KILL", "pidFile": "/p"]]], "slots[0].reload.signal"),
            ("slots", [["name": "a", "directory": "/m", "reloads": [:]]], "slots[0].reloads"),
            ("slots", [["name": "a", "directory": "/m"], ["name": "a", "directory": "/m"]], "slots"),
            ("slots", [["name": "a", "driver": "pigeon", "directory": "/m"]], "slots[0].driver"),
            ("slots", [["name": "a", "directory": "/m", "user": 1]], "slots[0].user"),
            ("slots", [["name": "a", "driver": "socket", "path": "/s", "user": 1, "directory": "/m"]], "slots[0].directory"),
            ("slots", [["name": "a", "driver": "socket", "path": "/s"]], "slots[0].user"),
            ("slots", [["name": "a", "driver": "socket", "path": "/s", "user": -1]], "slots[0].user"),
            ("slots", [["name": "a", "driver": "socket", "path": "/s", "user": 4_294_967_295]], "slots[0].user"),
            ("slots", [["name": "a", "driver": "socket", "path": "s", "user": 1]], "slots[a].path"),
            (
                "slots", [["name": "a", "driver": "socket", "path": .string("/" + String(repeating: "s", count: 103)), "user": 1]],
                "slots[a].path"
            ),
            (
                "slots", [["name": "a", "driver": "socket", "path": "/s", "user": 1, "loadTimeoutSeconds": 0]],
                "slots[a].loadTimeoutSeconds"
            ),
            (
                "slots",
                [["name": "a", "driver": "socket", "path": "/s", "user": 1], ["name": "b", "driver": "socket", "path": "/s", "user": 1]],
                "slots"
            ),
        ] as [(String, JSON, String)])
    func `what is wrong is named`(field: String, value: JSON, named: String) {
        var document = whole
        document[field] = value
        let error = #expect(throws: ConfigurationError.self) { try AgentConfiguration(document) }
        #expect(error?.description.contains(named) == true, "\(error?.description ?? "")")
    }

    @Test(arguments: [
        ("http://127.0.0.1:80/a?b=c", "127.0.0.1:80", "/a?b=c"), ("https://host", "host", "/"), ("http://[::1]:8/x", "[::1]:8", "/x"),
    ])
    func `a URL is taken apart`(text: String, authority: String, path: String) {
        #expect(HostURL(text)?.authority == authority)
        #expect(HostURL(text)?.path == path)
    }

    @Test(arguments: ["", "ftp://a/", "http://", "http:///a", "http://user@host/", "http://a b/", "http://a/#x", "//a/", "http://a?x"])
    func `what is no URL of a host is refused`(text: String) { #expect(HostURL(text) == nil) }
}
