import Analysis
import Glibc
import GraftAPI
import HTTPCore
import HTTPTransport
import HTTPTypes
import Harness
import JSON
import Logging
import Testing

@testable import Controllers

/// The provider against a real Prometheus, which scrapes a real endpoint.
@Suite("A real Prometheus", .enabled(if: PrometheusServer.isInstalled, "there is no prometheus; hack/setup installs it"))
struct RealPrometheusTests {
    private static let password = "correct horse"
    private static let hash = "$2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e"

    /// What a host exposes: a counter of two codes, a gauge, and a number that is none.
    private static let exposed = """
        # TYPE http_requests_total counter
        http_requests_total{code="200"} 990
        http_requests_total{code="500"} 10
        # TYPE queue_depth gauge
        queue_depth 7
        nothing_yet NaN

        """

    private func provider(
        _ server: PrometheusServer, _ query: String, credentials: String? = nil, range: QueryRange? = nil, timeout: Int = 60
    ) -> AnalysisMetric {
        var metric = AnalysisMetric()
        metric.name = "m"
        var prometheus = PrometheusProvider()
        prometheus.address = server.address
        prometheus.query = query
        prometheus.credentials = credentials
        prometheus.range = range
        prometheus.timeout = Period(seconds: timeout)
        metric.provider.prometheus = prometheus
        return metric
    }

    private func source(_ directory: String? = nil) throws -> PrometheusSource {
        PrometheusSource(
            caller: try .overSockets(credentials: directory), logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    }

    private func withScraped(
        _ access: PrometheusServer.Access = .init(), options: [String] = [], _ body: (PrometheusServer) async throws -> Void
    ) async throws {
        try await withWebServer({ _ in .init(200, Self.exposed, fields: [.contentType: "text/plain; version=0.0.4"]) }) { host in
            try await withPrometheus(scraping: "127.0.0.1:\(host.port)", access: access, options: options, body)
        }
    }

    @Test("answers instant and range queries with a number, nothing, NaN or an error")
    func queries() async throws {
        try await withScraped(options: ["--query.max-samples=1000"]) { server in
            let source = try source()
            func ask(_ query: String, range: QueryRange? = nil) async throws -> Reading {
                try await source.read(provider(server, query, range: range), of: .inPayments())
            }
            func message(_ query: String, range: QueryRange? = nil) async throws -> String {
                guard case .error(let message) = try await ask(query, range: range) else { return "no error" }
                return message
            }
            try await eventually("it has scraped the host", every: .milliseconds(50)) { try await ask("queue_depth") == .number(7) }

            #expect(try await ask("scalar(queue_depth)") == .number(7))
            #expect(try await ask(#"sum(http_requests_total{code!~"5.."}) / sum(http_requests_total)"#) == .number(0.99))
            #expect(try await ask("no_such_series") == .noData)
            #expect(try await ask("1 / 0") == .number(.infinity))
            for query in ["nothing_yet", "0 / 0"] {
                guard case .number(let number) = try await ask(query) else { throw CheckRefusal("\(query): wanted a number") }
                #expect(number.isNaN)
            }
            #expect(try await message("http_requests_total").contains("the result has 2 samples, wanted one"))
            #expect(try await message("queue_depth[1m]").contains("a range of samples"))
            #expect(try await message(#""text""#).contains("a text, wanted a number"))
            #expect(try await message("sum(").contains("bad_data (status 400)"))

            let series = try await source.series(
                of: #require(provider(server, "group by (__name__,code) ({__name__=~\"http_requests_total\"})").provider.prometheus),
                for: .inPayments())
            guard case .series(let found) = series else { throw CheckRefusal("wanted series") }
            #expect(
                Set(found) == ["200", "500"].map { ["__name__": "http_requests_total", "code": $0] }.reduce(into: []) { $0.insert($1) })

            let listed = try await PrometheusSeries(transport: HTTPClient(HTTPClient.Configuration(proxy: .none))).list(
                "group by (__name__,code) ({__name__=~\"http_requests_total\"})", at: server.address)
            #expect(Set(listed) == Set(found))

            for reduction in QueryRange.Reduction.allCases {
                let range = QueryRange(Period(seconds: 2), step: Period(seconds: 1), reduce: reduction)
                try await eventually("the range has a sample") { try await ask("queue_depth", range: range) == .number(7) }
            }
            let long = QueryRange(Period(seconds: 1000), step: Period(seconds: 1), reduce: .last)
            #expect(try await ask("no_such_series", range: long) == .noData)
            #expect(try await message("http_requests_total", range: long).contains("the result has 2 series, wanted one"))
            #expect(try await message("vector(1) + vector(1)", range: long).contains("execution (status 422)"), "too many samples")
        }
    }

