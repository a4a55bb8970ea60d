import JSON

/// A log's signed statement of its size and root (C2SP tlog-checkpoint).
package struct Checkpoint: Sendable, Hashable {
    /// Which log this is.
    package var origin: String
    package var size: Int64
    /// 32 bytes.
    package var root: [UInt8]
    /// Lines below the root, which decide nothing.
    package var extensions: [String]

    init(origin: String, size: Int64, root: [UInt8], extensions: [String] = []) {
        self.origin = origin
        self.size = size
        self.root = root
        self.extensions = extensions
    }

    /// Reads the text of a note: origin, size, base64 of the root, each ended by a line feed.
    init(text: [UInt8]) throws(NoteError) {
        guard text.last == 0x0A else { throw .malformed("the body doesn't end with a line feed") }
        let lines = text.dropLast().split(separator: 0x0A, omittingEmptySubsequences: false)
        guard lines.count >= 3 else { throw .malformed("\(lines.count) lines, wanted origin, size and root") }
        guard !lines[0].isEmpty else { throw .malformed("an empty origin") }
        guard let size = DecimalDigits.read(lines[1]) else { throw .malformed("a size that is not a decimal number") }
        guard let root = Base64.decode(String(decoding: lines[2], as: UTF8.self)), root.count == MerkleTree.hashLength else {
            throw .malformed("a root that is not base64 of \(MerkleTree.hashLength) bytes")
        }
        guard !lines.dropFirst(3).contains(where: \.isEmpty) else { throw .malformed("an empty line") }
        self.init(
            origin: String(decoding: lines[0], as: UTF8.self), size: size, root: root,
            extensions: lines.dropFirst(3).map { String(decoding: $0, as: UTF8.self) })
    }
}
