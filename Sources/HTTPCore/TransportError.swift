/// Why an exchange did not come to its end. The message names host and port, never a header's or a token's content.
public struct TransportError: Error, Sendable, CustomStringConvertible {
    /// Why, for programs; equality is by kind.
    public struct Code: Sendable, Hashable {
        private enum Kind: Hashable {
            case unresolved, unreachable, refused, tls, timeout, closed, tooLarge, malformed, unsupported, forbidden
        }
        private let kind: Kind
        /// The name does not resolve.
        public static let unresolved = Code(kind: .unresolved)
        /// No connection, for another reason than a refusal.
        public static let unreachable = Code(kind: .unreachable)
        /// Nothing listens there.
        public static let refused = Code(kind: .refused)
        /// The handshake failed; the message says what was expected and found.
        public static let tls = Code(kind: .tls)
        /// One of `TransferLimits` passed; the message says which.
        public static let timeout = Code(kind: .timeout)
        /// The peer closed the connection before the response was whole.
        public static let closed = Code(kind: .closed)
        /// The response is larger than whoever asked would take.
        public static let tooLarge = Code(kind: .tooLarge)
        /// The peer does not speak HTTP.
        public static let malformed = Code(kind: .malformed)
        /// The request asks for what this transport can't do.
        public static let unsupported = Code(kind: .unsupported)
        /// The name stands for addresses that the transport may not connect to.
        public static let forbidden = Code(kind: .forbidden)
    }

    /// Why, for programs.
    public var code: Code
    /// Why, for people: host and port, what was expected and what was found.
    public var message: String

    /// Made of its members.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }
}
