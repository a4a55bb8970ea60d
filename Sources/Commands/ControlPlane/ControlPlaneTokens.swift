import Crypto
import FoundationEssentials
import GraftAPI
import JSON
import KubeServer
import ProgramOptions

/// The bearer tokens of an embedded control plane, made once and kept in its directory.
struct ControlPlaneTokens {
    var admin: String
    var agent: String

    static let agentUser = serviceAccount("graft-agent", in: GraftAPI.agentNamespace)
    static let controllerUser = serviceAccount("graft-controller", in: GraftAPI.systemNamespace)

    /// As an API server names a service account's user.
    private static func serviceAccount(_ name: String, in namespace: String) -> User {
        User(
            name: "system:serviceaccount:\(namespace):\(name)",
            groups: ["system:serviceaccounts", "system:serviceaccounts:\(namespace)"])
    }

    static func load(from file: LocalFile) throws -> ControlPlaneTokens {
        if let text = try file.textIfPresent(), let json = try? JSON.parse(text), let admin = json["admin"]?.string,
            let agent = json["agent"]?.string
        {
            return ControlPlaneTokens(admin: admin, agent: agent)
        }
        let made = ControlPlaneTokens(admin: random(), agent: random())
        let json: JSON = ["admin": .string(made.admin), "agent": .string(made.agent)]
        try file.write(json.text(.pretty) + "\n", mode: 0o600)
        return made
    }

    var table: TokenTable { TokenTable([admin: .admin, agent: Self.agentUser]) }

    /// 256 random bits, in hex.
    private static func random() -> String {
        let digits = Array("0123456789abcdef")
        return SymmetricKey(size: .bits256).withUnsafeBytes { bytes in
            String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
        }
    }
}
