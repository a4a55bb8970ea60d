package import JSON

/// The credentials of a docker `config.json`, also of a Secret of type `kubernetes.io/dockerconfigjson`.
///
/// An entry is for a host, or for a path below it; the longest that fits counts. Credential helpers are programs, which are not run.
package struct DockerConfig: Sendable, JSONDecodable {
    private var entries: [String: Credential] = [:]
    private var helpers: [String: String] = [:]
    private var defaultHelper: String?

    /// No credentials at all.
    package init() {}

    /// - Parameter source: for errors, the file's path.
    /// - Throws: `OCIError.malformed`; its message has no credential in it.
    package init(parsing bytes: [UInt8], source: String) throws(OCIError) {
        let json: JSON
        // A syntax error tells only the place, never the text.
        do { json = try JSON.parse(bytes, limits: JSONLimits(size: 4 << 20, depth: 32)) } catch {
            throw OCIError(.malformed, "\(source): the docker config is no JSON (line \(error.line), column \(error.column))")
        }
        do { try self.init(from: json) } catch { throw OCIError(.malformed, "\(source): \(error)") }
    }

    package init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        let reader = try JSONReader(json, at: path)
        let auths: [String: JSON] = try reader.optional("auths", default: [:])
        for (key, value) in auths {
            entries[Self.normalized(key)] = try Self.credential(value, at: path.appending("auths").appending(key))
        }
        let helpers: [String: String] = try reader.optional("credHelpers", default: [:])
        for (key, value) in helpers { self.helpers[Self.normalized(key)] = value }
        defaultHelper = try reader.optional("credsStore")
    }

    /// - Throws: `OCIError.unsupported`, naming the helper, when the credential lies with one.
    package func credential(registry: String, repository: String) throws(OCIError) -> Credential {
        let host = Self.canonicalHost(registry.lowercased())
        var path = "\(host)/\(repository)"
        while true {
            if let helper = helpers[path] { throw Self.refused(helper, host) }
            if let credential = entries[path] {
                if credential == .anonymous, let defaultHelper { throw Self.refused(defaultHelper, host) }
                return credential
            }
            guard let slash = path.lastIndex(of: "/") else { return .anonymous }
            path = String(path[..<slash])
        }
    }

    private static func refused(_ helper: String, _ host: String) -> OCIError {
        OCIError(
            .unsupported,
            "the credentials for \(host) are kept by the helper \(shown(helper)), which is not run here; write them into auths of the docker config"
        )
    }

    /// `https://index.docker.io/v1/` → `docker.io`; `Registry.example/` → `registry.example`.
    private static func normalized(_ key: String) -> String {
        var text = key[...]
        for scheme in ["https://", "http://"] where text.hasPrefix(scheme) { text = text.dropFirst(scheme.count) }
        var parts = text.split(separator: "/").map(String.init)
        guard let host = parts.first else { return "" }
        parts[0] = canonicalHost(host.lowercased())
        if parts.count == 2, ["v1", "v2"].contains(parts[1]) { parts.removeLast() }
        return parts.joined(separator: "/")
    }

    private static func canonicalHost(_ host: String) -> String {
        ["index.docker.io", "registry-1.docker.io", "docker.io"].contains(host) ? "docker.io" : host
    }

    private static func credential(_ json: JSON, at path: JSONPath) throws(JSONDecodingError) -> Credential {
        let reader = try JSONReader(json, at: path)
        func text(_ key: String) throws(JSONDecodingError) -> String? {
            let value: String? = try reader.optional(key)
            return value?.isEmpty == false ? value : nil
        }
        if let token = try text("registrytoken") { return .registryToken(token) }
        if let token = try text("identitytoken") { return .identityToken(token) }
        if let auth = try text("auth") {
            let wanted = "base64 of user:password"
            guard let bytes = Base64.decode(auth), let pair = String(validating: bytes, as: UTF8.self), let colon = pair.firstIndex(of: ":")
            else { throw JSONDecodingError(path: path.appending("auth"), wanted: wanted, found: "something else") }
            let password = pair[pair.index(after: colon)...].prefix { $0 != "\0" }
            return .basic(user: String(pair[..<colon]), password: String(password))
        }
        if let user = try text("username"), let password = try text("password") { return .basic(user: user, password: password) }
        return .anonymous
    }
}
