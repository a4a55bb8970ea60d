/// Why no client can be made: names the file and the field, what was found and what was wanted. Holds no secret.
public struct ClientConfigurationError: Error, Hashable, CustomStringConvertible {
    /// Names the file and the field, what was found and wanted, and what to do. Holds no secret.
    public var message: String

    /// Made of its message.
    public init(_ message: String) { self.message = message }

    public var description: String { message }
}
