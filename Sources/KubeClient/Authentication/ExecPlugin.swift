public import JSON
import KubeCore

/// A credential plugin of a kubeconfig (`client.authentication.k8s.io/v1`, `user.exec`): a command that prints an
/// `ExecCredential`. It runs without a terminal. Client certificates that it returns are refused: they would have to be known
/// before the connection is made.
public struct ExecPlugin: Sendable, Hashable {
    /// Of the `ExecCredential` that is asked for and answered.
    public var apiVersion: String
    /// With a slash: a path. Without: looked up in PATH.
    public var command: String
    /// Of the command.
    public var arguments: [String]
    /// Added to our own environment.
    public var environment: [String: String]
    /// What to tell whoever does not have the command.
    public var installHint: String?
    /// The cluster, as told to plugins that ask for it; nil when it does not.
    public var cluster: JSON?

    /// Made of its members.
    public init(
        apiVersion: String = "client.authentication.k8s.io/v1", command: String, arguments: [String] = [],
        environment: [String: String] = [:], installHint: String? = nil, cluster: JSON? = nil
    ) {
        self.apiVersion = apiVersion
        self.command = command
        self.arguments = arguments
        self.environment = environment
        self.installHint = installHint
        self.cluster = cluster
    }

    static let supportedVersions = ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"]

    init(_ user: KubeConfigFields, cluster: JSON) throws(ClientConfigurationError) {
        let fields = KubeConfigFields(
            KubeConfig.Entry(value: user.value["exec"] ?? [:], file: user.directory + "/"), "")
        func refuse(_ message: String) -> ClientConfigurationError { ClientConfigurationError("\(user.place): exec.\(message)") }
        guard let command = try fields.string("command") else { throw refuse("command: wanted a command, found none") }
        let version = try fields.string("apiVersion") ?? ""
        guard Self.supportedVersions.contains(version) else {
            throw refuse("apiVersion: \"\(version)\" is not supported; wanted \(Self.supportedVersions[0])")
        }
        if try fields.string("interactiveMode") == "Always" {
            throw refuse("interactiveMode: Always is not supported; the command gets no terminal")
        }
        self.init(
            apiVersion: version, command: command.contains("/") ? LocalFile.resolve(command, in: user.directory) : command,
            arguments: try fields.strings("args"), installHint: try fields.string("installHint"))
        for (index, variable) in (fields.value["env"]?.array ?? []).enumerated() {
            guard let name = variable["name"]?.string, let value = variable["value"]?.string else {
                throw refuse("env[\(index)]: wanted a name and a value")
            }
            environment[name] = value
        }
        if try fields.bool("provideClusterInfo") { self.cluster = Self.clusterInfo(cluster) }
    }

    /// `spec.cluster` of an ExecCredential: the kubeconfig's cluster, less what the plugin has no use for.
    private static func clusterInfo(_ cluster: JSON) -> JSON {
        var info = JSONObject()
        for key in ["server", "tls-server-name", "insecure-skip-tls-verify", "certificate-authority-data", "proxy-url"] {
            info[key] = cluster[key]
        }
        for entry in cluster["extensions"]?.array ?? [] where entry["name"]?.string == "client.authentication.k8s.io/exec" {
            info["config"] = entry["extension"]
        }
        return .object(info)
    }
}
