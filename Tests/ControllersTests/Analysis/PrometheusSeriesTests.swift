import HTTPTransport
import HTTPTypes
import Harness
import Testing

@testable import Controllers

@Suite("Series of a Prometheus, for people")
struct PrometheusSeriesTests {
    private static func transport() -> HTTPClient { HTTPClient(HTTPClient.Configuration(proxy: .none)) }

    @Test("are asked for below the address, with the token that is shown")
    func asked() async throws {
        let answer =
            #"{"status":"success","data":{"resultType":"vector","result":[{"metric":{"__name__":"http_requests_total","code":"200"},"value":[1,"1"]}]}}"#
        try await withWebServer({ _ in .init(200, answer) }) { server in
            let series = PrometheusSeries(transport: Self.transport(), token: "secret-token")
            let found = try await series.list("up", at: server.address + "/prefix/")
            #expect(found == [["__name__": "http_requests_total", "code": "200"]])
            #expect(server.seen.map(\.path) == ["/prefix/api/v1/query"])
            #expect(server.seen.map { $0.fields[.authorization] } == ["Bearer secret-token"])
        }
    }

    @Test(
        "that can't be had say what is wrong with who was asked, and no secret",
        arguments: [
            (401, "secret-token is wrong", "it refuses the credentials, or wants some (status 401)"),
            (404, "", "it has no query API there (status 404)"), (200, "<html>", "its answer is not that of a query; is it a Prometheus?"),
            (
                400, #"{"status":"error","errorType":"bad_data","error":"secret-token"}"#,
                "it says bad_data (status 400): (it repeats a secret)"
            ),
        ])
    func refused(status: Int, body: String, problem: String) async throws {
        try await withWebServer({ _ in .init(status, body) }) { server in
            let series = PrometheusSeries(transport: Self.transport(), token: "secret-token")
            let error = try await #require(throws: CheckRefusal.self) { try await series.list("up", at: server.address) }
            #expect(error.description.hasPrefix("127.0.0.1:\(server.port): \(problem)"), "\(error)")
            #expect(!error.description.contains("secret-token"))
        }
    }

    @Test("of nobody who listens are an error that names the address")
    func nobody() async throws {
        let error = try await #require(throws: CheckRefusal.self) {
            try await PrometheusSeries(transport: Self.transport()).list("up", at: "http://127.0.0.1:1")
        }
        #expect(error.description.contains("127.0.0.1"), "\(error)")
    }
}
