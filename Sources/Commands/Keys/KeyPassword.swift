import Glibc
import ProgramOptions

/// Where a key's password comes from: a file, or `COSIGN_PASSWORD`, as for cosign.
struct KeyPassword {
    /// Nil: the variable.
    var file: String?

    static let variable = "COSIGN_PASSWORD"
    /// Bytes of a file that are taken; a longer one is another file.
    private static let limit = 4096

    /// The password without the line's end behind it; nil when none was given. An empty variable is a password.
    func read() throws -> [UInt8]? {
        guard let file else { return getenv(Self.variable).map { Array(String(cString: $0).utf8) } }
        var bytes = try LocalFile(file).bytes()
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        guard bytes.count <= Self.limit, !bytes.contains(UInt8(ascii: "\n")) else {
            throw CommandError("\(file): found more than one line, wanted a file with the password alone")
        }
        return bytes
    }
}
