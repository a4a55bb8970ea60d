import Glibc

/// Whole small files.
enum TextFile {
    static func read(_ path: String) throws -> String {
        guard let file = fopen(path, "re") else { throw SetUpFailure("\(path) can't be read: \(String(cString: strerror(errno)))") }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }

    static func write(_ text: String, to path: String) throws {
        guard let file = fopen(path, "we") else { throw SetUpFailure("\(path) can't be written: \(String(cString: strerror(errno)))") }
        fputs(text, file)
        guard fclose(file) == 0 else { throw SetUpFailure("\(path) can't be written: \(String(cString: strerror(errno)))") }
    }

    /// The last lines of a log.
    static func end(of path: String) -> String {
        ((try? read(path)) ?? "(no log)").split(separator: "\n").suffix(12).joined(separator: "\n")
    }

    /// Names in a directory that end so, sorted.
    static func names(in directory: String, ending: String) throws -> [String] {
        guard let handle = opendir(directory) else { throw SetUpFailure("\(directory): no such directory") }
        defer { closedir(handle) }
        var names: [String] = []
        while let entry = readdir(handle) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            if name.hasSuffix(ending) { names.append(name) }
        }
        return names.sorted()
    }

    /// Deletes a file, or a directory and all that is in it.
    static func remove(_ path: String) {
        guard let handle = opendir(path) else {
            unlink(path)
            return
        }
        while let entry = readdir(handle) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            if name != ".", name != ".." { remove("\(path)/\(name)") }
        }
        closedir(handle)
        rmdir(path)
    }
}
