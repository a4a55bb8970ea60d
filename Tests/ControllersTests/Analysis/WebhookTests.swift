import GraftAPI
import HTTPTypes
import JSON
import KubeCore
import Randomness
import Testing

@testable import Controllers

@Suite("A webhook")
struct WebhookTests {
    static let run = AnalysisRun(
        namespace: "payments", deployment: "http-filter", rollout: "http-filter-ab12-1", check: "step-2",
        canary: .init(name: "http-filter-ab12", digest: "sha256:aa", version: "1.1.0"),
        stable: .init(name: "http-filter-cd34", digest: "sha256:bb", version: "1.0.0"), startTime: Timestamp(seconds: 1_700_000_000),
        now: Timestamp(seconds: 1_700_000_005))

    private func answer(_ body: String, _ status: Int = 200, _ fields: HTTPFields = [:]) -> WebhookOutcome {
        WebhookOutcome(CheckAnswer(status: status, fields: fields, body: Array(body.utf8), secrets: ["s3cret"]), now: 1_700_000_000)
    }

    @Test("says which rollout is where, in JSON")
    func body() throws {
        var hosts = HostCounts()
        (hosts.eligible, hosts.updated, hosts.active) = (12, 3, 12)
        let request = WebhookRequest(
            id: "uid/rollout/step-2/time", time: Self.run.now, run: Self.run, step: 3, steps: 5, weight: Weight(percent: 25), hosts: hosts)
        #expect(
            String(decoding: request.body, as: UTF8.self)
                == #"{"id":"uid/rollout/step-2/time","time":"2023-11-14T22:13:25Z","namespace":"payments","deployment":"http-filter","#
                + #""rollout":"http-filter-ab12-1","steps":5,"weight":"25%","canary":{"revision":"http-filter-ab12","digest":"sha256:aa","version":"1.1.0"},"#
                + #""hosts":{"eligible":12,"updated":3,"active":12,"failed":0,"skipped":0},"step":3,"#
                + #""stable":{"revision":"http-filter-cd34","digest":"sha256:bb","version":"1.0.0"}}"#)
        #expect(request.timestamp == "1700000005")
    }

