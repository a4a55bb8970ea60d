/// How requests say who asks. Client certificates are the transport's. Prints no secret.
public enum Authentication: Sendable, Hashable {
    /// As nobody, or by a client certificate alone.
    case none
    /// A token that does not change.
    case bearer(String)
    /// A file that holds a token; it is read again each minute, and after a 401.
    case tokenFile(String)
    /// A command that prints a token.
    case exec(ExecPlugin)
}

extension Authentication: CustomStringConvertible, CustomReflectable {
    public var description: String {
        switch self {
        case .none: "none"
        case .bearer: "a bearer token"
        case .tokenFile(let path): "the token in \(path)"
        case .exec(let plugin): "the command \(plugin.command)"
        }
    }
    public var customMirror: Mirror { Mirror(self, children: ["kind": description]) }
}
