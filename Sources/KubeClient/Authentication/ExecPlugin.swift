public import JSON

/// A credential plugin of a kubeconfig (`client.authentication.k8s.io/v1`, `user.exec`): a command that prints an
/// `ExecCredential`, with a token, a client certificate or both.
public struct ExecPlugin: Sendable, Hashable {
    /// Whether the command gets our standard input.
    public enum InteractiveMode: String, Sendable, CaseIterable {
        /// Not even when it is a terminal.
        case never = "Never"
        /// When it is a terminal.
        case ifAvailable = "IfAvailable"
        /// The command can't do without: where there is no terminal it is not run.
        case always = "Always"
    }

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
    /// Whether it may talk to whoever sits before the terminal.
    public var interactiveMode: InteractiveMode
    /// The cluster, as told to plugins that ask for it; nil when it does not.
    public var cluster: JSON?

    /// Made of its members.
    public init(
        apiVersion: String = "client.authentication.k8s.io/v1", command: String, arguments: [String] = [],
        environment: [String: String] = [:], installHint: String? = nil, interactiveMode: InteractiveMode = .never, cluster: JSON? = nil
    ) {
        self.apiVersion = apiVersion
        self.command = command
        self.arguments = arguments
        self.environment = environment
        self.installHint = installHint
        self.interactiveMode = interactiveMode
        self.cluster = cluster
    }
}
