/// How requests say who asks. Client certificates of files are the transport's. Prints no secret.
public enum Authentication: Sendable, Hashable {
    /// As nobody, or by a client certificate alone.
    case none
    /// HTTP's basic authentication (RFC 7617). API servers know it no longer, proxies before them do.
    case basic(user: String, password: String)
    /// A token that does not change.
    case bearer(String)
    /// A file that holds a token; it is read again each minute, and after a 401. While it can't be read the last token that was read
    /// serves, before the first the fallback.
    case tokenFile(String, fallback: String? = nil)
    /// A command that prints a token, a client certificate, or both.
    case exec(ExecPlugin)
}

extension Authentication: CustomStringConvertible, CustomReflectable {
    public var description: String {
        switch self {
        case .none: "none"
        case .basic(let user, _): "the password of \(user)"
        case .bearer: "a bearer token"
        case .tokenFile(let path, _): "the token in \(path)"
        case .exec(let plugin): "the command \(plugin.command)"
        }
    }
    public var customMirror: Mirror { Mirror(self, children: ["kind": description]) }
}
