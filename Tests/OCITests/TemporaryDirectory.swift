import Glibc
import Testing

/// Runs the body with a new directory, which goes with all that is in it.
func withTemporaryDirectory<Result>(_ body: (String) async throws -> Result) async throws -> Result {
    var template = Array("/tmp/graft-oci-XXXXXX".utf8CString)
    let path = try #require(mkdtemp(&template).map { String(cString: $0) })
    defer { removeTree(path) }
    return try await body(path)
}

func removeTree(_ path: String) {
    if let handle = opendir(path) {
        while let entry = readdir(handle) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            if name != ".", name != ".." { removeTree("\(path)/\(name)") }
        }
        closedir(handle)
        rmdir(path)
    } else {
        unlink(path)
    }
}
