import Crypto
import GraftAPI
import JSON
import KubeClient
import KubeCore
import KubeRuntime
import Synchronization

/// Says which node a token speaks for: the API server reviews it, for an audience of our own, so that a token for the API server is worth nothing here, and
/// one for here nothing there.
///
/// What it said is believed for a minute at most, or ten seconds when it refused. No token is kept, only its hash; and only so many are reviewed at a time: others wait
/// for their turn. Those of a fleet that came at once are not all forgotten at once.
package final class AgentTokens: Sendable {
    package static let audience = "graft-controller"
    static let userName = "system:serviceaccount:\(GraftAPI.agentNamespace):graft-agent"
    /// Of what a token says beyond its user: where its pod runs.
    package static let nodeField = "authentication.kubernetes.io/node-name"

    enum Verdict: Sendable, Hashable {
        /// It is that of the agent on a node.
        case node(String)
        case refused(IngestRefusal)
    }

    private struct Known: Sendable {
        var verdict: Verdict
        var until: Duration
    }

    private struct State: Sendable {
        var known: [SHA256Digest: Known] = [:]
        var reviews = 0
        /// Requests that wait for their turn.
        var waiting = 0
    }

    private static let mostKnown = 20_000
    static let mostReviews = 16
    /// Requests that wait for a turn: those whose tokens are known find room beside them.
    static let mostWaiting = 64
    /// How long a request waits for its turn to be reviewed, in looks for one; then it is told to come again.
    private static let mostLooks = 60
    private static let longestToken = 16 << 10

    private let client: Client
    private let surroundings: Surroundings
    private let state = Mutex(State())

    init(client: Client, surroundings: Surroundings) {
        self.client = client
        self.surroundings = surroundings
    }

    /// - Parameter authorization: the header of a request.
    func verdict(on authorization: String?) async throws -> Verdict {
        guard let authorization, authorization.prefix(7).lowercased() == "bearer " else {
            return .refused(IngestRefusal(401, .token, "wanted a bearer token with the audience \(Self.audience)"))
        }
        let token = authorization.dropFirst(7)
        guard !token.isEmpty, token.utf8.count <= Self.longestToken, token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            return .refused(IngestRefusal(401, .token, "that is no token"))
        }
        let hash = SHA256.hash(data: Array(token.utf8))
        var isWaiting = false
        defer { if isWaiting { state.withLock { $0.waiting -= 1 } } }
        for _ in 0..<Self.mostLooks {
            let now = surroundings.now()
            let turn = state.withLock { state -> Turn in
                if let known = state.known[hash], known.until > now { return .known(known.verdict) }
                guard state.reviews < Self.mostReviews else {
                    if isWaiting { return .wait }
                    guard state.waiting < Self.mostWaiting else { return .goAway }
                    state.waiting += 1
                    isWaiting = true
                    return .wait
                }
                state.reviews += 1
                return .review
            }
            switch turn {
            case .known(let verdict): return verdict
            case .review: return try await reviewed(token, hash)
            case .goAway: return .refused(Self.busy)
            case .wait: try await surroundings.sleep(.milliseconds(20 + Int(30 * surroundings.random())))
            }
        }
        return .refused(Self.busy)
    }

    private static var busy: IngestRefusal { IngestRefusal(429, .busy, "too many tokens are being reviewed") }

    private enum Turn {
        case known(Verdict)
        case review
        case wait
        case goAway
    }

    private func reviewed(_ token: Substring, _ hash: SHA256Digest) async throws -> Verdict {
        defer { state.withLock { $0.reviews -= 1 } }
        do {
            let verdict = try await review(String(token))
            remember(verdict, of: hash)
            return verdict
        } catch let error as KubeError {
            return .refused(IngestRefusal(503, .review, "the API server can't review the token: \(error.message)"))
        }
    }

    private func remember(_ verdict: Verdict, of hash: SHA256Digest) {
        let now = surroundings.now()
        let lifetime: Duration = if case .node = verdict { .seconds(60) * (0.6 + 0.4 * surroundings.random()) } else { .seconds(10) }
        state.withLock { state in
            if state.known.count >= Self.mostKnown { state.known = state.known.filter { $0.value.until > now } }
            if state.known.count < Self.mostKnown { state.known[hash] = Known(verdict: verdict, until: now + lifetime) }
        }
    }

    private func review(_ token: String) async throws -> Verdict {
        let body: JSON = [
            "apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview",
            "spec": ["token": .string(token), "audiences": [.string(Self.audience)]],
        ]
        let answer = try await client.send(
            APIRequest(method: .post, path: "/apis/authentication.k8s.io/v1/tokenreviews", contentType: "application/json", body: body))
        return Self.verdict(ofReview: answer)
    }

    /// What a review comes to. Only what it says outright counts: an authenticated token, of this audience, of agents' account, bound to a node.
    static func verdict(ofReview answer: JSON) -> Verdict {
        let status = answer["status"]
        let audiences = status?["audiences"]?.array?.compactMap(\.string) ?? []
        guard status?["authenticated"]?.bool == true, audiences.contains(Self.audience) else {
            return .refused(IngestRefusal(401, .token, "the API server does not know the token for the audience \(Self.audience)"))
        }
        guard status?["user"]?["username"]?.string == Self.userName else {
            return .refused(IngestRefusal(403, .account, "only \(Self.userName) may tell of hosts"))
        }
        guard let node = status?["user"]?["extra"]?[Self.nodeField]?.array?.first?.string, !node.isEmpty else {
            return .refused(
                IngestRefusal(403, .node, "the agent's token names no node; run the agent in a pod, on Kubernetes 1.31 or newer"))
        }
        return .node(node)
    }
}
