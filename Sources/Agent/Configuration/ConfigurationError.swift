/// What is wrong with an agent's configuration: which field, what was found, what is wanted.
package struct ConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
    package var description: String
    package init(_ description: String) { self.description = description }
}
