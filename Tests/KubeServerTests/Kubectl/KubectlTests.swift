import Harness
import JSON
import KubeServer
import Testing

@Suite("Real kubectl", .serialized)
struct KubectlTests {
    private let manifest = """
        apiVersion: test.graft.dev/v1
        kind: Widget
        metadata: {name: a, namespace: shop}
        spec: {class: edge, size: 7}
        """

    @Test("Applies, gets, patches and deletes custom objects")
    func customObjects() async throws {
        try await KubectlSession.run { kubectl, api async throws in
            let made = try await kubectl("apply", "-f", "-", input: manifest)
            #expect(made.output == "widget.test.graft.dev/a created\n")
            let same = try await kubectl("apply", "-f", "-", input: manifest)
            #expect(same.output == "widget.test.graft.dev/a unchanged\n")
            let changed = try await kubectl("apply", "-f", "-", input: manifest.replacing("size: 7", with: "size: 8"))
            #expect(changed.output == "widget.test.graft.dev/a configured\n")
            let table = try await kubectl("get", "wd", "-n", "shop")
            let lines = table.output.split(separator: "\n").map { $0.split(separator: " ") }
            #expect(lines.first == ["NAME", "CLASS", "PHASE"])
            #expect(lines.last?.prefix(2) == ["a", "edge"])
            let patched = try await kubectl("patch", "widget", "a", "-n", "shop", "--type=merge", "-p", #"{"spec":{"size":9}}"#)
            #expect(patched.output == "widget.test.graft.dev/a patched\n")
            let size = try await kubectl("get", "widgets.test.graft.dev/a", "-n", "shop", "-o", "jsonpath={.spec.size}")
            #expect(size.output == "9")
            let deleted = try await kubectl("delete", "widget", "a", "-n", "shop")
            #expect(deleted.output.hasPrefix("widget.test.graft.dev \"a\" deleted"))
            let none = try await kubectl("get", "widget", "a", "-n", "shop", fails: true)
            #expect(none.errors == "Error from server (NotFound): widgets.test.graft.dev \"a\" not found\n")
        }
    }

    @Test("Applies server-side, and is told of conflicts")
    func serverSide() async throws {
        try await KubectlSession.run { kubectl, api async throws in
            let made = try await kubectl("apply", "--server-side", "-f", "-", input: manifest)
            #expect(made.output == "widget.test.graft.dev/a serverside-applied\n")
            _ = try await api.apply(Widget.path + "/a", Widget.named("a", ["class": "edge", "size": 50]), manager: "other", force: true)
            let refused = try await kubectl("apply", "--server-side", "-f", "-", input: manifest, fails: true)
            #expect(refused.errors.contains("conflict with \"other\""))
            try await kubectl("apply", "--server-side", "--force-conflicts", "-f", "-", input: manifest)
            #expect(try await api.get(Widget.path + "/a").json["spec"]?["size"] == 7)
        }
    }

    @Test("Refuses what the schema refuses, naming the field")
    func refused() async throws {
        try await KubectlSession.run { kubectl, api async throws in
            let wrong = try await kubectl("apply", "-f", "-", input: manifest.replacing("size: 7", with: "size: 700"), fails: true)
            #expect(wrong.errors.contains("spec.size: Invalid value: 700"))
            let unknown = try await kubectl("apply", "-f", "-", input: manifest.replacing("size: 7", with: "sise: 7"), fails: true)
            #expect(unknown.errors.contains("sise"))
        }
    }

    @Test("Watches")
    func watch() async throws {
        try await KubectlSession.run { kubectl, api async throws in
            let watch = try kubectl.start(["get", "widgets", "-n", "shop", "-w"])
            defer { watch.end() }
            _ = try await api.create(Widget.path, Widget.named("early"))
            try await eventually("kubectl tells of the first: \(watch.output)\(watch.errors)") { watch.output.contains("early") }
            _ = try await api.create(Widget.path, Widget.named("late"))
            try await eventually("kubectl tells of the second: \(watch.output)\(watch.errors)") { watch.output.contains("late") }
            _ = try await api.merge(Widget.path + "/late/status", ["status": ["phase": "Shining"]])
            try await eventually("kubectl tells of the status: \(watch.output)\(watch.errors)") { watch.output.contains("Shining") }
        }
    }

    @Test("Waits for conditions and deletions")
    func wait() async throws {
        try await KubectlSession.run { kubectl, api async throws in
            try await kubectl("wait", "--for=condition=Established", "crd/widgets.test.graft.dev", "--timeout=20s")
            _ = try await api.create(Widget.path, Widget.named("a"))
            let wait = try kubectl.start(["wait", "--for=delete", "widget/a", "-n", "shop", "--timeout=60s"])
            try await eventually("kubectl watches: \(wait.errors)") { kubectl.server.watcherCount == 1 }
            _ = try await api.delete(Widget.path + "/a")
            #expect(try await wait.wait().status == 0)
        }
    }

    @Test("Describes an object with its events")
    func describe() async throws {
        try await KubectlSession.run { kubectl, api async throws in
            let made = try await api.create(Widget.path, Widget.named("a"))
            _ = try await api.create(
                "/apis/events.k8s.io/v1/namespaces/shop/events",
                [
                    "metadata": ["name": "a.1"], "reason": "Polished", "note": "It shines now", "type": "Normal", "action": "Polish",
                    "reportingController": "graft.dev/test", "reportingInstance": "one", "eventTime": "2026-01-01T00:00:00.000000Z",
                    "regarding": [
                        "apiVersion": "test.graft.dev/v1", "kind": "Widget", "name": "a", "namespace": "shop",
                        "uid": made.json["metadata"]?["uid"] ?? "",
                    ],
                ])
            let text = try await kubectl("describe", "widget", "a", "-n", "shop").output
            #expect(text.contains("Class:  edge"))
            #expect(text.contains("Polished"))
            #expect(text.contains("It shines now"))
        }
    }

    @Test("Lists what there is")
    func apiResources() async throws {
        try await KubectlSession.run { kubectl, api async throws in
            let text = try await kubectl("api-resources").output
            #expect(text.contains("widgets"))
            #expect(text.contains("customresourcedefinitions"))
            let namespaces = try await kubectl("get", "ns").output
            #expect(namespaces.contains("kube-system"))
            #expect(namespaces.contains("Active"))
        }
    }

    @Test("Works with built-in kinds")
    func builtinKinds() async throws {
        try await KubectlSession.run { kubectl, api async throws in
            let config = try await kubectl("create", "configmap", "settings", "-n", "shop", "--from-literal=a=b")
            #expect(config.output == "configmap/settings created\n")
            try await kubectl("create", "secret", "generic", "key", "-n", "shop", "--from-literal=a=b")
            try await kubectl("label", "configmap", "settings", "-n", "shop", "tier=edge")
            #expect(try await kubectl("get", "cm", "-n", "shop", "-l", "tier=edge", "-o", "name").output == "configmap/settings\n")
            let deployment = """
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: web, namespace: shop}
                spec:
                  replicas: 2
                  selector: {matchLabels: {app: web}}
                  template:
                    metadata: {labels: {app: web}}
                    spec: {containers: [{name: web, image: "web:1"}]}
                """
            #expect(try await kubectl("apply", "-f", "-", input: deployment).output == "deployment.apps/web created\n")
            let changed = try await kubectl("apply", "-f", "-", input: deployment.replacing("web:1", with: "web:2"))
            #expect(changed.output == "deployment.apps/web configured\n")
            #expect(try await kubectl("get", "deploy", "-A").output.contains("web"))
            try await kubectl("delete", "namespace", "shop")
            try await kubectl("get", "namespace", "shop", fails: true)
        }
    }
}
