import JSON

/// A kubeconfig, perhaps merged from several files («Organizing Cluster Access Using kubeconfig Files», in Kubernetes' documentation).
/// Clusters, users and contexts are kept as they were written, and read when a context is chosen: a broken user that nobody
/// chose harms nobody.
///
/// What kubectl honours is honoured: `server` with or without a scheme, `certificate-authority` and `-data`, `tls-server-name`,
/// `insecure-skip-tls-verify`, `proxy-url` (http, https, socks5), `disable-compression`; `client-certificate` and `client-key` as files or
/// data, `token`, `tokenFile`, `username` and `password`, `as` with `as-uid`, `as-groups` and `as-user-extra`; `exec` with `args`, `env`,
/// `installHint`, `interactiveMode` and `provideClusterInfo`; `namespace`. Paths are seen from the file they stand in. Files of
/// certificates, keys and tokens are read again while a `Client` lives.
///
/// What kubectl refuses is refused, and so is what it would ignore or take for nothing: fields of other names in what was chosen, a context
/// whose user is not there, a second document. `auth-provider` is refused: it has given way to `exec`.
public struct KubeConfig: Sendable {
    /// One named entry, and the file it stands in.
    struct Entry: Sendable {
        var value: JSON
        var file: String
        var directory: String { LocalFile.directory(of: file) }
    }

    var clusters: [String: Entry] = [:]
    var users: [String: Entry] = [:]
    var contexts: [String: Entry] = [:]
    /// The context that is used unless another one is asked for.
    public internal(set) var currentContext: String?
    /// The files it was read from.
    public internal(set) var files: [String] = []

    /// Empty.
    public init() {}

    /// Sorted.
    public var contextNames: [String] { contexts.keys.sorted() }
    /// Whether there is neither cluster, user nor context.
    public var isEmpty: Bool { contexts.isEmpty && clusters.isEmpty && users.isEmpty }

    /// Reads and merges files, as KUBECONFIG lists them: the first to set a name or the current context wins. Files that do not
    /// exist are skipped unless they must.
    public static func load(_ paths: [String], mustExist: Bool = false) throws(ClientConfigurationError) -> KubeConfig {
        var merged = KubeConfig()
        for path in paths where !path.isEmpty {
            guard let bytes = mustExist ? try LocalFile.read(path) : try LocalFile.readIfPresent(path) else { continue }
            merged.merge(try parse(bytes, file: path))
        }
        return merged
    }

    mutating func merge(_ other: KubeConfig) {
        clusters.merge(other.clusters) { first, _ in first }
        users.merge(other.users) { first, _ in first }
        contexts.merge(other.contexts) { first, _ in first }
        currentContext = currentContext ?? other.currentContext
        files += other.files
    }
}
