import Glibc
import Synchronization

/// Where lines go. One line is one write, so that those of several threads never mix.
public struct LogSink: Sendable {
    /// Takes a line with its line feed. Called from any thread.
    public var write: @Sendable ([UInt8]) -> Void

    /// Made of its function.
    public init(_ write: @escaping @Sendable ([UInt8]) -> Void) { self.write = write }

    /// Standard error. What can't be written is lost: a log that nobody reads ends no program.
    public static let standardError: LogSink = {
        let turn = Mutex(())
        return LogSink { line in
            turn.withLock { _ in
                var rest = line[...]
                while !rest.isEmpty {
                    let count = rest.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
                    if count < 0, errno == EINTR { continue }
                    guard count > 0 else { return }
                    rest = rest.dropFirst(count)
                }
            }
        }
    }()
}
