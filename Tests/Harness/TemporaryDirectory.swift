import FoundationEssentials
import Glibc

/// Why a file could not be handled: the call, the path and the system's reason.
package struct FileError: Error, CustomStringConvertible {
    package var description: String

    init(_ call: String, _ path: String) { description = "\(call) \(path): \(String(cString: strerror(errno)))" }
}

/// A directory of its own that is gone, with all that is in it, when the body returns.
package func withTemporaryDirectory<Result>(_ body: (String) async throws -> Result) async throws -> Result {
    var template = Array("/tmp/graft-test-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw FileError("mkdtemp", "/tmp") }
    let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try await body(path)
}

/// Writes a small file whole.
package func write(_ text: String, to path: String) throws {
    guard let file = fopen(path, "w") else { throw FileError("open", path) }
    defer { fclose(file) }
    let bytes = Array(text.utf8)
    guard fwrite(bytes, 1, bytes.count, file) == bytes.count else { throw FileError("write", path) }
}

/// Reads a file whole.
package func read(_ path: String) throws -> [UInt8] {
    guard let file = fopen(path, "r") else { throw FileError("open", path) }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 64 << 10)
    while true {
        let count = fread(&part, 1, part.count, file)
        if count == 0 { return bytes }
        bytes += part[..<count]
    }
}
