package import JSON

/// What a docker `config.json` says of credentials, also a Secret of type `kubernetes.io/dockerconfigjson`, or of the older type
/// `kubernetes.io/dockercfg`, which has the entries alone.
///
/// An entry is for a host, with or without a scheme, or for a path below it; the longest that fits counts. As the kubelet has it, `*` in a part of
/// the host stands for any text in that part; an entry that names the host itself goes before.
package struct DockerConfig: Sendable, JSONDecodable {
    /// Where a credential lies.
    package enum Place: Sendable, Hashable {
        case here(Credential)
        /// With the program `docker-credential-NAME`, under this address.
        case helper(String, server: String)
        case nowhere
    }

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
        let isModern = ["auths", "credHelpers", "credsStore"].contains { reader.object[$0] != nil }
        // The older type has no member that says what it is; each of its members is an entry.
        let isOlder = !isModern && !reader.object.isEmpty && reader.object.allSatisfy { Self.isEntry($0.1) }
        let auths: [String: JSON] = isOlder ? try [String: JSON](from: json, at: path) : try reader.optional("auths", default: [:])
        for (key, value) in auths {
            entries[Self.normalized(key)] = try Self.credential(value, at: path.appending("auths").appending(key))
        }
        guard isModern else { return }
        let helpers: [String: String] = try reader.optional("credHelpers", default: [:])
        for (key, value) in helpers {
            self.helpers[Self.normalized(key)] = try Self.helper(value, at: path.appending("credHelpers").appending(key))
        }
        if let name: String = try reader.optional("credsStore"), !name.isEmpty {
            defaultHelper = try Self.helper(name, at: path.appending("credsStore"))
        }
    }

    /// Where the credential for a repository lies. A helper named for the host goes before entries; the helper for all hosts after them,
    /// since tools that use it leave entries empty.
    package func place(registry: String, repository: String) -> Place {
        let host = Self.canonicalHost(registry.lowercased())
        let server = host == "docker.io" ? "https://index.docker.io/v1/" : host
        if let helper = Self.longest(helpers, host, repository) { return .helper(helper, server: server) }
        if let entry = Self.longest(entries, host, repository), entry != .anonymous { return .here(entry) }
        return defaultHelper.map { .helper($0, server: server) } ?? .nowhere
    }

    // MARK: Keys

    private static func longest<Value>(_ values: [String: Value], _ host: String, _ repository: String) -> Value? {
        var path = "\(host)/\(repository)"
        while true {
            if let value = values[path] { return value }
            guard let slash = path.lastIndex(of: "/") else { break }
            path = String(path[..<slash])
        }
        let fitting = values.filter { $0.key.contains("*") && fits($0.key, host, repository) }
        return fitting.max { ($0.key.utf8.count, $1.key) < ($1.key.utf8.count, $0.key) }?.value
    }

    /// `*.example.com/team`: as many parts between dots, each of them fitting, the same port, the same path or one above.
    private static func fits(_ key: String, _ host: String, _ repository: String) -> Bool {
        let parts = key.split(separator: "/").map(String.init)
        guard let pattern = parts.first else { return false }
        let (wanted, found) = (pattern.split(separator: ":", maxSplits: 1), host.split(separator: ":", maxSplits: 1))
        guard wanted.count == found.count, wanted.dropFirst() == found.dropFirst() else { return false }
        let (labels, given) = (wanted[0].split(separator: "."), found[0].split(separator: "."))
        guard labels.count == given.count, zip(labels, given).allSatisfy({ matches(Array($0.utf8), Array($1.utf8)) }) else {
            return false
        }
        return repository.split(separator: "/").map(String.init).starts(with: parts.dropFirst())
    }

    /// In no more steps than the product of the lengths, however many stars there are.
    private static func matches(_ pattern: [UInt8], _ text: [UInt8]) -> Bool {
        var (place, index) = (0, 0)
        // The last star, and how far the text was when it took nothing: it takes one more each time what is behind it doesn't fit.
        var star: (place: Int, index: Int)?
        while index < text.count {
            if place < pattern.count, pattern[place] == UInt8(ascii: "*") {
                star = (place, index)
                place += 1
            } else if place < pattern.count, pattern[place] == text[index] {
                place += 1
                index += 1
            } else if let last = star {
                star = (last.place, last.index + 1)
                (place, index) = (last.place + 1, last.index + 1)
            } else {
                return false
            }
        }
        return pattern[place...].allSatisfy { $0 == UInt8(ascii: "*") }
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

    // MARK: Values

    private static func isEntry(_ json: JSON) -> Bool {
        ["auth", "username", "password", "identitytoken", "registrytoken"].contains { json[$0] != nil }
    }

    /// Part of a program's name, so no path.
    private static func helper(_ name: String, at path: JSONPath) throws(JSONDecodingError) -> String {
        guard !name.isEmpty, name.utf8.count <= 64, name.utf8.first != UInt8(ascii: "."),
            name.utf8.allSatisfy({
                (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || "-_.".utf8.contains($0)
            })
        else {
            throw JSONDecodingError(path: path, wanted: "the last part of the name of a program docker-credential-…", found: shown(name))
        }
        return name
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
