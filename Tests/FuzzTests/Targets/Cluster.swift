import HTTPTypes
import JSON

@testable import HTTPTransport
@testable import KubeClient
@testable import KubeCore
@testable import Telemetry

extension FuzzTarget {
    /// Lists as API servers send them: wherever they are cut on their way, they say the same; an item that can't be read leaves the others readable.
    static let list = FuzzTarget(
        "list", limit: 4096, seeds: { ClusterSeeds.lists.map { Array($0.utf8) } },
        check: { bytes in
            let whole = try? split(bytes, at: bytes.count)
            for cut in [1, bytes.count / 3, bytes.count / 2, bytes.count - 1] where cut > 0 && cut < bytes.count {
                let parts = try? split(bytes, at: cut)
                try promise("a list says the same wherever it is cut", parts == whole)
            }
            let read = try? ResourceList<ConfigMap>(parsing: bytes)
            try promise("it is a list or none", (read == nil) == (whole == nil))
            guard let read, let whole else { return }
            try promise("each item is read or said to be none", read.items.count + read.undecodable.count == whole.items.count)
            try promise("it says the same of itself", read.resourceVersion == whole.metadata.resourceVersion)
            for item in read.undecodable { try checkWords(item.message) }
        })

    private struct Parts: Equatable {
        var items: [[UInt8]] = []
        var metadata = ListMetadata()
    }

    private static func split(_ bytes: [UInt8], at cut: Int) throws -> Parts {
        var splitter = ListSplitter(limit: 1 << 20)
        var parts = Parts()
        for part in [bytes[..<cut], bytes[cut...]] {
            try splitter.append(part)
            let items = splitter.takeItems()
            for index in 0..<items.count { parts.items.append(Array(items[index])) }
        }
        parts.metadata = try splitter.finish()
        return parts
    }

    /// Watches as API servers send them: lines, wherever they are cut; each is an event, an object that can't be read, or no line of a watch. With an error,
    /// who owns a field is read out of what servers say for people.
    static let watch = FuzzTarget(
        "watch", limit: 4096, seeds: { ClusterSeeds.watches.map { Array($0.utf8) } },
        check: { bytes in
            let whole = try? lines(bytes, cut: bytes.count)
            for cut in [1, bytes.count / 2] where cut < bytes.count {
                try promise("lines are the same wherever they are cut", (try? lines(bytes, cut: cut)) == whole)
            }
            for line in whole ?? [] {
                let read: WatchLine<ConfigMap>
                do { read = try WatchLine<ConfigMap>(parsing: line[...]) } catch {
                    try checkWords("\(error)")
                    continue
                }
                switch read {
                case .undecodable(let object): try checkWords(object.message)
                case .event(.error(let error)):
                    for conflict in error.fieldConflicts { _ = conflict.description }
                // What else a line holds is passed over, not read: an API server may say what our parser refuses.
                case .event: break
                }
            }
        })

    private static func lines(_ bytes: [UInt8], cut: Int) throws -> [[UInt8]] {
        var splitter = LineSplitter(limit: 64 << 10)
        var lines: [[UInt8]] = []
        for part in [bytes[..<cut], bytes[cut...]] {
            splitter.append(Array(part))
            while let line = try splitter.next() { lines.append(Array(line)) }
        }
        return lines + [Array(splitter.rest)]
    }

    /// Heads of requests and of responses: read or refused, and no line of one becomes two.
    static let head = FuzzTarget(
        "head", limit: 2048, seeds: { ClusterSeeds.heads.map { Array($0.utf8) } },
        check: { bytes in
            switch Result(catching: { () throws(RefusedRequest) in try ProbeRequest(head: bytes) }) {
            case .success(let request): try checkPath(request.path)
            case .failure(let refusal): try checkWords(refusal.reason)
            }
            try checkResponse(bytes)
            let text = String(decoding: bytes, as: UTF8.self)
            if let parent = TraceParent(text) { try promise("a trace is the same again", TraceParent(parent.text) == parent) }
        })

