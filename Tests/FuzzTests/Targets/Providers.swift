import Analysis
import GraftAPI
import HTTPTypes
import JSON

@testable import Controllers

extension FuzzTarget {
    /// What those say whom checks ask, chosen by the first byte: a Prometheus, a web page with a pointer before a line's end, a webhook with `Retry-After`
    /// before it, and the API server about an agent's token. Nothing that was sent as a secret is ever said again.
    static let provider = FuzzTarget(
        "provider", limit: 4096, seeds: { ProviderSeeds.answers.map { [$0.0] + Array($0.1.utf8) } },
        check: { bytes in
            guard let first = bytes.first else { return }
            let body = Array(bytes.dropFirst())
            switch first {
            case 0...4: try checkPrometheus(body, reduction: first == 0 ? nil : QueryRange.Reduction.allCases[Int(first) - 1])
            case 5: try checkSeries(body)
            case 6: try checkDocument(body)
            case 7: try checkWebhook(body)
            case 8: try checkReview(body)
            default: return
            }
        })

    private static let secret = "s3cret"

    private static func checkPrometheus(_ body: [UInt8], reduction: QueryRange.Reduction?) throws(BrokenPromise) {
        for status in [200, 422] {
            let read = Result { () throws(CheckRefusal) in
                let answer = try PrometheusAnswer(status: status, body: body, reduction: reduction, secrets: [secret])
                return Told(reading: answer.reading, warnings: answer.warnings)
            }
            try answer { () throws(CheckRefusal) in try read.get() }
            guard case .success(let read) = read else {
                if case .failure(let refusal) = read { try promise("no secret is said again", !refusal.description.contains(secret)) }
                continue
            }
            for warning in read.warnings where !warning.isEmpty { try checkQuotation(warning) }
            switch read.reading {
            case .number, .noData: break
            case .error, .comparison: throw BrokenPromise(description: "an answer is a number or nothing")
            }
            try promise("only a success is an answer", status == 200)
        }
    }

    private static func checkSeries(_ body: [UInt8]) throws(BrokenPromise) {
        try answer { () throws(CheckRefusal) in try PrometheusAnswer.series(status: 200, body: body, secrets: [secret]) }
    }

    private static func checkDocument(_ body: [UInt8]) throws(BrokenPromise) {
        let parts = body.split(separator: UInt8(ascii: "\n"), maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let pointer = try? JSONPointer(String(decoding: parts[0], as: UTF8.self)) else { return }
        try promise("a pointer has one spelling", (try? JSONPointer(pointer.description)) == pointer)
        guard
            let read = try answer({ () throws(CheckRefusal) in
                Told(reading: try WebSource.reading(status: 200, body: Array(parts[1]), at: pointer))
            })
        else { return }
        guard case .number(let number) = read.reading else { return }
        let found = (try? JSON.parse(Array(parts[1]), limits: JSONLimits(size: 1 << 20, depth: 64)))?[pointer]
        try promise("a number stands where it was found", found?.double == number || found?.string != nil)
    }

    private static func checkWebhook(_ body: [UInt8]) throws(BrokenPromise) {
        let parts = body.split(separator: UInt8(ascii: "\n"), maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return }
        var fields = HTTPFields()
        fields[.retryAfter] = String(decoding: parts[0], as: UTF8.self)
        for status in [200, 429, 500, 404] {
            let outcome = WebhookOutcome(
                CheckAnswer(status: status, fields: fields, body: Array(parts[1]), secrets: [secret]), now: 1_700_000_000)
            var (message, pause) = (String?.none, Duration?.none)
            switch outcome {
            case .go(let said), .noGo(let said): message = said
            case .wait(let said, let time): (message, pause) = (said, time)
            case .failed(let said, let time): (message, pause) = (said, time)
            case .refused(let said): message = said
            }
            if let message { try checkQuotation(message) }
            if let pause { try promise("nobody is waited for longer than five minutes", (.zero ... .seconds(300)).contains(pause)) }
            if case .go = outcome {
                let says = try? JSON.parse(Array(parts[1]))["verdict"]?.string
                try promise("a Go was said, with status 200", status == 200 && says == "Go")
            }
        }
    }

    /// Only a token that the API server vouches for outright speaks for a node.
    private static func checkReview(_ body: [UInt8]) throws(BrokenPromise) {
        guard let json = try? JSON.parse(body) else { return }
        switch AgentTokens.verdict(ofReview: json) {
        case .refused(let refusal):
            try checkWords(refusal.message)
            try promise("a refusal is one of two", [401, 403].contains(refusal.status))
        case .node(let node):
            let status = json["status"]
            let audiences = status?["audiences"]?.array ?? []
            try promise("it is authenticated", status?["authenticated"] == true)
            try promise("for this audience", audiences.contains(.string(AgentTokens.audience)))
            try promise("of the agents' account", status?["user"]?["username"]?.string == AgentTokens.userName)
            try promise("and names one node", !node.isEmpty && status?["user"]?["extra"]?[AgentTokens.nodeField]?[0]?.string == node)
        }
    }

    private static func checkQuotation(_ text: String) throws(BrokenPromise) {
        try checkWords(text)
        try promise("no secret is said again", !text.contains(secret))
    }

    /// Addresses that tenants have checks call, and the credentials that the controller has for it: read or refused; one spelling each.
    static let call = FuzzTarget(
        "call", limit: 2048, seeds: { ProviderSeeds.calls.map { Array($0.utf8) } },
        check: { bytes in
            let text = String(decoding: bytes, as: UTF8.self)
            if let address = try answer({ () throws(CheckRefusal) in try CheckAddress(parsing: text, field: "url") }) {
                let again = try? CheckAddress(parsing: address.origin + address.path, field: "url")
                try promise("\(address) has one spelling, not \(again.debugDescription)", again == address)
                try promise("it is called by http or https", ["http", "https"].contains(address.scheme))
                try promise(
                    "its host is a name or an address",
                    address.host.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"@#/?\\".utf8.contains($0) })
                try promise("its port is one", (1...65535).contains(address.port))
                if let pattern = try? HostPattern(address.authority) {
                    try promise("a host's own name means it", pattern.matches(address))
                }
            }
            if let pattern = try? HostPattern(text) { try promise("a pattern is kept as it was written", pattern.description == text) }
            if let block = try answer({ () throws(CheckRefusal) in try NetworkBlock(text) }) {
                _ = block.contains([127, 0, 0, 1]) || block.contains([UInt8](repeating: 0, count: 16))
            }
            switch Result(catching: { () throws(CheckRefusal) in try CheckCredential(parsing: bytes) }) {
            case .success(let credential): try checkSilence(of: credential)
            case .failure(let refusal): try checkWords(refusal.description)
            }
        })

