/// Asks in another's name; the server checks that it is allowed («User impersonation»).
public struct Impersonation: Sendable, Hashable {
    /// The name to act in.
    public var user: String
    /// What tells this user from another of the name; nil: nothing.
    public var uid: String?
    /// Those of the user that matter; none but the server's own when empty.
    public var groups: [String]
    /// What else authorizers may know of the user, by key.
    public var extra: [String: [String]]

    /// Made of its members.
    public init(user: String, uid: String? = nil, groups: [String] = [], extra: [String: [String]] = [:]) {
        self.user = user
        self.uid = uid
        self.groups = groups
        self.extra = extra
    }
}

extension Impersonation {
    /// The headers of «User impersonation», in Kubernetes' authentication reference.
    var headers: [(String, String)] {
        var headers = [("Impersonate-User", user)]
        if let uid { headers.append(("Impersonate-Uid", uid)) }
        headers += groups.map { ("Impersonate-Group", $0) }
        for key in extra.keys.sorted() { headers += (extra[key] ?? []).map { ("Impersonate-Extra-\(Self.escaped(key))", $0) } }
        return headers
    }

    /// What may not stand in a header's name (RFC 9110, 5.6.2) as `%XX`, and `%` itself.
    private static func escaped(_ key: String) -> String {
        var text = ""
        for byte in key.utf8 {
            let scalar = Unicode.Scalar(byte)
            if ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || ("0"..."9").contains(scalar)
                || "!#$&'*+-.^_`|~".unicodeScalars.contains(scalar)
            {
                text.unicodeScalars.append(scalar)
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                text += digits.utf8.count < 2 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return text
    }
}
