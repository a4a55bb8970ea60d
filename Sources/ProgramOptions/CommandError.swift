/// What a command tells its user before it ends with status 1: what was found, what was wanted, what to do.
package struct CommandError: Error, CustomStringConvertible {
    package var description: String

    package init(_ message: String) { description = message }
}
