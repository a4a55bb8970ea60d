import JSON
import Testing

@testable import Trust

/// The vectors of transparency-dev/merkle, and trees small enough to build whole.
@Suite struct MerkleTreeTests {
    static func cases(_ kind: String) throws -> [JSON] { try JSON.parse(BundleFixtures.bytes("merkle/\(kind).json")).array ?? [] }

    static func bytes(_ json: JSON?) -> [UInt8] { Base64.decode(json?.string ?? "") ?? [] }
    static func path(_ json: JSON) -> [[UInt8]] { (json["proof"]?.array ?? []).map { bytes($0) } }
    static func number(_ json: JSON, _ key: String) -> UInt64? { json[key]?.string.flatMap { UInt64($0) } }

    @Test(arguments: [("inclusion", 98), ("subtreeinclusion", 204)])
    func `every inclusion vector gets its verdict`(kind: String, count: Int) throws {
        let cases = try Self.cases(kind)
        #expect(cases.count == count)
        for example in cases {
            let valid: Bool
            // A subtree is a tree of its own whose first leaf stands at `start`; one that no log has (RFC 9162 §2.1.1) is refused by shape.
            let start = Self.number(example, "start") ?? 0
            if let index = Self.number(example, "leafIdx"), let end = Self.number(example, "treeSize") ?? Self.number(example, "end"),
                index >= start, end >= start, Self.isSubtree(start, end)
            {
                let root = try? MerkleTree.root(
                    ofLeafHash: Self.bytes(example["leafHash"]), index: index - start, size: end - start, path: Self.path(example))
                valid = root != nil && root == Self.bytes(example["root"])
            } else {
                valid = false
            }
            #expect(valid == (example["wantErr"] != true), "\(kind) \(example["file"]?.string ?? "")")
        }
    }

    /// Whether the range is a power of two's multiple long enough to be a node of some tree.
    static func isSubtree(_ start: UInt64, _ end: UInt64) -> Bool {
        guard start < end else { return false }
        let width = end - start
        guard width > 1 else { return true }
        let bits = 64 - (width - 1).leadingZeroBitCount
        return bits == 64 ? start == 0 : start % (1 << UInt64(bits)) == 0
    }

    @Test func `every consistency vector gets its verdict`() throws {
        let cases = try Self.cases("consistency")
        #expect(cases.count == 98)
        for example in cases {
            var valid = false
            if let old = Self.number(example, "size1"), let new = Self.number(example, "size2") {
                valid =
                    (try? MerkleTree.isConsistent(
                        oldSize: old, oldRoot: Self.bytes(example["root1"]), newSize: new, newRoot: Self.bytes(example["root2"]),
                        path: Self.path(example))) ?? false
            }
            // One vector, for whose verdict the roots don't matter, has roots that are no hashes.
            let hasRoots = Self.bytes(example["root1"]).count == 32 && Self.bytes(example["root2"]).count == 32
            #expect(valid == (example["wantErr"] != true && hasRoots), "\(example["file"]?.string ?? "")")
        }
    }

    // MARK: Trees built by the definition

    static func root(_ leaves: ArraySlice<[UInt8]>) -> [UInt8] {
        guard leaves.count > 1 else { return MerkleTree.leafHash(leaves.first ?? []) }
        let split = leaves.startIndex + Self.split(leaves.count)
        return MerkleTree.nodeHash(root(leaves[..<split]), root(leaves[split...]))
    }

    static func split(_ count: Int) -> Int {
        var size = 1
        while size * 2 < count { size *= 2 }
        return size
    }

    static func path(_ index: Int, _ leaves: ArraySlice<[UInt8]>) -> [[UInt8]] {
        guard leaves.count > 1 else { return [] }
        let split = Self.split(leaves.count)
        let (left, right) = (leaves[..<(leaves.startIndex + split)], leaves[(leaves.startIndex + split)...])
        return index < split ? path(index, left) + [root(right)] : path(index - split, right) + [root(left)]
    }

    static func consistency(_ old: Int, _ leaves: ArraySlice<[UInt8]>, isWhole: Bool = true) -> [[UInt8]] {
        guard old < leaves.count else { return isWhole ? [] : [root(leaves)] }
        let split = Self.split(leaves.count)
        let (left, right) = (leaves[..<(leaves.startIndex + split)], leaves[(leaves.startIndex + split)...])
        return old <= split
            ? consistency(old, left, isWhole: isWhole) + [root(right)]
            : consistency(old - split, right, isWhole: false) + [root(left)]
    }

    @Test func `in every tree up to 40 leaves each leaf is proved, and no other proof fits`() throws {
        let leaves = (0..<40).map { [UInt8($0)] }
        for size in 1...40 {
            let root = Self.root(leaves[..<size])
            for index in 0..<size {
                let path = Self.path(index, leaves[..<size])
                let leaf = MerkleTree.leafHash(leaves[index])
                #expect(try MerkleTree.root(ofLeafHash: leaf, index: UInt64(index), size: UInt64(size), path: path) == root)
                let other = UInt64((index + 1) % size)
                if size > 1 {
                    #expect((try? MerkleTree.root(ofLeafHash: leaf, index: other, size: UInt64(size), path: path)) != root)
                    #expect(throws: MerkleProofError.self) {
                        try MerkleTree.root(ofLeafHash: leaf, index: UInt64(index), size: UInt64(size), path: path.dropLast())
                    }
                }
                #expect(throws: MerkleProofError.self) {
                    try MerkleTree.root(ofLeafHash: leaf, index: UInt64(index), size: UInt64(size), path: path + [root])
                }
            }
        }
    }

    @Test func `every tree up to 40 leaves holds every smaller one as its beginning`() throws {
        let leaves = (0..<40).map { [UInt8($0)] }
        for new in 1...40 {
            let newRoot = Self.root(leaves[..<new])
            for old in 1...new {
                let path = Self.consistency(old, leaves[..<new])
                let oldRoot = Self.root(leaves[..<old])
                #expect(
                    try MerkleTree.isConsistent(
                        oldSize: UInt64(old), oldRoot: oldRoot, newSize: UInt64(new), newRoot: newRoot, path: path), "\(old) \(new)")
                let forged = Self.root([[99]] + leaves[1..<old])
                #expect(
                    try !MerkleTree.isConsistent(
                        oldSize: UInt64(old), oldRoot: forged, newSize: UInt64(new), newRoot: newRoot, path: path))
            }
        }
    }

    @Test func `nothing follows from an empty tree`() {
        let root = MerkleTree.leafHash([])
        #expect(throws: MerkleProofError.self) {
            try MerkleTree.isConsistent(oldSize: 0, oldRoot: root, newSize: 1, newRoot: root, path: [])
        }
        #expect(throws: MerkleProofError.self) { try MerkleTree.root(ofLeafHash: root, index: 0, size: 0, path: []) }
    }

    @Test func `sizes up to the largest cost no more than their path`() throws {
        let leaf = MerkleTree.leafHash([1])
        let path = [[UInt8]](repeating: leaf, count: 64)
        #expect(throws: MerkleProofError.pathLength(found: 64, wanted: 62)) {
            try MerkleTree.root(ofLeafHash: leaf, index: UInt64(Int64.max) - 1, size: UInt64(Int64.max), path: path)
        }
        #expect(throws: MerkleProofError.self) {
            try MerkleTree.isConsistent(oldSize: .max, oldRoot: leaf, newSize: .max, newRoot: leaf, path: path)
        }
    }
}
