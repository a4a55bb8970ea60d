import Analysis
import GraftAPI
import HTTPTypes
import Harness
import KubeCore
import KubeRuntime
import Testing

@testable import Controllers

@Suite("A call of a check")
struct CallTests {
    private func metric(_ url: String, _ pointer: String = "/value", credentials: String? = nil) -> AnalysisMetric {
        var metric = AnalysisMetric()
        metric.name = "m"
        var web = WebProvider()
        web.url = url
        web.pointer = pointer
        web.credentials = credentials
        metric.provider.web = web
        return metric
    }

    private func message(_ reading: Reading) -> String? { if case .error(let message) = reading { message } else { nil } }

    @Test("fetches a number, with what the credential says and nothing else")
    func web() async throws {
        try await withWebServer({ _ in .init(200, #"{"value": "0.5"}"#) }) { server in
            try await withTemporaryDirectory { directory in
                try write(
                    #"{"basic": {"username": "graft", "password": "s3cret"}, "hosts": ["http://127.0.0.1"], "namespaces": ["pay*"]}"#,
                    to: "\(directory)/metrics")
                let source = WebSource(caller: try .overSockets(credentials: directory))
                #expect(try await source.read(metric(server.address + "/a?b=c", credentials: "metrics"), of: .inPayments()) == .number(0.5))
                #expect(try await source.read(metric(server.address + "/a"), of: .inPayments()) == .number(0.5))
            }
            #expect(server.seen.map(\.path) == ["/a?b=c", "/a"])
            #expect(server.seen.map { $0.fields[.authorization] } == ["Basic Z3JhZnQ6czNjcmV0", nil])
        }
    }

    @Test("goes where a redirect points to neither with credentials nor without", arguments: [301, 302, 303, 307, 308])
    func redirects(status: Int) async throws {
        try await withWebServer({ _ in .init(200, #"{"value": 1}"#) }) { target in
            let location = target.address
            try await withWebServer({ _ in .init(status, "", fields: [.location: location]) }) { server in
                let reading = try await WebSource(caller: .overSockets()).read(metric(server.address), of: .inPayments())
                #expect(message(reading)?.contains("a redirect (status \(status)), which is not followed") == true, "\(reading)")
            }
            #expect(target.seen.isEmpty)
        }
    }

    @Test("reaches no address of this machine, whether it is written out or a name stands for it")
    func reserved() async throws {
        try await withWebServer({ _ in .init(200, #"{"value": 1}"#) }) { server in
            let source = WebSource(caller: try .overSockets(rules: .standard))
            for host in ["127.0.0.1", "localhost", "127.1"] {
                let reading = try await source.read(metric("http://\(host):\(server.port)/"), of: .inPayments())
                #expect(message(reading)?.contains("which checks may not call") == true, "\(reading)")
            }
            #expect(server.seen.isEmpty)
        }
    }

    @Test("takes no answer that is longer than any number needs")
    func long() async throws {
        let text = String(repeating: " ", count: CheckCaller.longestAnswer + 1) + #"{"value": 1}"#
        try await withWebServer({ _ in .init(200, text) }) { server in
            let reading = try await WebSource(caller: .overSockets()).read(metric(server.address), of: .inPayments())
            #expect(message(reading)?.contains("longer than") == true, "\(reading)")
        }
    }

    @Test("of a webhook is signed, says the same id each time, and brings the verdict")
    func webhook() async throws {
        try await withWebServer({ _ in .init(200, #"{"verdict": "NoGo", "message": "frozen"}"#) }) { server in
            try await withTemporaryDirectory { directory in
                try write(#"{"hmac": "0123456789abcdef", "hosts": ["http://127.0.0.1"], "namespaces": ["*"]}"#, to: "\(directory)/gate")
                let sender = WebhookSender(caller: try .overSockets(credentials: directory), wallTime: Surroundings.system.wallTime)
                let request = WebhookRequest(
                    id: "uid/r-1/step-2/t", time: WebhookTests.run.now, run: WebhookTests.run, step: 2, steps: 3, weight: .none,
                    hosts: HostCounts())
                let work = WebhookWork(url: server.address + "/gate", credentials: "gate", timeout: .seconds(60), retries: 0)
                for _ in 1...2 { #expect(try await sender.send(request, to: work) == .noGo("frozen")) }
                let seen = try #require(server.seen.first)
                #expect(seen.method == .post && seen.path == "/gate" && seen.body == request.body)
                #expect(seen.fields[WebhookRequest.timeField] == "1700000005")
                #expect(
                    seen.fields[WebhookRequest.signatureField]
                        == WebhookRequest.signature(of: seen.body, at: "1700000005", key: Array("0123456789abcdef".utf8)))
                #expect(server.seen.map { $0.fields[WebhookRequest.idField] } == ["uid/r-1/step-2/t", "uid/r-1/step-2/t"])
                // A key is no password: it is never sent, and signs nothing but webhooks.
                let reading = try await WebSource(caller: .overSockets(credentials: directory)).read(
                    metric(server.address, credentials: "gate"), of: .inPayments())
                #expect(message(reading)?.contains("signs webhooks") == true)
                #expect(server.seen.count == 2)
            }
        }
    }
}