    @Test("that hangs is an error after the time-out, one that is gone at once, and one that is back answers")
    func failing() async throws {
        try await withScraped { server in
            let source = try source()
            #expect(try await source.read(provider(server, "vector(1)"), of: .inPayments()) == .number(1))
            try await server.program.stop()
            guard case .error(let hangs) = try await source.read(provider(server, "vector(1)", timeout: 1), of: .inPayments()) else {
                throw CheckRefusal("it can't have answered")
            }
            #expect(hangs.contains("127.0.0.1:\(server.port)") && hangs.contains("1 s"), "\(hangs)")
            server.program.send(SIGCONT)
            #expect(try await source.read(provider(server, "vector(1)"), of: .inPayments()) == .number(1))
            // And killed while it owes an answer.
            try await server.program.stop()
            async let pending = source.read(provider(server, "vector(1)"), of: .inPayments())
            server.program.end()
            guard case .error(let gone) = try await pending else { throw CheckRefusal("it can't have answered") }
            #expect(gone.contains("127.0.0.1:\(server.port)"), "\(gone)")
            guard case .error(let refused) = try await source.read(provider(server, "vector(1)"), of: .inPayments()) else {
                throw CheckRefusal("it can't have answered")
            }
            #expect(refused.contains("connection refused"), "\(refused)")
        }
    }

    @Test("lets in who has the password, and a client certificate where it wants one, and no one else")
    func access() async throws {
        let (server, client, stranger) = (try TestCertificate(), try TestCertificate(), try TestCertificate())
        let access = PrometheusServer.Access(user: "graft", passwordHash: Self.hash, certificate: server, clients: client)
        try await withTemporaryDirectory { directory in
            func keep(_ name: String, _ members: JSONObject) throws {
                var file = members
                file["hosts"] = ["127.0.0.1"]
                file["namespaces"] = ["payments"]
                try write(JSON.object(file).text(), to: "\(directory)/\(name)")
            }
            let (authority, basic): (JSON, JSON) = (.string(server.certificate), ["username": "graft", "password": .string(Self.password)])
            func certificate(_ certificate: TestCertificate) -> JSONObject {
                ["ca": authority, "clientCertificate": .string(certificate.certificate), "clientKey": .string(certificate.privateKey)]
            }
            var good = certificate(client)
            good["basic"] = basic
            try keep("good", good)
            try keep("no-password", certificate(client))
            var wrong = certificate(client)
            wrong["basic"] = ["username": "graft", "password": "wrong"]
            try keep("wrong-password", wrong)
            try keep("no-certificate", ["ca": authority, "basic": basic])
            var strange = certificate(stranger)
            strange["basic"] = basic
            try keep("strange-certificate", strange)
            var untrusted = good
            untrusted["ca"] = .string(stranger.certificate)
            try keep("untrusted", untrusted)

            try await withScraped(access) { prometheus in
                let source = try source(directory)
                #expect(try await source.read(provider(prometheus, "vector(1)", credentials: "good"), of: .inPayments()) == .number(1))
                for (name, word) in [
                    ("no-password", "status 401"), ("wrong-password", "status 401"), ("no-certificate", "certificate"),
                    ("strange-certificate", "certificate"),
                    ("untrusted", "certificate"), ("absent", "has no credential"),
                ] {
                    let reading = try await source.read(provider(prometheus, "vector(1)", credentials: name), of: .inPayments())
                    guard case .error(let message) = reading else {
                        Issue.record("\(name) was let in")
                        continue
                    }
                    #expect(message.contains(word), "\(name): \(message)")
                    #expect(!message.contains(Self.password) && !message.contains("wrong\""))
                }
                var other = AnalysisRun.inPayments()
                other.namespace = "others"
                guard case .error = try await source.read(provider(prometheus, "vector(1)", credentials: "good"), of: other) else {
                    Issue.record("another namespace used the credential")
                    return
                }
            }
        }
    }

    @Test("behind a gate that wants a token is asked with the token, and with no other's")
    func bearer() async throws {
        try await withScraped { prometheus in
            let gate = socketTransport(CheckTransportSettings(mayConnect: { _ in true }))
            try await withWebServer({ request in
                guard request.fields[.authorization] == "Bearer t0ken" else { return .init(401) }
                let forwarded = HTTPRequest(
                    method: request.method, scheme: "http", authority: "127.0.0.1:\(prometheus.port)", path: request.path,
                    headerFields: [.contentType: request.fields[.contentType] ?? ""])
                let (head, body) = try await gate.send(forwarded, body: .bytes(request.body))
                return .init(head.status.code, String(decoding: body, as: UTF8.self))
            }) { front in
                try await withTemporaryDirectory { directory in
                    for (name, token) in [("good", "t0ken"), ("bad", "0ther")] {
                        try write(
                            #"{"bearer": "\#(token)", "hosts": ["http://127.0.0.1"], "namespaces": ["payments"]}"#,
                            to: "\(directory)/\(name)")
                    }
                    let source = try source(directory)
                    var metric = provider(prometheus, "vector(1)", credentials: "good")
                    metric.provider.prometheus?.address = front.address
                    #expect(try await source.read(metric, of: .inPayments()) == .number(1))
                    for name in ["bad", nil] {
                        metric.provider.prometheus?.credentials = name
                        guard case .error(let message) = try await source.read(metric, of: .inPayments()) else {
                            Issue.record("it was let in with \(name ?? "none")")
                            continue
                        }
                        #expect(message.contains("status 401"))
                    }
                }
            }
            await gate.shutdown()
        }
    }
}
