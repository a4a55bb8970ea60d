import Glibc
import KubeClient
import KubeCore

/// A directory that is gone after the body.
func withDirectory<Result>(_ body: (String) async throws -> Result) async throws -> Result {
    var template = Array("/tmp/kube-client-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw ClientConfigurationError("no directory for a test") }
    let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer { remove(path) }
    return try await body(path)
}

private func remove(_ path: String) {
    if let directory = opendir(path) {
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            if name != "." && name != ".." { remove("\(path)/\(name)") }
        }
        closedir(directory)
        rmdir(path)
    } else {
        unlink(path)
    }
}

func write(_ text: String, to path: String, executable: Bool = false) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, executable ? 0o700 : 0o600)
    guard descriptor >= 0 else { throw ClientConfigurationError("\(path) can't be written") }
    defer { close(descriptor) }
    let bytes = Array(text.utf8)
    guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else { throw ClientConfigurationError("\(path) can't be written") }
}

func delete(_ path: String) -> Bool { unlink(path) == 0 }

func mkdirectory(_ path: String) -> Bool { mkdir(path, 0o700) == 0 }

func exists(_ path: String) -> Bool { access(path, F_OK) == 0 && !((try? text(path)) ?? "").isEmpty }

/// A file's lines, less the line feeds.
func text(_ path: String) throws -> String {
    guard let file = fopen(path, "r") else { throw ClientConfigurationError("\(path) can't be read") }
    defer { fclose(file) }
    var text = ""
    var character = fgetc(file)
    while character != EOF {
        if character != 0x0A { text.unicodeScalars.append(Unicode.Scalar(UInt8(character))) }
        character = fgetc(file)
    }
    return text
}