    /// A secret of a few letters stands in many words, and one may be part of a host's name.
    private static func checkSilence(of credential: CheckCredential) throws(BrokenPromise) {
        let hosts = credential.hosts.map(\.description).joined(separator: " ")
        for secret in credential.secrets where secret.utf8.count >= 16 && !hosts.contains(secret) {
            try promise("a credential shows nothing of itself", !"\(credential)".contains(secret))
        }
    }
}

/// An answer, compared by its number, or that it is none.
private struct Told: Equatable {
    var reading: Reading
    var warnings: [String] = []

    static func == (left: Told, right: Told) -> Bool {
        guard left.warnings == right.warnings else { return false }
        if case .number(let first) = left.reading, case .number(let second) = right.reading {
            return first == second || first.isNaN && second.isNaN
        }
        return left.reading == right.reading
    }
}

private enum ProviderSeeds {
    static let answers: [(UInt8, String)] = [
        (
            0,
            #"{"status":"success","data":{"resultType":"vector","result":[{"metric":{"a":"b"},"value":[1700000000.5,"0.25"]}]},"warnings":["w"]}"#
        ),
        (0, #"{"status":"success","data":{"resultType":"scalar","result":[1700000000,"+Inf"]}}"#),
        (0, #"{"status":"error","errorType":"bad_data","error":"parse error s3cret"}"#),
        (0, #"{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"histogram":[1,{"count":"1"}]}]}}"#),
        (1, #"{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[1,"3"],[2,"NaN"],[3,"1e-05"]]}]}}"#),
        (2, #"{"status":"success","data":{"resultType":"matrix","result":[{"values":[[1,"1e308"],[2,"1e308"]]}]}}"#),
        (3, #"{"status":"success","data":{"resultType":"matrix","result":[]}}"#),
        (4, #"{"status":"success","data":{"resultType":"string"}}"#),
        (5, #"{"status":"success","data":{"resultType":"vector","result":[{"metric":{"__name__":"up","le":"0.1"},"value":[1,"1"]}]}}"#),
        (6, "/a/0/b~1c\n{\"a\":[{\"b/c\":\"-Inf\"}]}"), (6, "/a\n{\"a\":1e3,\"b\":null}"), (6, "\n\"0.5\""), (6, "/x\n[]"),
        (7, "120\n{\"verdict\":\"Wait\",\"message\":\"still s3cret\"}"), (7, "\n{\"verdict\":\"Go\"}"),
        (7, "Sun, 06 Nov 2094 08:49:37 GMT\n{\"verdict\":\"NoGo\",\"message\":\"red\\u2028line\"}"),
        (
            8,
            #"{"kind":"TokenReview","status":{"authenticated":true,"audiences":["\#(AgentTokens.audience)"],"user":{"username":"#
                + #""\#(AgentTokens.userName)","extra":{"\#(AgentTokens.nodeField)":["node-1"]}}}}"#
        ), (8, #"{"status":{"authenticated":false,"error":"expired","audiences":[]}}"#),
    ]

    static let calls = [
        "https://Prometheus.Example.:9090/prometheus?x=y", "http://[::1]/", "http://127.1:80", "https://10.0.0.1", "*.example.com:9090",
        "http://10.0.0.*", "127.0.0.0/8", "fd00::/8", "::1",
        #"{"basic":{"username":"u","password":"a-long-password-of-a-user"},"hosts":["*.example.com"],"namespaces":["team-*"]}"#,
        #"{"bearer":"a-long-token-of-somebody","ca":"-----BEGIN CERTIFICATE-----\n","hosts":["http://h:1"],"namespaces":["*"]}"#,
        #"{"hmac":"0123456789abcdef0123456789abcdef","hosts":["h"],"namespaces":["n"]}"#,
    ]
}
