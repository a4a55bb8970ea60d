import Randomness
import Testing

@testable import Analysis

@Suite("What a host exposes")
struct ExpositionTests {
    static let text = """
        # HELP http_requests_total The total number of HTTP requests.
        # TYPE http_requests_total counter
        http_requests_total{method="post",code="200"} 1027 1395066363000
        http_requests_total{method="post",code="400",}    3 1395066363000
        # Escaping in label values:
        msdos_file_access_time_seconds{path="C:\\\\DIR\\\\FILE.TXT",error="Cannot find file:\\n\\"FILE.TXT\\""} 1.458255915e9
        metric_without_timestamp_and_labels 12.47
        something_weird{problem="division by zero"} +Inf -3982045
        # TYPE http_request_duration_seconds histogram
        http_request_duration_seconds_bucket{le="0.05"} 24054
        http_request_duration_seconds_bucket{le="+Inf"} 144320
        http_request_duration_seconds_sum 53423
        http_request_duration_seconds_count 144320
        go_goroutines NaN

        """

    private func read(_ text: String, _ wanted: Set<String>, endsMarked: Bool = false) throws -> Exposition {
        try Exposition(parsing: Array(text.utf8), wanted: wanted, endsMarked: endsMarked)
    }

    @Test func `what a host writes moves no cursor in a message`() {
        let page = Array("up{\"a\u{1B}[2J\u{202E}\(String(repeating: "x", count: 9000))\"1} 2\n".utf8)
        do throws(ExpositionError) {
            _ = try Exposition(parsing: page, wanted: ["up"])
            Issue.record("wanted it to be refused")
        } catch {
            #expect(error.description.unicodeScalars.allSatisfy { $0.isASCII && $0.value >= 0x20 || $0 == "…" })
            #expect(error.description.utf8.count < 600)
        }
    }

    @Test func `the example of the format is read, as far as it is wanted`() throws {
        let read = try read(Self.text, ["http_requests_total", "msdos_file_access_time_seconds", "http_request_duration_seconds_bucket"])
        #expect(read.types == ["http_requests_total": "counter"])
        #expect(read.samples.map(\.value) == [1027, 3, 1.458255915e9, 24054, 144320])
        #expect(read.samples[0].labels == ["method": "post", "code": "200"])
        #expect(read.samples[2].labels == ["path": "C:\\DIR\\FILE.TXT", "error": "Cannot find file:\n\"FILE.TXT\""])
        #expect(read.samples[4].labels == ["le": "+Inf"])
    }

    @Test(
        arguments: [
            ("a 1", 1.0), ("a 1\r\n", 1), ("  a\t 1 ", 1), ("a{} 2", 2), ("a {x=\"1\"} 3", 3), ("a{x=\"1\" , y = \"2\", }4", 4),
            ("a{\"x.y\"=\"1\"} 5", 5), ("a 6 # {trace=\"1\"} 0.5 1600000000.5", 6), ("a 7 1600000000.5 # {} 1", 7), ("a +Inf", .infinity),
            ("a -Inf", -.infinity), ("a 1.5E-3", 0.0015), ("a{x=\"a\\qb\"} 8", 8), ("b{\n<html>\na 9", nil),
            ("b{x=\"unfinished\nb 1 2 3\na 9", 9), ("{\"a.b\",x=\"1\"} 3\na 9", 9),
        ] as [(String, Double?)])
    func `lines that exporters write are taken`(text: String, value: Double?) throws {
        guard let value else {
            #expect(throws: ExpositionError.self) { try read(text, ["a"]) }
            return
        }
        #expect(try read(text, ["a"]).samples.map(\.value) == [value])
    }

    @Test(
        arguments: [
            ("a", "line 1: a: wanted a blank or labels behind the name"), ("a x", "line 1: wanted a value, a number"),
            ("\na 1_0", "line 2: wanted a value, a number"), ("a 0x10", "line 1: wanted a value, a number"),
            ("a{x} 1", "line 1: label x: wanted ="), ("a{x=1} 1", "line 1: wanted \" before a label's value"),
            ("a{x=\"1} 1", "line 1: a label's value does not end"), ("a{x=\"1\"y=\"2\"} 1", "line 1: wanted , or } behind label x"),
            ("a{x=\"1\",x=\"2\"} 1", "line 1: label x stands there twice"), ("a{1=\"1\"} 1", "line 1: wanted the name of a label"),
            ("a 1 2 3", "line 1: a: wanted nothing behind the time"), ("a 1 yesterday", "line 1: wanted a time, a number"),
            ("a 1\na 1", "line 2: a stands there twice with the same labels"), ("{}", "line 1: wanted the name of a metric"),
            ("<html>", "line 1: wanted the name of a metric"),
            ("# EOF\na 1", "line 2: it stands behind the end, # EOF"),
        ])
    func `what can't be a sample of a wanted name is refused, and named`(text: String, error: String) {
        var found: String?
        do { _ = try read(text, ["a"]) } catch { found = "\(error)" }
        #expect(found == error)
    }

    @Test func `OpenMetrics without its end is cut off, and refused`() throws {
        #expect(try read("a_total 1\n# EOF\n", ["a_total"], endsMarked: true).samples.count == 1)
        #expect(throws: ExpositionError("its end, # EOF, is missing")) { try read("a_total 1\n", ["a_total"], endsMarked: true) }
    }

    @Test func `what is too much is refused before it costs anything`() throws {
        let lines = (0..<50).map { "a{n=\"\($0)\"} 1\n" }.joined()
        func refused(_ limits: ExpositionLimits) -> Bool {
            (try? Exposition(parsing: Array(lines.utf8), wanted: ["a"], limits: limits)) == nil
        }
        #expect(!refused(ExpositionLimits(samples: 50)))
        #expect(refused(ExpositionLimits(samples: 49)))
        #expect(refused(ExpositionLimits(bytes: 100)))
        #expect(refused(ExpositionLimits(lineBytes: 10)))
        #expect(refused(ExpositionLimits(labels: 0)))
    }

    @Test func `whatever is fed in, it is read or refused; what is read can be written and read again`() throws {
        var random = SeededRandom(seed: 31)
        let telling = Array("{}\",=\\#\n\r 0eE+-_aN".utf8)
        var accepted = 0
        for _ in 0..<5_000 {
            let bytes = Array(Self.text.utf8).mutated(with: telling, using: &random)
            let wanted: Set = ["http_requests_total", "something_weird", "http_request_duration_seconds_bucket"]
            guard let read = try? Exposition(parsing: bytes, wanted: wanted) else { continue }
            accepted += 1
            for sample in read.samples { #expect(wanted.contains(sample.name)) }
            let written = read.samples.map { sample in
                let labels = sample.labels.map { "\"\(escaped($0.key))\"=\"\(escaped($0.value))\"" }.joined(separator: ",")
                return "\(sample.name){\(labels)} \(sample.value)\n"
            }.joined()
            let again = try Exposition(parsing: Array(written.utf8), wanted: wanted)
            #expect(again.samples.map(\.labels) == read.samples.map(\.labels))
            #expect(again.samples.map { $0.value.bitPattern } == read.samples.map { $0.value.bitPattern } || written.contains("nan"))
        }
        #expect(accepted > 500)
    }

    private func escaped(_ text: String) -> String {
        text.unicodeScalars.map { $0 == "\\" ? "\\\\" : $0 == "\"" ? "\\\"" : $0 == "\n" ? "\\n" : String($0) }.joined()
    }
}
