import Glibc
import Harness

/// Prometheus' own reader and linter of the text format, of Debian's package `prometheus`; by `PROMTOOL`, or on the `PATH`.
enum Promtool {
    static let path: String? = {
        let named = getenv("PROMTOOL").map { [String(cString: $0)] } ?? []
        let folders = getenv("PATH").map { String(cString: $0) }?.split(separator: ":") ?? []
        return (named + folders.map { "\($0)/promtool" }).first { access($0, X_OK) == 0 }
    }()

    /// `promtool check metrics`: status 1 for what it can't read, 3 for what it finds bad.
    static func check(_ text: [UInt8]) async throws -> Program.Outcome {
        try await withTemporaryDirectory { directory in
            let file = directory + "/metrics"
            let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
            defer { close(descriptor) }
            var rest = text[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
                guard count > 0 else { break }
                rest = rest.dropFirst(count)
            }
            return try await Program(path ?? "promtool", ["check", "metrics"], input: file, in: directory).wait()
        }
    }
}
