/// A repository's name for comparison: without tag and digest, and with Docker Hub's several spellings made one.
enum RepositoryName {
    /// `registry.example:5000/a/b:1.0@sha256:…` → `registry.example:5000/a/b`; `nginx` → `docker.io/library/nginx`.
    static func normalized(_ reference: String) -> String {
        var name = reference[...]
        if let at = name.firstIndex(of: "@") { name = name[..<at] }
        let lastSlash = name.lastIndex(of: "/")
        if let colon = name.lastIndex(of: ":"), lastSlash.map({ colon > $0 }) ?? true { name = name[..<colon] }

        var host = "docker.io"
        var path = name
        if let slash = name.firstIndex(of: "/") {
            let first = name[..<slash]
            // The rule of the reference grammar: a first component is a host if it could not be part of a path.
            if first == "localhost" || first.contains(".") || first.contains(":") {
                host = String(first)
                path = name[name.index(after: slash)...]
            }
        }
        host = canonical(host: host)
        if host == "docker.io", !path.contains("/") { return "\(host)/library/\(path)" }
        return "\(host)/\(path)"
    }

    /// A name, or a pattern of names, with one spelling for what is one place: the host in lower case, without the port that https has anyway.
    static func canonical(_ name: String) -> String {
        guard let slash = name.firstIndex(of: "/") else { return name }
        return canonical(host: String(name[..<slash])) + name[slash...]
    }

    private static func canonical(host: String) -> String {
        var host = host.lowercased()
        if !host.hasSuffix("]"), let colon = host.lastIndex(of: ":"), let port = Int(host[host.index(after: colon)...]) {
            host = port == 443 ? String(host[..<colon]) : "\(host[..<colon]):\(port)"
        }
        return host == "index.docker.io" || host == "registry-1.docker.io" ? "docker.io" : host
    }
}
