import Glibc

/// Reads small files: configuration, tokens, certificates.
enum LocalFile {
    /// At most 16 MB, so that a wrong path (a device, a log) costs little.
    private static let limit = 16 << 20

    /// Nil when there is no such file.
    /// - Throws: when it is there and can't be read.
    static func readIfPresent(_ path: String) throws(ClientConfigurationError) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw ClientConfigurationError("\(path) can't be read: \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Glibc.read(descriptor, &part, part.count)
            if count == 0 { return bytes }
            guard count > 0 else {
                if errno == EINTR { continue }
                throw ClientConfigurationError("\(path) can't be read: \(String(cString: strerror(errno)))")
            }
            bytes += part[..<count]
            guard bytes.count <= limit else { throw ClientConfigurationError("\(path) is longer than \(limit) bytes") }
        }
    }

    static func read(_ path: String) throws(ClientConfigurationError) -> [UInt8] {
        guard let bytes = try readIfPresent(path) else { throw ClientConfigurationError("\(path) does not exist") }
        return bytes
    }

    static func text(_ path: String) throws(ClientConfigurationError) -> String {
        guard let text = String(validating: try read(path), as: UTF8.self) else {
            throw ClientConfigurationError("\(path) is not UTF-8 text")
        }
        return text
    }

    /// The whole text less white space at both ends: tokens and names.
    static func trimmedText(_ path: String) throws(ClientConfigurationError) -> String {
        var text = Substring(try text(path))
        while let last = text.last, last.isWhitespace { text.removeLast() }
        while let first = text.first, first.isWhitespace { text.removeFirst() }
        return String(text)
    }

    /// Whether a text has a PEM block (RFC 7468), and each that begins also ends: else it is being written.
    static func isPEM(_ text: String) -> Bool {
        var begun = 0
        var ended = 0
        for line in text.split(whereSeparator: \.isNewline) {
            if line.hasPrefix("-----BEGIN ") { begun += 1 }
            if line.hasPrefix("-----END ") { ended += 1 }
        }
        return begun > 0 && begun == ended
    }

    /// `path` as seen from `directory`, absolute and without `.` and `..`. An absolute one stays as it is.
    static func resolve(_ path: String, in directory: String) -> String {
        guard !path.hasPrefix("/") else { return path }
        var parts: [Substring] = []
        for part in "\(directory.hasPrefix("/") ? "" : workingDirectory)/\(directory)/\(path)".split(separator: "/") {
            switch part {
            case ".": break
            case "..": _ = parts.popLast()
            default: parts.append(part)
            }
        }
        return "/" + parts.joined(separator: "/")
    }

    private static var workingDirectory: String {
        guard let path = getcwd(nil, 0) else { return "" }
        defer { free(path) }
        return String(cString: path)
    }

    /// The part before the last slash; empty for a bare file name.
    static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "" }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
