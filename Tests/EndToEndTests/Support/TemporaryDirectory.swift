import FoundationEssentials
import Glibc

/// Runs `body` with a new directory below TMPDIR, and removes it with all that is in it. GRAFT_KEEP=1 leaves it, to look at logs.
func withTemporaryDirectory<Result>(_ body: (String) async throws -> Result) async throws -> Result {
    let root = environment("TMPDIR") ?? "/tmp"
    var template = Array("\(root)/graft-e2e.XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw SystemFailure("mkdtemp below \(root)") }
    let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer {
        if environment("GRAFT_KEEP") == nil { try? FileManager.default.removeItem(atPath: path) }
    }
    return try await body(path)
}

func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

/// A call of the system that failed, with what it said.
struct SystemFailure: Error, CustomStringConvertible {
    var description: String

    init(_ what: String, code: Int32 = errno) { description = "\(what): \(String(cString: strerror(code)))" }
}

/// Files, whole. Small ones of tests.
enum File {
    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    static func text(_ path: String) throws -> String {
        guard let data = FileManager.default.contents(atPath: path) else { throw SystemFailure("reading \(path)", code: ENOENT) }
        return String(decoding: data, as: UTF8.self)
    }

    static func write(_ text: String, to path: String) throws {
        try Data(text.utf8).write(to: URL(filePath: path))
    }

    static func remove(_ path: String) { unlink(path) }

    static func makeDirectory(_ path: String) throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    /// The last lines of a file, for those who must find out why.
    static func tail(_ path: String, lines count: Int = 25) -> String {
        guard let text = try? text(path) else { return "(no \(path))" }
        return text.split(separator: "\n", omittingEmptySubsequences: false).suffix(count).joined(separator: "\n")
    }
}