    private static func checkPath(_ path: String) throws(BrokenPromise) {
        try promise("a path begins with a slash", path.hasPrefix("/"))
        try promise("and holds no space, control or query", path.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "?") })
    }

    private static func checkResponse(_ bytes: [UInt8]) throws(BrokenPromise) {
        var parser = ResponseHeadParser()
        for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
            let step = Array(line + [0x0A]).withUnsafeBufferPointer { parser.take($0) }
            guard case .head(let response) = step else { continue }
            try promise("a status has three digits", (100...999).contains(response.status.code))
            for field in response.headerFields {
                try promise("no value ends a line", !field.value.utf8.contains { [0, 0x0A, 0x0D].contains($0) })
            }
        }
    }

    /// What a kubeconfig and a credential command say: read or refused.
    static let kubeconfig = FuzzTarget(
        "kubeconfig", limit: 4096, seeds: { ClusterSeeds.kubeconfigs.map { Array($0.utf8) } },
        check: { bytes in
            if let config = try? KubeConfig.parse(bytes, file: "/c") {
                try promise("a context has a name", !config.contextNames.contains(""))
                try promise("it says where it stands", config.files == ["/c"])
            }
            let plugin = ExecPlugin(command: "login")
            if let credential = try? plugin.credential(bytes) {
                try promise("a credential is something", credential.token != nil || credential.identity != nil)
            }
        })
}

private enum ClusterSeeds {
    static let lists = [
        #"{"kind":"ConfigMapList","apiVersion":"v1","metadata":{"resourceVersion":"9","continue":"a\"b","remainingItemCount":4},"items":["#
            + #"{"metadata":{"name":"a","namespace":"n","labels":{"x":"}],{\""}},"data":{"k":"\u00e9\\"}}, 7,{"metadata":{}},[],null]}"#,
        #" { "items" : [ ] , "metadata" : { "resourceVersion":"1" } } "#, #"{"items":null,"metadata":{}}"#,
        #"{"metadata":{"resourceVersion":7},"items":[{}]}"#,
    ]

    static let watches = [
        #"{"type":"ADDED","object":{"metadata":{"name":"a","namespace":"n","resourceVersion":"5"},"data":{"a":"b"}}}"# + "\n"
            + #"{"object":{"metadata":{"name":1}},"type":"MODIFIED"}"# + "\n"
            + #"{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"7","annotations":{"k8s.io/initial-events-end":"true"}}}}"#
            + "\n",
        #"{"type":"ERROR","object":{"kind":"Status","code":409,"reason":"Conflict","message":"m","details":{"causes":[{"reason":"FieldManagerConflict","#
            + #""message":"conflict with \"kube\\u0063tl\" with subresource \"status\" using apps/v1 at 2026-01-01T00:00:00Z","field":".spec"}]}}}"#,
        #"{"type":"DELETED","object":{"metadata":{"name":"a","finalizers":{}}}}"#,
    ]

    static let heads = [
        "GET /metrics?x=y HTTP/1.1\r\nHost: a\r\nAccept: text/plain;q=0.5\r\nX: é\r\n", "HEAD http://a:1/readyz HTTP/1.0\r\n",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: a\r\n folded\r\nRetry-After:\t7 \r\n\r\n", "HTTP/2 404\r\n\r\n",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00-more",
    ]

    private static let pem = #"-----BEGIN X-----\nAA\n-----END X-----\n"#

    static let kubeconfigs = [
        """
        apiVersion: v1
        kind: Config
        current-context: m
        clusters: [{name: c, cluster: {server: "https://api.test:6443", insecure-skip-tls-verify: true, proxy-url: "http://p:1"}}]
        users: [{name: u, user: {token: abc, as: jane, as-groups: [x], as-user-extra: {k: [v]}}}]
        contexts: [{name: m, context: {cluster: c, user: u, namespace: payments}}]

        """,
        #"{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"abc","expirationTimestamp":"#
            + #""2026-01-01T00:00:00Z","clientCertificateData":"\#(pem)","clientKeyData":"\#(pem)"}}"#,
    ]
}
