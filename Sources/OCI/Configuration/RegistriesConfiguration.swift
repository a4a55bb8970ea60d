package import JSON

/// How registries are reached, as operators write it down: mirrors, certificate authorities, registries without TLS.
///
/// ```
/// registries:
/// - host: registry.example            # as references have it; "*" for all that are not named, mirrors only
///   mirrors:                          # asked in order before the registry itself
///   - location: mirror.example:5000/cache
///     tags: true                      # also for what tags stand for; without it, only for what is asked for by digest
///     insecure: false
///     ca: /etc/graft/mirror.pem
///   insecure: false
///   ca: /etc/graft/registry.pem
///   tokenServers: [auth.example]      # the only ones it may name
/// ```
package struct RegistriesConfiguration: Sendable, Hashable, JSONDecodable {
    package struct Entry: Sendable, Hashable, JSONDecodable {
        package var host: String
        package var mirrors: [Location] = []
        package var isInsecure = false
        package var authorities: String?
        package var tokenServers: [String]?
    }

    /// A mirror as it is written down.
    package struct Location: Sendable, Hashable, JSONDecodable {
        package var mirror: RegistryMirror
        package var isInsecure = false
        package var authorities: String?
    }

    package var entries: [Entry] = []

    package init() {}

    package init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        let reader = try JSONReader(json, at: path)
        try reader.refuseOthers(than: ["registries"])
        entries = try reader.optional("registries", default: [])
        var hosts: Set<String> = []
        for (index, entry) in entries.enumerated() where !hosts.insert(entry.host).inserted {
            throw JSONDecodingError(
                path: path.appending("registries").appending(index).appending("host"), wanted: "each host once",
                found: "\(shown(entry.host)) a second time")
        }
        try checkReach(path)
    }

    /// Each host is reached in one way, however many lines name it.
    private func checkReach(_ path: JSONPath) throws(JSONDecodingError) {
        var known: [String: (isInsecure: Bool, authorities: String?)] = [:]
        for (host, isInsecure, authorities) in reached {
            if let other = known[host], other != (isInsecure, authorities) {
                throw JSONDecodingError(
                    path: path.appending("registries"), wanted: "one ca and one insecure for \(host) wherever it is named",
                    found: "two that differ")
            }
            known[host] = (isInsecure, authorities)
        }
    }

    private var reached: [(host: String, isInsecure: Bool, authorities: String?)] {
        entries.flatMap { entry in
            (entry.host == "*" ? [] : [(entry.host, entry.isInsecure, entry.authorities)])
                + entry.mirrors.map { ($0.mirror.registry, $0.isInsecure, $0.authorities) }
        }
    }

    /// Hosts that may be spoken to without TLS.
    package var insecureHosts: Set<String> { Set(reached.filter(\.isInsecure).map(\.host)) }

    /// Files with the certificates of the authorities to trust, by host.
    package var authorities: [String: String] {
        var files: [String: String] = [:]
        for (host, _, file) in reached { files[host] = file ?? files[host] }
        return files
    }

    package var mirrors: [String: [RegistryMirror]] {
        Dictionary(uniqueKeysWithValues: entries.filter { !$0.mirrors.isEmpty }.map { ($0.host, $0.mirrors.map(\.mirror)) })
    }

    package var tokenServers: [String: Set<String>] {
        Dictionary(uniqueKeysWithValues: entries.compactMap { entry in entry.tokenServers.map { (entry.host, Set($0)) } })
    }
}

extension RegistriesConfiguration.Entry {
    package init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        let reader = try JSONReader(json, at: path)
        try reader.refuseOthers(than: ["host", "mirrors", "insecure", "ca", "tokenServers"])
        host = try reader.required("host")
        if host != "*" { host = try reader.host(host, "host") }
        mirrors = try reader.optional("mirrors", default: [])
        (isInsecure, authorities) = try reader.reach()
        let servers: [String]? = try reader.optional("tokenServers")
        var checked: [String] = []
        for server in servers ?? [] { checked.append(try reader.host(server, "tokenServers")) }
        tokenServers = servers == nil ? nil : checked
        guard host != "*" || !isInsecure && authorities == nil && tokenServers == nil else {
            throw JSONDecodingError(path: path, wanted: "nothing but mirrors for the host \"*\"", found: "more")
        }
    }
}

extension RegistriesConfiguration.Location {
    package init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        let reader = try JSONReader(json, at: path)
        try reader.refuseOthers(than: ["location", "tags", "insecure", "ca"])
        let location: String = try reader.required("location")
        let slash = location.firstIndex(of: "/")
        let host = try reader.host(String(location[..<(slash ?? location.endIndex)]), "location")
        let prefix = slash.map { String(location[location.index(after: $0)...]) } ?? ""
        if slash != nil {
            do { _ = try Reference(registry: "registry.local", repository: prefix) } catch {
                throw JSONDecodingError(path: path.appending("location"), wanted: "host[:port][/path]", found: shown(location))
            }
        }
        mirror = RegistryMirror(registry: host, prefix: prefix, resolvesTags: try reader.optional("tags", default: false))
        (isInsecure, authorities) = try reader.reach()
    }
}

extension JSONReader {
    /// A setting that nobody reads would be a setting that somebody relies on.
    fileprivate func refuseOthers(than known: [String]) throws(JSONDecodingError) {
        for (key, _) in object where !known.contains(key) {
            throw JSONDecodingError(path: path.appending(key), wanted: "only \(known.joined(separator: ", "))", found: "another member")
        }
    }

    fileprivate func host(_ text: String, _ key: String) throws(JSONDecodingError) -> String {
        do { return try Reference(registry: text.lowercased(), repository: "a").registry } catch {
            throw JSONDecodingError(path: path.appending(key), wanted: "a host, with its port if need be", found: shown(text))
        }
    }

    fileprivate func reach() throws(JSONDecodingError) -> (isInsecure: Bool, authorities: String?) {
        let isInsecure = try optional("insecure", default: false)
        let authorities: String? = try optional("ca")
        guard !isInsecure || authorities == nil else {
            throw JSONDecodingError(path: path.appending("ca"), wanted: "either insecure or ca", found: "both")
        }
        return (isInsecure, authorities)
    }
}
