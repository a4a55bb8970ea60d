/// Blobs in a directory, each in a file named by its digest: `sha256/0123…`. A file that is there is whole, also after a crash.
package struct ContentDirectory: Sendable {
    package let path: String

    package init(_ path: String) { self.path = path }

    package func path(of digest: Digest) -> String { "\(path)/\(digest.algorithm.rawValue)/\(digest.hex)" }

    /// Bytes of the blob; nil when it is not there.
    package func size(of digest: Digest) -> Int? { FileSystem.size(of: path(of: digest)) }

    package func contains(_ digest: Digest) -> Bool { size(of: digest) != nil }

    package func reader(of digest: Digest, from offset: Int = 0) throws(OCIError) -> FileReader {
        try FileReader(path(of: digest), from: offset)
    }

    /// All of the blob, its digest checked.
    package func read(_ digest: Digest, upTo limit: Int) throws(OCIError) -> [UInt8] {
        let bytes = try FileSystem.read(path(of: digest), upTo: limit)
        let found = Digest(of: bytes, by: digest.algorithm)
        guard found == digest else { throw Self.corrupt(path(of: digest), digest, found) }
        return bytes
    }

    /// A file to write a blob into; `place` gives it its name.
    package func newFile() throws(OCIError) -> IncomingFile {
        try FileSystem.makeDirectory(path)
        return try IncomingFile(in: path)
    }

    /// - Parameter digest: of what was written; the caller has computed it from the bytes.
    package func place(_ file: IncomingFile, as digest: Digest) throws(OCIError) {
        try FileSystem.makeDirectory("\(path)/\(digest.algorithm.rawValue)")
        try file.move(to: path(of: digest))
    }

    package func write(_ bytes: [UInt8], as digest: Digest) throws(OCIError) {
        guard size(of: digest) != bytes.count else { return }
        let file = try newFile()
        try file.write(bytes)
        try place(file, as: digest)
    }

    /// Removes what writers left behind that were killed. Only when nobody else writes.
    package func removeUnfinished() throws(OCIError) {
        guard FileSystem.isDirectory(path) else { return }
        for name in try FileSystem.entries(of: path) where name.hasPrefix(IncomingFile.prefix) {
            try FileSystem.remove("\(path)/\(name)")
        }
    }

    static func corrupt(_ source: String, _ wanted: Digest, _ found: Digest) -> OCIError {
        OCIError(
            .digestMismatch, "\(source): wanted \(wanted), found \(found); the content was changed or damaged: do not use it, push it again"
        )
    }
}
