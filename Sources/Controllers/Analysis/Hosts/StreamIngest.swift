import Analysis
import GraftAPI
import JSON
import KubeCore
import Synchronization

/// Where agents' batches come in: a server hands requests over, and the replica that leads takes them.
package final class StreamIngest: Sendable {
    /// What is answered.
    package struct Answer: Sendable, Hashable {
        package var status: Int
        /// JSON.
        package var body: [UInt8]
        /// Whether the connection is to be closed: the next one may lead to another replica.
        package var closes: Bool { status == 503 }
    }

    /// While a replica leads.
    struct Term: Sendable {
        var tokens: AgentTokens
        var board: StreamBoard
        var host: @Sendable (_ name: String) -> ModuleHost?
    }

    private struct State: Sendable {
        var term: Term?
        var underWay = 0
        var connections = 0
        var closed: String?
    }

    /// Where batches are posted to.
    package static let path = "/v1/changes"
    /// Bytes of one.
    package static let largest = StreamBatch.largest
    /// Requests at a time; further ones are told to come again.
    static let mostUnderWay = 256

    private let metrics: StreamMetrics
    private let state = Mutex(State())

    package init() { metrics = StreamMetrics() }

    init(metrics: StreamMetrics) { self.metrics = metrics }

    /// This replica leads from now on.
    func begin(_ term: Term) { state.withLock { $0.term = term } }
    func end() { state.withLock { $0.term = nil } }

    /// Nothing comes in for the time being: analyses of hosts say why.
    package func close(because problem: String) { state.withLock { $0.closed = problem } }
    /// It does from now on.
    package func open() { state.withLock { $0.closed = nil } }
    /// Why nothing comes in; nil when something can.
    var problem: String? { state.withLock { $0.closed } }

    /// An agent's connection began, or ended.
    package func connection(isOpen: Bool) {
        // Within the lock: the last one told is the last one shown.
        state.withLock { state in
            state.connections += isOpen ? 1 : -1
            metrics.connections(state.connections)
        }
    }

    /// A batch that is longer than `largest`.
    package func tooLarge() -> Answer { refuse(IngestRefusal(413, .tooLarge, "wanted at most \(Self.largest) bytes")) }

    /// - Parameters:
    ///   - authorization: the header of that name.
    ///   - body: whole; no longer than `largest`.
    /// - Throws: `CancellationError` alone.
    package func answer(authorization: String?, body: [UInt8]) async throws -> Answer {
        let term = state.withLock { state -> Term? in
            state.underWay += 1
            return state.term
        }
        defer { state.withLock { $0.underWay -= 1 } }
        guard let term else { return refuse(IngestRefusal(503, .notLeading, "this replica does not lead; try again, another does")) }
        guard state.withLock({ $0.underWay }) <= Self.mostUnderWay else {
            return refuse(IngestRefusal(429, .busy, "too many requests at once"))
        }
        switch try await term.tokens.verdict(on: authorization) {
        case .refused(let refusal): return refuse(refusal)
        case .node(let node):
            do {
                let answer = try take(body, from: node, term)
                metrics.batch("taken")
                return Answer(status: 200, body: answer.json.bytes())
            } catch { return refuse(error) }
        }
    }

    private func take(_ body: [UInt8], from node: String, _ term: Term) throws(IngestRefusal) -> StreamAnswer {
        guard body.count <= Self.largest else { throw IngestRefusal(413, .tooLarge, "wanted at most \(Self.largest) bytes") }
        let batch: StreamBatch
        do { batch = try StreamBatch(parsing: body) } catch { throw IngestRefusal(400, .malformed, "\(error)") }
        // Said before it is looked up: who may not ask is not told which hosts there are.
        guard batch.host.hasSuffix(".\(node)") else { throw Self.notYours(node) }
        guard let host = term.host(batch.host) else { throw IngestRefusal(404, .host, "there is no ModuleHost of that name yet") }
        guard host.spec.nodeName == node, host.metadata.name == ModuleHost.name(hostClass: host.spec.hostClass, node: node) else {
            throw Self.notYours(node)
        }
        return term.board.take(batch, of: host)
    }

    private func refuse(_ refusal: IngestRefusal) -> Answer {
        metrics.batch(refusal.reason.rawValue)
        return Answer(status: refusal.status, body: (["message": .string(refusal.message)] as JSON).bytes())
    }

    private static func notYours(_ node: String) -> IngestRefusal {
        IngestRefusal(403, .node, "the agent on node \(node) may not tell of another node's host")
    }
}
