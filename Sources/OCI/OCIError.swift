/// Why something with references, artifacts, layouts or registries did not work. The message names the reference or file, what was found, what
/// was wanted and what to do; never a credential.
package struct OCIError: Error, Sendable, CustomStringConvertible {
    package struct Code: Sendable, Hashable, CustomStringConvertible {
        package let description: String
        private init(_ description: String) { self.description = description }

        /// The text is no reference, tag or digest.
        package static let invalidReference = Code("invalidReference")
        /// The registry does not know the repository.
        package static let nameUnknown = Code("nameUnknown")
        /// The repository has no such tag or manifest.
        package static let manifestUnknown = Code("manifestUnknown")
        package static let blobUnknown = Code("blobUnknown")
        /// The registry wants credentials, or others.
        package static let unauthorized = Code("unauthorized")
        /// The credentials are known, but not allowed to do this.
        package static let denied = Code("denied")
        /// No connection, or it broke; may go away by itself.
        package static let unreachable = Code("unreachable")
        /// The connection is not to be trusted.
        package static let tls = Code("tls")
        package static let rateLimited = Code("rateLimited")
        /// The registry failed on its side.
        package static let serverFailed = Code("serverFailed")
        /// What came does not have the digest asked for.
        package static let digestMismatch = Code("digestMismatch")
        package static let sizeMismatch = Code("sizeMismatch")
        package static let tooLarge = Code("tooLarge")
        /// A document or answer is not what the specification says.
        package static let malformed = Code("malformed")
        /// The artifact is well-formed, but not of the kind wanted.
        package static let wrongType = Code("wrongType")
        package static let noPlatform = Code("noPlatform")
        /// The registry, or this client, does not do this.
        package static let unsupported = Code("unsupported")
        /// A directory or file can't be read or written.
        package static let storage = Code("storage")
    }

    package var code: Code
    package var message: String
    /// How long the registry asked to wait.
    package var retryAfter: Duration?
    /// The mirror that failed is left out for a while: begun anew, the same is read elsewhere.
    package var isReadElsewhereNext = false

    /// Characters of a message, at most: it may become a condition of an object, and what it quotes others wrote.
    private static let longestMessage = 2048

    package init(_ code: Code, _ message: String, retryAfter: Duration? = nil) {
        self.code = code
        self.message = String(shown(message, limit: Self.longestMessage).dropFirst().dropLast())
        self.retryAfter = retryAfter
    }

    package var description: String { message }

    /// May succeed when tried again later, with nothing changed.
    package var isTransient: Bool { [.unreachable, .rateLimited, .serverFailed].contains(code) }
}
