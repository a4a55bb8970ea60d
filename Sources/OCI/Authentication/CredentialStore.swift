internal import Glibc
internal import Synchronization

/// Looks credentials up in docker configs, which may change while this program runs: each file is read again when it is another one than before.
///
/// What helpers answer is kept for a while, and until a registry refuses it; simultaneous questions are one.
package final class CredentialStore: Sendable {
    /// Which file it was that was read.
    private struct Version: Hashable {
        var device: UInt
        var file: UInt
        var size: Int
        var seconds: Int
        var nanoseconds: Int
    }

    private struct Question: Hashable {
        let helper: String
        let server: String
    }

    private struct State {
        var configs: [String: (version: Version, config: DockerConfig)] = [:]
        var answers: [Question: (credential: Credential, until: ContinuousClock.Instant)] = [:]
    }

    private let paths: [String]
    private let isRequired: Bool
    private let helperLimit: Duration
    private let helperPath: String?
    private let now: @Sendable () -> ContinuousClock.Instant
    private let state = Mutex(State())
    private let questions = SingleFlight<Question, Credential>()

    /// How long a helper's answer is used; the tokens it gives live longer.
    private static let answerLife = Duration.seconds(300)
    private static let maximumSize = 4 << 20

    /// - Parameters:
    ///   - paths: files, or directories with one of the names that docker and Kubernetes give it. The first with a credential counts.
    ///   - isRequired: whether a path that does not exist is an error.
    ///   - helperPath: where helpers are looked for, instead of `PATH`.
    package init(
        paths: [String], isRequired: Bool = true, helperLimit: Duration = .seconds(30), helperPath: String? = nil,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.paths = paths
        self.isRequired = isRequired
        self.helperLimit = helperLimit
        self.helperPath = helperPath
        self.now = now
    }

    /// - Throws: `OCIError`, which names the file or the helper, never a credential; `CancellationError`.
    package func credential(registry: String, repository: String) async throws -> Credential {
        for path in paths {
            guard let config = try config(at: path) else { continue }
            switch config.place(registry: registry, repository: repository) {
            case .here(let credential): return credential
            case .nowhere: continue
            case .helper(let helper, let server):
                let credential = try await ask(Question(helper: helper, server: server))
                if credential != .anonymous { return credential }
            }
        }
        return .anonymous
    }

    /// A registry has refused what was looked up: helpers are asked anew.
    package func forget() { state.withLock { $0.answers = [:] } }

    /// Reads all files once, so that what is wrong with them is known at start.
    package func check() throws(OCIError) {
        for path in paths { _ = try config(at: path) }
    }

    private func ask(_ question: Question) async throws -> Credential {
        let moment = now()
        if let answer = state.withLock({ $0.answers[question] }), answer.until > moment { return answer.credential }
        return try await questions.value(for: question) { [self] in
            let helper = CredentialProgram(question.helper, limit: helperLimit, searchPath: helperPath)
            let credential = try await helper.credential(for: question.server)
            state.withLock { $0.answers[question] = (credential, now() + Self.answerLife) }
            return credential
        }
    }

    // MARK: Files

    private func config(at path: String) throws(OCIError) -> DockerConfig? {
        let names = FileSystem.isDirectory(path) ? ["config.json", ".dockerconfigjson", ".dockercfg"].map { "\(path)/\($0)" } : [path]
        for name in names {
            guard let version = Self.version(of: name) else { continue }
            if let known = state.withLock({ $0.configs[name] }), known.version == version { return known.config }
            let config = try DockerConfig(parsing: try FileSystem.read(name, upTo: Self.maximumSize), source: name)
            state.withLock { $0.configs[name] = (version, config) }
            return config
        }
        guard isRequired, !FileSystem.isDirectory(path) else { return nil }
        throw OCIError(.storage, "\(path): there is no such docker config; correct the path")
    }

    private static func version(of path: String) -> Version? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Version(
            device: UInt(status.st_dev), file: UInt(status.st_ino), size: Int(status.st_size), seconds: Int(status.st_mtim.tv_sec),
            nanoseconds: Int(status.st_mtim.tv_nsec))
    }
}
