import Glibc

/// A descriptor that is closed when nobody holds it any more.
package final class Descriptor: Sendable {
    package let number: Int32

    package init(_ number: Int32) { self.number = number }

    deinit { close(number) }
}

/// What the operating system refused.
package struct SystemFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// As in «connecting to /run/graft/filter.sock».
    package var what: String
    /// `errno`.
    package var code: Int32

    package init(_ what: String, code: Int32 = errno) {
        self.what = what
        self.code = code
    }

    package var description: String { "\(what): \(String(cString: strerror(code)))" }
}