    @Test("is signed as `openssl dgst -sha256 -hmac` does it, over time and body")
    func signature() {
        // printf '1700000005.{"id":"x"}' | openssl dgst -sha256 -hmac 0123456789abcdef
        let key = Array("0123456789abcdef".utf8)
        #expect(
            WebhookRequest.signature(of: Array(#"{"id":"x"}"#.utf8), at: "1700000005", key: key)
                == "sha256=ed0bec783916b3462d1d584a8805c10314aa451677c89f0a1e69b56ff20dcec8")
        #expect(
            WebhookRequest.signature(of: Array(#"{"id":"x"}"#.utf8), at: "1700000006", key: key)
                != WebhookRequest.signature(of: Array(#"{"id":"x"}"#.utf8), at: "1700000005", key: key))
    }

    @Test("is answered by one of three words, and perhaps a message")
    func verdicts() {
        #expect(answer(#"{"verdict": "Go"}"#) == .go(nil))
        #expect(answer(#"{"verdict": "Go", "message": ""}"#) == .go(nil))
        #expect(answer(#"{"message": "change 4711 is refused", "verdict": "NoGo"}"#) == .noGo("change 4711 is refused"))
        #expect(answer(#"{"verdict": "Wait"}"#, 200, [.retryAfter: "30"]) == .wait(nil, .seconds(30)))
        #expect(answer(#"{"verdict": "Wait", "message": "a\nb"}"#) == .wait("a b", nil))
        #expect(answer(#"{"verdict": "NoGo", "message": "key s3cret"}"#) == .noGo("(it repeats a secret)"))
    }

    @Test(
        "is not answered by anything else",
        arguments: [
            "", "Go", #""Go""#, "{}", #"{"verdict": "go"}"#, #"{"verdict": "Go "}"#, #"{"verdict": true}"#,
            #"{"verdict": "Go", "message": 1}"#,
            #"{"verdict": "Go", "message": null}"#, #"{"verdict": "Go", "verdict": "NoGo"}"#, #"{"verdict": "Go", "Verdict": "NoGo"}"#,
            #"[{"verdict": "Go"}]"#,
            #"{"verdict": "Go"} x"#, #"{"verdict": "Maybe"}"#,
        ])
    func strict(text: String) {
        guard case .failed = answer(text) else {
            Issue.record("\(text) was taken for \(answer(text))")
            return
        }
    }

    @Test(
        "is asked again where another try may do better, and no earlier than the server wants",
        arguments: [408, 425, 429, 500, 502, 503, 504])
    func retries(status: Int) {
        #expect(answer(#"{"verdict": "Go"}"#, status, [.retryAfter: "7"]) == .failed("it answers with status \(status)", .seconds(7)))
        #expect(answer("", status, [.retryAfter: "99999"]) == .failed("it answers with status \(status)", .seconds(300)))
    }

    @Test("is not asked again where no other try will", arguments: [201, 204, 400, 401, 403, 404, 405, 410, 422])
    func refusals(status: Int) {
        guard case .refused = answer(#"{"verdict": "Go"}"#, status) else {
            Issue.record("\(answer("", status))")
            return
        }
    }

    @Test("says Go only where the answer does, whatever is fed in")
    func fuzz() {
        var random = SeededRandom(seed: 8)
        let seeds = [#"{"verdict": "NoGo", "message": "no"}"#, #"{"verdict": "Wait", "message": "wait"}"#]
        var outcomes: Set<String> = []
        for _ in 0..<6000 {
            let bytes = Array(seeds.randomElement(using: &random)!.utf8).mutated(with: Array("{}\",:GoN\\".utf8), using: &random)
            let outcome = answer(String(decoding: bytes, as: UTF8.self))
            switch outcome {
            case .go: #expect((try? JSON.parse(bytes))?["verdict"]?.string == "Go")
            case .noGo: outcomes.insert("noGo")
            case .wait: outcomes.insert("wait")
            case .failed(let message, _):
                outcomes.insert("failed")
                #expect(message.utf8.count < 800 && !message.contains("\n"))
            case .refused: Issue.record("a status of 200 is no refusal")
            }
        }
        #expect(outcomes == ["noGo", "wait", "failed"])
    }
}

@Suite("A webhook's check")
struct WebhookCheckTests {
    private let work = WebhookWork(url: "https://gate.example/", credentials: nil, timeout: .seconds(10), retries: 2)

    private func check() -> CheckStatus {
        var check = CheckStatus()
        check.id = "step-2"
        check.kind = .webhook
        check.subject = "gate.example"
        return check
    }

    @Test("ends with the verdict, and tells of it in the words of who gave it")
    func verdicts() {
        var (check, failures) = (check(), 0)
        let pause = check.take(.wait("soon", nil), of: work, failures: &failures, chance: 0.5)
        #expect(pause == CheckLedger.pollInterval)
        #expect(check.phase == .running && check.message == "it says Wait: soon")
        var good = check
        let end = good.take(.go(nil), of: work, failures: &failures, chance: 0.5)
        #expect(end == nil && good.phase == .successful && good.message == nil && good.attempts == 2)
        let other = check.take(.noGo("no"), of: work, failures: &failures, chance: 0.5)
        #expect(other == nil && check.phase == .failed && check.message == "no")
    }

    @Test("is tried so often in succession, later each time, and then it is an error; an answer begins anew")
    func tries() {
        var (check, failures) = (check(), 0)
        func take(_ outcome: WebhookOutcome) -> Duration? { check.take(outcome, of: work, failures: &failures, chance: 0.5) }
        #expect([take(.failed("away", nil)), take(.failed("away", .seconds(30)))] == [.seconds(1), .seconds(30)])
        _ = take(.wait(nil, nil))
        #expect(failures == 0 && check.attempts == 3)
        #expect([take(.failed("away", nil)), take(.failed("away", nil))] == [.seconds(1), .seconds(2)])
        #expect(check.phase == .running)
        #expect(take(.failed("away", nil)) == nil)
        #expect(check.phase == .error && check.message == "away" && check.attempts == 6, "what was asked is never asked less often")
    }

    @Test("asks at most once a second, whatever the server says")
    func pace() {
        var (check, failures) = (check(), 0)
        let pause = check.take(.wait(nil, .zero), of: work, failures: &failures, chance: 0.5)
        #expect(pause == .seconds(1))
    }
}
