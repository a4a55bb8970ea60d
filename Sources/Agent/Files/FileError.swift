import Glibc

/// What the operating system refused: which file, what was to be done with it, and why.
package struct FileError: Error, Sendable, Hashable, CustomStringConvertible {
    package var path: String
    /// As in «writing», «opening».
    package var operation: String
    /// `errno`.
    package var code: Int32

    package init(_ path: String, _ operation: String, code: Int32) {
        self.path = path
        self.operation = operation
        self.code = code
    }

    package var isAbsence: Bool { code == ENOENT || code == ENOTDIR }
    /// Something stands there that this agent did not put there.
    package var isForeign: Bool { code == ELOOP || code == EPERM || code == EISDIR || code == ENXIO }
    package var isDiskFull: Bool { code == ENOSPC || code == EDQUOT }

    package var description: String {
        let advice = isDiskFull ? "; free space on that file system, nothing was changed" : ""
        return "\(path): \(operation) failed: \(String(cString: strerror(code)))\(advice)"
    }
}
