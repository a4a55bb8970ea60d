/// Why no client can be made: names the file and the field, what was found and what was wanted. Holds no secret.
public struct ClientConfigurationError: Error, Hashable, CustomStringConvertible {
    public var message: String

    public init(_ message: String) { self.message = message }

    public var description: String { message }
}
