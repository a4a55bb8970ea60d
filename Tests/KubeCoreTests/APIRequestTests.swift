import JSON
import KubeCore
import Testing

private let plans = ResourceDefinition(
    group: "graft.dev", version: "v1alpha1", kind: "ModulePlan", plural: "moduleplans", scope: .namespaced)
private let nodes = Node.definition

struct RequestCase: Sendable, CustomTestStringConvertible {
    var request: APIRequest
    var method: APIRequest.Method
    var target: String
    var contentType: String?
    var body: JSON?

    var testDescription: String { "\(method.rawValue) \(target)" }

    init(_ request: APIRequest, _ method: APIRequest.Method, _ target: String, _ contentType: String? = nil, _ body: JSON? = nil) {
        self.request = request
        self.method = method
        self.target = target
        self.contentType = contentType
        self.body = body
    }
}

@Suite struct APIRequestTests {
    static let base = "/apis/graft.dev/v1alpha1"

    @Test("Each builder makes the request that the API documentation names", arguments: reading + writing)
    func builders(_ expected: RequestCase) {
        #expect(expected.request.method == expected.method)
        #expect(expected.request.target == expected.target)
        #expect(expected.request.contentType == expected.contentType)
        #expect(expected.request.body == expected.body)
    }

    static let reading = [
        RequestCase(.get(nodes, namespace: nil, name: "n1"), .get, "/api/v1/nodes/n1"),
        // A cluster-scoped kind ignores a namespace.
        RequestCase(.get(nodes, namespace: "a", name: "n1"), .get, "/api/v1/nodes/n1"),
        RequestCase(.get(plans, namespace: "a", name: "p", subresource: "status"), .get, "\(base)/namespaces/a/moduleplans/p/status"),
        RequestCase(
            .get(plans, namespace: "a", name: "p", resourceVersion: "0"), .get, "\(base)/namespaces/a/moduleplans/p?resourceVersion=0"),
        RequestCase(.list(plans, namespace: nil), .get, "\(base)/moduleplans"),
        RequestCase(
            .list(
                plans, namespace: "a",
                options: ListOptions(
                    labels: LabelSelector(matchLabels: ["tier": "edge"]), fields: ["spec.class": "edge-proxy"], limit: 500,
                    continueToken: "a+b/c=")),
            .get,
            "\(base)/namespaces/a/moduleplans?labelSelector=tier%3Dedge&fieldSelector=spec.class%3Dedge-proxy&limit=500&continue=a%2Bb%2Fc%3D"
        ),
        RequestCase(
            .list(plans, namespace: nil, options: ListOptions(resourceVersion: "7", match: .exact)), .get,
            "\(base)/moduleplans?resourceVersion=7&resourceVersionMatch=Exact"),
        RequestCase(.list(plans, namespace: nil, options: ListOptions(labels: .everything)), .get, "\(base)/moduleplans"),
        RequestCase(
            .watch(plans, namespace: nil, options: WatchOptions(resourceVersion: "7", timeoutSeconds: 250)), .get,
            "\(base)/moduleplans?watch=true&resourceVersion=7&allowWatchBookmarks=true&timeoutSeconds=250"),
        RequestCase(
            .watch(plans, namespace: nil, options: WatchOptions(bookmarks: false)), .get, "\(base)/moduleplans?watch=true"),
        RequestCase(
            .watch(plans, namespace: "a", options: WatchOptions(bookmarks: false, sendInitialEvents: true)), .get,
            "\(base)/namespaces/a/moduleplans?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true"),
    ]

    static let writing = [
        RequestCase(.create(nodes, namespace: nil, body: ["a": 1]), .post, "/api/v1/nodes", "application/json", ["a": 1]),
        RequestCase(
            .create(plans, namespace: "a", body: [:], options: WriteOptions(manager: "graft", dryRun: true)), .post,
            "\(base)/namespaces/a/moduleplans?fieldManager=graft&dryRun=All", "application/json", [:]),
        RequestCase(.replace(nodes, namespace: nil, name: "n", body: [:]), .put, "/api/v1/nodes/n", "application/json", [:]),
        RequestCase(
            .apply(plans, namespace: "a", name: "p", body: ["spec": [:]], manager: "graft-controller"), .patch,
            "\(base)/namespaces/a/moduleplans/p?fieldManager=graft-controller&force=true", "application/apply-patch+yaml", ["spec": [:]]),
        RequestCase(
            .apply(
                plans, namespace: "a", name: "p", subresource: "status", body: ["metadata": ["name": "p"]], manager: "m", force: false,
                preconditions: Preconditions(uid: "u", resourceVersion: "7"), dryRun: true),
            .patch, "\(base)/namespaces/a/moduleplans/p/status?fieldManager=m&dryRun=All&force=false", "application/apply-patch+yaml",
            ["metadata": ["name": "p", "uid": "u", "resourceVersion": "7"]]),
        RequestCase(
            .patch(plans, namespace: "a", name: "p", .merge, body: ["a": nil]), .patch, "\(base)/namespaces/a/moduleplans/p",
            "application/merge-patch+json", ["a": nil]),
        RequestCase(
            .patch(
                plans, namespace: "a", name: "p", .merge, body: ["spec": [:]], preconditions: Preconditions(resourceVersion: "7")),
            .patch, "\(base)/namespaces/a/moduleplans/p", "application/merge-patch+json",
            ["spec": [:], "metadata": ["resourceVersion": "7"]]),
        RequestCase(
            .patch(nodes, namespace: nil, name: "n", .json, body: [["op": "test"]]), .patch, "/api/v1/nodes/n",
            "application/json-patch+json", [["op": "test"]]),
        RequestCase(.delete(plans, namespace: "a", name: "p"), .delete, "\(base)/namespaces/a/moduleplans/p"),
        RequestCase(
            .delete(
                plans, namespace: "a", name: "p",
                options: DeleteOptions(
                    preconditions: Preconditions(uid: "u", resourceVersion: "7"), propagation: .foreground, gracePeriodSeconds: 0,
                    dryRun: true)),
            .delete, "\(base)/namespaces/a/moduleplans/p", "application/json",
            [
                "kind": "DeleteOptions", "apiVersion": "v1", "preconditions": ["uid": "u", "resourceVersion": "7"],
                "propagationPolicy": "Foreground", "gracePeriodSeconds": 0, "dryRun": ["All"],
            ]),
    ]

    @Test(
        "Paths and queries are percent-encoded",
        arguments: [
            ("/api/v1/nodes/a b", "/api/v1/nodes/a%20b"), ("/a?b#c", "/a%3Fb%23c"), ("/ä", "/%C3%A4"), ("/system:node", "/system:node"),
        ])
    func encoding(path: String, target: String) {
        #expect(APIRequest(path: path).target == target)
        #expect(APIRequest(path: "/", query: [.init("q", path)]).target.contains("q=%2F"))
    }
}
