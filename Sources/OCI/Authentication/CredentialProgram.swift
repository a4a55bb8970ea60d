internal import Glibc
internal import JSON

/// Asks a program `docker-credential-NAME` for a credential, as docker does: `get`, the registry's address on its standard input, a JSON object with
/// `Username` and `Secret` on its standard output.
///
/// Nothing that the program prints is ever shown: it may be a secret.
package struct CredentialProgram: Sendable {
    package let name: String
    /// How long it may take.
    package var limit = Duration.seconds(30)
    /// Where it is looked for; nil: as `PATH` says.
    package var searchPath: String?

    package init(_ name: String, limit: Duration = .seconds(30), searchPath: String? = nil) {
        self.name = name
        self.limit = limit
        self.searchPath = searchPath
    }

    private var program: String { "docker-credential-\(name)" }

    /// What helpers print when they have nothing for the address, whatever their exit code.
    private static let absence = ["credentials not found in native keychain", "no credentials server URL", "no credentials username"]

    /// - Parameter server: the registry's host, or docker's name for its own registry.
    /// - Returns: `.anonymous` when the helper has none.
    /// - Throws: `OCIError.unauthorized`, `.unsupported` when the program is missing; `CancellationError`, and then the program is dead.
    package func credential(for server: String) async throws -> Credential {
        let path = try locate(server)
        var child = try HelperProcess(path, ["get"], input: "\(server)\n")
        let ending = try await child.end(within: limit)
        func failed(_ what: String) -> OCIError {
            OCIError(
                .unauthorized,
                "the credential helper \(program) \(what) for \(server); run `echo \(server) | \(program) get` where this program runs to see why"
            )
        }
        switch ending {
        case .timedOut: throw failed("did not answer within \(limit)")
        case .signalled(let number): throw failed("was ended by signal \(number)")
        case .exited(let code):
            let text = String(decoding: child.output.prefix(4096), as: UTF8.self)
            if Self.absence.contains(where: text.hasPrefix) { return .anonymous }
            guard code == 0 else { throw failed("failed with exit code \(code)") }
        }
        guard child.output.count <= HelperProcess.outputLimit, let answer = try? JSON.parse(child.output),
            let user = answer["Username"]?.string, let secret = answer["Secret"]?.string
        else { throw failed("gave an answer that is no credential") }
        if secret.isEmpty { return .anonymous }
        return user == "<token>" ? .identityToken(secret) : .basic(user: user, password: secret)
    }

    private func locate(_ server: String) throws(OCIError) -> String {
        let path = searchPath ?? getenv("PATH").map { String(cString: $0) } ?? "/usr/local/bin:/usr/bin:/bin"
        // An empty part would be the directory we happen to be in.
        for directory in path.split(separator: ":") where directory.hasPrefix("/") {
            let candidate = "\(directory)/\(program)"
            if access(candidate, X_OK) == 0, FileSystem.size(of: candidate) != nil { return candidate }
        }
        throw OCIError(
            .unsupported,
            "the docker config keeps the credentials for \(server) with the helper \(program), which is not in \(path); "
                + "install it there, or write the credentials into auths of the docker config")
    }
}
