import JSON

@testable import Trust

extension FuzzTarget {
    /// A note and the checkpoint in it are read or refused; what is read has one way of writing it.
    static let note = FuzzTarget(
        "note",
        seeds: {
            let vectors = try JSON.parse(SeedFiles.bytes("bundles/notes/vectors.json"))
            let notes = (vectors["notes"]?.array ?? []).compactMap { $0["note"]?.string.map { Array($0.utf8) } }
            let checkpoints = try SeedFiles.readBundles().flatMap(\.logEntries).compactMap { $0.proof?.checkpoint.map { Array($0.utf8) } }
            return SeedFiles.distinct(try notes + checkpoints + SeedFiles.folder("bundles/checkpoints"))
        },
        check: { bytes in
            let verifier = Self.noteKey
            guard let note = try? SignedNote(bytes) else { return }
            let lines = note.signatures.map { "\u{2014} \($0.name) \(Base64.encode($0.hint + $0.bytes))\n" }
            try promise("a note has one way of writing it", note.text + [0x0A] + Array(lines.joined().utf8) == bytes)
            try promise("no more signatures are read than limits allow", note.signatures.count <= SignedNote.signatureLimit)
            if (try? note.verify([verifier])) != nil {
                try promise("what the key signed is one of the texts it signed", Self.signedTexts.contains(note.text))
            }
            guard let checkpoint = try? Checkpoint(text: note.text) else { return }
            let text = [checkpoint.origin, "\(checkpoint.size)", Base64.encode(checkpoint.root)] + checkpoint.extensions
            try promise("a checkpoint has one way of writing it", Array(text.map { $0 + "\n" }.joined().utf8) == note.text)
        })

    private static let noteKey: NoteVerifier = {
        do { return try NoteVerifier(text: "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW") } catch {
            preconditionFailure("the key of notes: \(error)")
        }
    }()

    private static let signedTexts: Set<[UInt8]> = {
        let vectors = try? JSON.parse(SeedFiles.bytes("bundles/notes/vectors.json"))
        let notes = (vectors?["notes"]?.array ?? []).filter { $0["valid"] == true }.compactMap { $0["note"]?.string }
        return Set(notes.compactMap { try? SignedNote(Array($0.utf8)).text })
    }()

    /// The body of a log's entry is read as each kind that there is, or refused.
    static let entry = FuzzTarget(
        "entry", .base64, limit: 16 << 10,
        seeds: { SeedFiles.distinct(try SeedFiles.readBundles().flatMap(\.logEntries).compactMap(\.body)) },
        check: { bytes in
            let kinds = [("hashedrekord", "0.0.1"), ("hashedrekord", "0.0.2"), ("dsse", "0.0.1"), ("intoto", "0.0.1"), ("intoto", "0.0.2")]
            var read = 0
            for (kind, version) in kinds {
                if try answer({ () throws(LogFailure) in try LogEntryBody(bytes, kind: kind, version: version) }) != nil { read += 1 }
            }
            try promise("a body is of one kind at most", read <= 1)
        })

    /// Proofs of any shape are computed over or refused: 8 bytes of index, 8 of size, then hashes.
    static let merkle = FuzzTarget(
        "merkle",
        seeds: {
            try SeedFiles.readBundles().flatMap(\.logEntries).compactMap(\.proof).map { proof in
                bigEndian(UInt64(proof.index)) + bigEndian(UInt64(proof.treeSize)) + proof.rootHash + proof.hashes.flatMap { $0 }
            }
        },
        check: { bytes in
            guard bytes.count >= 16 else { return }
            func number(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
            let (first, second) = (number(bytes[..<8]), number(bytes[8..<16]))
            var rest = bytes[16...]
            var hashes: [[UInt8]] = []
            while !rest.isEmpty {
                hashes.append(Array(rest.prefix(32)))
                rest = rest.dropFirst(32)
            }
            let leaf = [UInt8](repeating: 7, count: 32)
            let root = try? MerkleTree.root(ofLeafHash: leaf, index: first, size: second, path: hashes)
            if let root {
                try promise("the index lies within the tree", first < second && root.count == 32)
                if !hashes.isEmpty {
                    let shorter = try? MerkleTree.root(ofLeafHash: leaf, index: first, size: second, path: hashes.dropLast())
                    try promise("just one length of a path fits", shorter == nil)
                }
            }
            guard hashes.count >= 2 else { return }
            let consistent = try? MerkleTree.isConsistent(
                oldSize: first, oldRoot: hashes[0], newSize: second, newRoot: hashes[1], path: Array(hashes.dropFirst(2)))
            if consistent == true { try promise("a tree is consistent with one that is no smaller", first <= second && first > 0) }
        })

    private static func bigEndian(_ number: UInt64) -> [UInt8] {
        stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> UInt64($0)) }
    }
}
