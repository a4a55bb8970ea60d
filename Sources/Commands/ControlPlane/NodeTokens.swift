import Controllers
import Crypto
import KubeServer

/// The tokens of single nodes' agents: `<node>.<HMAC-SHA256 of purpose and node, in hex>`. Whoever has the secret makes as many as there are nodes, and none is kept
/// anywhere else; a control plane that starts anew knows them again.
struct NodeTokens: Sendable {
    /// What a token opens; it opens nothing else.
    enum Purpose: String, CaseIterable {
        /// The API server.
        case cluster
        /// The controller: where it is told of a host.
        case streams

        /// Nil: the API server itself.
        var audience: String? { self == .cluster ? nil : AgentTokens.audience }
    }

    let secret: String

    /// The token of a node's agent.
    func token(of node: String, for purpose: Purpose) -> String { "\(node).\(Hexadecimal.text(code(node, purpose)))" }

    /// Whose token it is; nil: none of ours, or for something else.
    func node(of token: String, for purpose: Purpose) -> String? {
        guard let dot = token.lastIndex(of: "."), let bytes = Hexadecimal.bytes(token[token.index(after: dot)...]) else { return nil }
        let node = String(token[..<dot])
        let message = Self.message(node, purpose)
        guard !node.isEmpty, HMAC<SHA256>.isValidAuthenticationCode(bytes, authenticating: message, using: key) else { return nil }
        return node
    }

    private var key: SymmetricKey { SymmetricKey(data: Array(secret.utf8)) }

    private func code(_ node: String, _ purpose: Purpose) -> HMAC<SHA256>.MAC {
        HMAC<SHA256>.authenticationCode(for: Self.message(node, purpose), using: key)
    }

    private static func message(_ node: String, _ purpose: Purpose) -> [UInt8] { Array("\(purpose.rawValue)\n\(node)".utf8) }
}

extension ControlPlaneTokens {
    /// As an API server knows the token of a pod on a node.
    static func agentUser(on node: String) -> User {
        var user = agentUser
        user.extra = [AgentTokens.nodeField: [node]]
        return user
    }
}

/// Bytes as lowercase hexadecimal digits.
enum Hexadecimal {
    static func text(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef")
        return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }

    /// Nil when it is something else.
    static func bytes(_ text: Substring) -> [UInt8]? {
        let digits = text.utf8.map { byte -> UInt8? in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
            default: nil
            }
        }
        guard digits.count.isMultiple(of: 2), !digits.contains(nil) else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0]! << 4 | digits[$0 + 1]! }
    }
}
