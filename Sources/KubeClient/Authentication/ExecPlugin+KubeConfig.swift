import JSON
import KubeCore

extension ExecPlugin {
    static let supportedVersions = ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"]

    /// - Parameters:
    ///   - user: the entry that `exec` stands in.
    ///   - cluster: the context's cluster, as read.
    ///   - clusterFields: the same, as written.
    init(_ user: KubeConfigFields, cluster: ClientConfiguration, clusterFields: KubeConfigFields) throws(ClientConfigurationError) {
        let fields = try user.nested("exec")
        try fields.refuseUnknown([
            "apiVersion", "command", "args", "env", "installHint", "provideClusterInfo", "interactiveMode",
        ])
        guard let command = try fields.string("command") else { throw fields.refusal("command", "wanted a command, found none") }
        let version = try fields.string("apiVersion") ?? ""
        guard Self.supportedVersions.contains(version) else {
            throw fields.refusal("apiVersion", "\"\(version)\" is not supported; wanted \(Self.supportedVersions[0])")
        }
        self.init(
            apiVersion: version, command: command.contains("/") ? LocalFile.resolve(command, in: user.directory) : command,
            arguments: try fields.strings("args"), installHint: try fields.string("installHint").map(Self.harmless),
            interactiveMode: try Self.interactiveMode(fields, version))
        for (index, variable) in try fields.array("env").enumerated() {
            guard let name = variable["name"]?.string, !name.isEmpty, variable["value"].map({ $0.string != nil }) ?? true else {
                throw fields.refusal("env[\(index)]", "wanted a name and a value")
            }
            environment[name] = variable["value"]?.string ?? ""
        }
        if try fields.bool("provideClusterInfo") { self.cluster = try Self.clusterInfo(cluster, clusterFields) }
    }

    /// Version 1 wants to be told; the versions before took `IfAvailable` for granted.
    private static func interactiveMode(
        _ fields: KubeConfigFields, _ version: String
    ) throws(ClientConfigurationError) -> InteractiveMode {
        let wanted = InteractiveMode.allCases.map(\.rawValue).joined(separator: ", ")
        guard let text = try fields.string("interactiveMode") else {
            guard version != supportedVersions[0] else { throw fields.refusal("interactiveMode", "wanted one of \(wanted), found none") }
            return .ifAvailable
        }
        guard let mode = InteractiveMode(rawValue: text) else {
            throw fields.refusal("interactiveMode", "wanted one of \(wanted), found \"\(text)\"")
        }
        return mode
    }

    /// `spec.cluster` of an ExecCredential: how the cluster is reached, and what the kubeconfig keeps there for plugins.
    private static func clusterInfo(
        _ cluster: ClientConfiguration, _ fields: KubeConfigFields
    ) throws(ClientConfigurationError) -> JSON {
        var info: JSONObject = ["server": .string(cluster.server)]
        info.set("tls-server-name", cluster.tlsServerName)
        if cluster.insecureSkipTLSVerify { info["insecure-skip-tls-verify"] = true }
        info.set("certificate-authority-data", cluster.certificateAuthority.map { Base64.encode(Array($0.utf8)) })
        info.set("proxy-url", cluster.proxy)
        if cluster.disableCompression { info["disable-compression"] = true }
        for entry in try fields.array("extensions") where entry["name"]?.string == "client.authentication.k8s.io/exec" {
            info["config"] = entry["extension"]
        }
        return .object(info)
    }

    /// Without what would make a terminal do something else than show text.
    private static func harmless(_ hint: String) -> String {
        var text = String.UnicodeScalarView()
        for scalar in hint.unicodeScalars {
            if scalar.properties.generalCategory == .control, scalar != "\n", scalar != "\t" {
                let digits = String(scalar.value, radix: 16, uppercase: true)
                text.append(contentsOf: ("U+" + String(repeating: "0", count: 4 - digits.count) + digits).unicodeScalars)
            } else {
                text.append(scalar)
            }
        }
        return String(text)
    }
}
