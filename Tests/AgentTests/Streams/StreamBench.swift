import Analysis
import HTTPCore
import HTTPTypes
import JSON
import Synchronization

@testable import Agent

/// A host that counts requests, of which so many fail as the test says, and exposes that.
final class CountingHost: Sendable {
    struct Counts: Sendable {
        var all = 0
        var failed = 0
        var looks = 0
        var isDown = false
    }

    let counts = Mutex(Counts())

    func serve(_ all: Int, failing failed: Int = 0) {
        counts.withLock {
            $0.all += all
            $0.failed += failed
        }
    }

    /// The process ends, and another begins.
    func restart() { counts.withLock { ($0.all, $0.failed) = (0, 0) } }

    var looks: Int { counts.withLock { $0.looks } }

    func text() -> String? {
        counts.withLock { counts in
            counts.looks += 1
            guard !counts.isDown else { return nil }
            return """
                # TYPE requests_total counter
                requests_total{code="200"} \(counts.all - counts.failed)
                \(counts.failed > 0 ? "requests_total{code=\"500\"} \(counts.failed)" : "")

                """
        }
    }
}

/// Stands for the controller: takes batches, and says what is wanted.
final class FakeController: Sendable {
    struct State: Sendable {
        var wanted: [String: [SeriesDemand]] = [:]
        var batches: [StreamBatch] = []
        var feed: HostFeed?
        var status = 200
        var records: [StreamRecord] = []
        var authorizations: Set<String> = []
    }

    let state = Mutex(State())

    func want(_ demands: [SeriesDemand]) { state.withLock { $0.wanted = demands.isEmpty ? [:] : ["net/filter": demands] } }
    func answer(_ status: Int) { state.withLock { $0.status = status } }
    var batches: [StreamBatch] { state.withLock { $0.batches } }
    var records: [StreamRecord] { state.withLock { $0.records } }

    /// What each revision's requests add up to.
    func sum(of demand: SeriesDemand) -> [String: Double] {
        var sums: [String: Double] = [:]
        for record in records {
            if case .counter(let increase)? = record.growth[demand] { sums[record.revision, default: 0] += increase }
        }
        return sums
    }

    func take(_ body: [UInt8], authorization: String?) throws -> (Int, [UInt8]) {
        let batch = try StreamBatch(parsing: body)
        return state.withLock { state in
            state.batches.append(batch)
            if let authorization { state.authorizations.insert(authorization) }
            guard state.status == 200 else { return (state.status, []) }
            if state.feed == nil { state.feed = HostFeed(session: batch.session) }
            state.records += state.feed!.take(batch).records
            return (200, StreamAnswer(acknowledged: state.feed!.acknowledged, wanted: state.wanted, again: .milliseconds(100)).json.bytes())
        }
    }
}

/// Leads to both, in this process.
struct StreamTransport: Transport {
    let host: CountingHost
    let controller: FakeController

    func withResponse<Result>(
        to request: HTTPRequest, body: RequestBody?, limits: TransferLimits,
        _ handle: (HTTPResponse, inout ResponseBody) async throws -> Result
    ) async throws -> Result {
        try Task.checkCancellation()
        var (status, bytes) = (404, [UInt8]())
        if request.path == "/metrics" {
            guard let text = host.text() else { throw TransportError(.refused, "nothing listens there") }
            (status, bytes) = (200, Array(text.utf8))
        } else if case .bytes(let sent)? = body, request.path == StreamUplink.path {
            (status, bytes) = try controller.take(sent, authorization: request.headerFields[.authorization])
        }
        var rest: [UInt8]? = bytes.isEmpty ? nil : bytes
        var answer = ResponseBody { rest.take() }
        return try await handle(HTTPResponse(status: .init(code: status)), &answer)
    }
}
