import Analysis
import GraftAPI
import KubeCore
import Randomness
import Testing

@testable import Controllers

@Suite("What a Prometheus answers")
struct PrometheusAnswerTests {
    private static func success(_ type: String, _ result: String, _ more: String = "") -> String {
        #"{"status": "success", "data": {"resultType": "\#(type)", "result": \#(result)}\#(more)}"#
    }

    private func answer(_ text: String, status: Int = 200, _ reduction: QueryRange.Reduction? = nil) throws -> PrometheusAnswer {
        try PrometheusAnswer(status: status, body: Array(text.utf8), reduction: reduction, secrets: ["s3cret"])
    }

    @Test(
        "is a number, or nothing",
        arguments: [
            (success("scalar", #"[1700000000.5, "0.25"]"#), Reading.number(0.25)),
            (success("vector", #"[{"metric": {"job": "a"}, "value": [1700000000, "1e-05"]}]"#), .number(1e-05)),
            (success("vector", #"[{"metric": {}, "value": [1700000000, "+Inf"]}]"#), .number(.infinity)),
            (success("vector", #"[{"metric": {}, "value": [1700000000, "-Inf"]}]"#), .number(-.infinity)),
            (success("vector", "[]"), .noData),
        ])
    func instant(text: String, reading: Reading) throws { #expect(try answer(text).reading == reading) }

    @Test("NaN is a number that is none, not an error and not nothing")
    func notANumber() throws {
        guard case .number(let number) = try answer(Self.success("vector", #"[{"metric": {}, "value": [1, "NaN"]}]"#)).reading else {
            Issue.record("wanted a number")
            return
        }
        #expect(number.isNaN)
    }

    @Test(
        "over a range becomes one number",
        arguments: [(QueryRange.Reduction.last, 2.0), (.average, 3), (.min, 1), (.max, 6)])
    func range(reduction: QueryRange.Reduction, number: Double) throws {
        let text = Self.success("matrix", #"[{"metric": {}, "values": [[1, "3"], [2, "6"], [3, "1"], [4, "2"]]}]"#)
        #expect(try answer(text, reduction).reading == .number(number))
        #expect(try answer(Self.success("matrix", "[]"), reduction).reading == .noData)
        #expect(try answer(Self.success("matrix", #"[{"metric": {}, "values": []}]"#), reduction).reading == .noData)
    }

    @Test("NaN in a range spoils its average and last number, and is passed over by the least and the greatest")
    func rangeWithNaN() throws {
        let text = Self.success("matrix", #"[{"metric": {}, "values": [[1, "3"], [2, "1"], [3, "NaN"]]}]"#)
        for reduction in [QueryRange.Reduction.last, .average] {
            guard case .number(let number) = try answer(text, reduction).reading else { throw CheckRefusal("wanted a number") }
            #expect(number.isNaN)
        }
        #expect(try answer(text, .min).reading == .number(1))
        #expect(try answer(text, .max).reading == .number(3))
    }

    @Test(
        "that is no number is an error that says what it is",
        arguments: [
            (success("vector", #"[{"metric": {}, "value": [1, "1"]}, {"metric": {}, "value": [1, "2"]}]"#), 200, "2 samples, wanted one"),
            (success("matrix", #"[{"metric": {}, "values": [[1, "1"]]}]"#), 200, "a range of samples"),
            (success("string", #"[1, "text"]"#), 200, "a text, wanted a number"),
            (success("vector", #"[{"metric": {}, "histogram": [1, {"count": "1"}]}]"#), 200, "a histogram"),
            (success("vector", #"[{"metric": {}, "value": [1, "0x10"]}]"#), 200, "a sample that is none"),
            (success("vector", #"[{"metric": {}, "value": [1, 2]}]"#), 200, "a sample that is none"),
            (
                #"{"status": "error", "errorType": "bad_data", "error": "1:5: parse error: unclosed left parenthesis"}"#, 400,
                "bad_data (status 400): 1:5: parse error"
            ),
            (#"{"status": "error", "errorType": "timeout", "error": "query timed out"}"#, 503, "timeout (status 503): query timed out"),
            (#"{"status": "error", "errorType": "execution", "error": "Authorization was s3cret"}"#, 422, "(it repeats a secret)"),
            ("<html>", 502, "answers with status 502"), ("", 401, "refuses the credentials"), ("nothing", 404, "no query API"),
            ("<html>sign in</html>", 200, "is it a Prometheus?"), (#"{"status": "success"}"#, 200, "is it a Prometheus?"),
            (#"{"status": "success", "status": "success", "data": {}}"#, 200, "is it a Prometheus?"),
        ])
    func errors(text: String, status: Int, message: String) {
        let error = #expect(throws: CheckRefusal.self) { _ = try answer(text, status: status) }
        #expect(error?.description.contains(message) == true, "\(error as Any)")
        #expect(error?.description.contains("s3cret") == false)
    }

    @Test("with warnings is a number, and the warnings are kept, short and on one line")
    func warnings() throws {
        let long = String(repeating: "x", count: 4000)
        let answer = try answer(Self.success("scalar", #"[1, "1"]"#, #", "warnings": ["a store\n is away", "\#(long)", 3]"#))
        #expect(answer.reading == .number(1))
        #expect(answer.warnings.count == 2 && answer.warnings[0] == "a store  is away" && answer.warnings[1].count < 200)
    }

    @Test("never becomes another number than it says, whatever is fed in")
    func fuzz() {
        var random = SeededRandom(seed: 7)
        let seeds = [
            Self.success("vector", #"[{"metric": {"a": "b"}, "value": [1700000000.123, "0.5"]}]"#), Self.success("scalar", #"[1, "NaN"]"#),
            Self.success("matrix", #"[{"metric": {}, "values": [[1, "3"], [2, "6"]]}]"#),
            #"{"status": "error", "errorType": "bad_data", "error": "x"}"#,
        ]
        var (read, refused) = (0, 0)
        for _ in 0..<6000 {
            let bytes = Array(seeds.randomElement(using: &random)!.utf8).mutated(with: Array("{}[]\",:0.eN-".utf8), using: &random)
            let reduction = Bool.random(using: &random) ? QueryRange.Reduction.max : nil
            do {
                _ = try PrometheusAnswer(status: 200, body: bytes, reduction: reduction)
                read += 1
            } catch {
                refused += 1
                #expect(error.description.utf8.count <= 1000 && !error.description.contains("\n"))
            }
        }
        #expect(read > 20 && refused > 1000, "\(read) read, \(refused) refused")
    }

    @Test("is asked for with the query as it is written, by an address that may have a path")
    func asking() throws {
        var provider = PrometheusProvider()
        provider.address = "http://prometheus.monitoring:9090/prefix/"
        provider.query = #"sum(rate(x{a="b&c=d"}[5m])) > 1 + 2"#
        let now = Timestamp(seconds: 1_700_000_000)
        let call = try PrometheusSource.call(provider, now: now)
        #expect(call.address.path == "/prefix/api/v1/query")
        #expect(
            String(decoding: call.body ?? [], as: UTF8.self)
                == "query=sum%28rate%28x%7Ba%3D%22b%26c%3Dd%22%7D%5B5m%5D%29%29%20%3E%201%20%2B%202&timeout=30s")
        provider.range = QueryRange(Period(seconds: 60), step: Period(seconds: 10), reduce: .last)
        let ranged = try PrometheusSource.call(provider, now: now)
        #expect(ranged.address.path == "/prefix/api/v1/query_range")
        #expect(
            String(decoding: ranged.body ?? [], as: UTF8.self).hasSuffix(
                "&start=2023-11-14T22%3A12%3A20.000000Z&end=2023-11-14T22%3A13%3A20.000000Z&step=10"))
    }
}
