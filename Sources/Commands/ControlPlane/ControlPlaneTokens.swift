import Crypto
import FoundationEssentials
import GraftAPI
import JSON
import KubeServer
import ProgramOptions

/// The bearer tokens of an embedded control plane, made once and kept in its directory.
struct ControlPlaneTokens {
    var admin: String
    /// Of any agent: names no node.
    var agent: String
    /// From which those of single nodes are made.
    var nodes: NodeTokens

    static let agentUser = serviceAccount("graft-agent", in: GraftAPI.agentNamespace)
    static let controllerUser = serviceAccount("graft-controller", in: GraftAPI.systemNamespace)

    /// As an API server names a service account's user.
    private static func serviceAccount(_ name: String, in namespace: String) -> User {
        User(
            name: "system:serviceaccount:\(namespace):\(name)",
            groups: ["system:serviceaccounts", "system:serviceaccounts:\(namespace)"])
    }

    /// Reads them from a file, and makes those that are missing.
    static func load(from file: LocalFile) throws -> ControlPlaneTokens {
        let known = try read(file)
        let tokens = ControlPlaneTokens(
            admin: known.admin ?? random(), agent: known.agent ?? random(), nodes: NodeTokens(secret: known.nodes ?? random()))
        let json: JSON = ["admin": .string(tokens.admin), "agent": .string(tokens.agent), "nodes": .string(tokens.nodes.secret)]
        if known.admin == nil || known.agent == nil || known.nodes == nil { try file.write(json.text(.pretty) + "\n", mode: 0o600) }
        return tokens
    }

    /// The tokens of nodes, where a control plane has made some.
    static func nodes(from file: LocalFile) throws -> NodeTokens? { try read(file).nodes.map { NodeTokens(secret: $0) } }

    private static func read(_ file: LocalFile) throws -> (admin: String?, agent: String?, nodes: String?) {
        guard let text = try file.textIfPresent(), let json = try? JSON.parse(text) else { return (nil, nil, nil) }
        return (json["admin"]?.string, json["agent"]?.string, json["nodes"]?.string)
    }

    var table: TokenTable {
        var table = TokenTable([admin: .admin, agent: Self.agentUser])
        let nodes = nodes
        for purpose in NodeTokens.Purpose.allCases {
            table.recognise(for: purpose.audience) { token in nodes.node(of: token, for: purpose).map(Self.agentUser(on:)) }
        }
        return table
    }

    /// 256 random bits, in hex.
    private static func random() -> String { SymmetricKey(size: .bits256).withUnsafeBytes { Hexadecimal.text($0) } }
}
