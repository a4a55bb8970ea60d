import Crypto

/// The hash tree of a transparency log (RFC 6962 §2.1, RFC 9162 §2.1), with SHA-256.
enum MerkleTree {
    /// Bytes of a hash.
    static let hashLength = 32

    /// SHA-256 over 00 and the leaf.
    static func leafHash(_ leaf: some Sequence<UInt8>) -> [UInt8] {
        var hash = SHA256()
        hash.update(data: [0])
        hash.update(data: Array(leaf))
        return Array(hash.finalize())
    }

    /// SHA-256 over 01 and both children.
    static func nodeHash(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] {
        var hash = SHA256()
        hash.update(data: [1])
        hash.update(data: left)
        hash.update(data: right)
        return Array(hash.finalize())
    }

    /// The root that follows from a leaf's hash and its audit path (RFC 9162 §2.1.3.2).
    ///
    /// The path must be exactly as long as the tree's shape demands, and every hash 32 bytes: of all paths just one fits.
    static func root(
        ofLeafHash leaf: [UInt8], index: UInt64, size: UInt64, path: [[UInt8]]
    ) throws(MerkleProofError) -> [UInt8] {
        guard index < size else { throw .indexBeyondSize(index: index, size: size) }
        guard leaf.count == hashLength else { throw .hashLength(leaf.count) }
        for hash in path where hash.count != hashLength { throw .hashLength(hash.count) }
        let (inner, border) = shape(index: index, size: size)
        guard path.count == inner + border else { throw .pathLength(found: path.count, wanted: inner + border) }
        let belowBorder = chainInner(leaf, path.prefix(inner), index: index)
        return chainBorder(belowBorder, path.dropFirst(inner))
    }

    /// Whether a tree of `newSize` with `newRoot` holds the tree of `oldSize` with `oldRoot` as its beginning (RFC 9162 §2.1.4.2).
    /// Nothing follows from an empty old tree: that is an error rather than a success.
    static func isConsistent(
        oldSize: UInt64, oldRoot: [UInt8], newSize: UInt64, newRoot: [UInt8], path: [[UInt8]]
    ) throws(MerkleProofError) -> Bool {
        guard oldSize > 0, oldSize <= newSize else { throw .indexBeyondSize(index: oldSize, size: newSize) }
        for hash in path + [oldRoot, newRoot] where hash.count != hashLength { throw .hashLength(hash.count) }
        if oldSize == newSize {
            guard path.isEmpty else { throw .pathLength(found: path.count, wanted: 0) }
            return oldRoot == newRoot
        }
        var (inner, border) = shape(index: oldSize - 1, size: newSize)
        let shift = oldSize.trailingZeroBitCount
        inner -= shift
        // Where the old tree is a full subtree of the new one, its root is the seed and doesn't stand in the path.
        let isFull = oldSize == 1 << UInt64(shift)
        let wanted = inner + border + (isFull ? 0 : 1)
        guard path.count == wanted else { throw .pathLength(found: path.count, wanted: wanted) }
        let seed = isFull ? oldRoot : path[0]
        let steps = path.dropFirst(isFull ? 0 : 1)
        let mask = (oldSize - 1) >> UInt64(shift)
        let old = chainBorder(chainInnerRight(seed, steps.prefix(inner), index: mask), steps.dropFirst(inner))
        let new = chainBorder(chainInner(seed, steps.prefix(inner), index: mask), steps.dropFirst(inner))
        return old == oldRoot && new == newRoot
    }

    /// How many steps of a path lie below the node where the leaf's and the tree's right border meet, and how many along that border.
    private static func shape(index: UInt64, size: UInt64) -> (inner: Int, border: Int) {
        let inner = UInt64.bitWidth - (index ^ (size - 1)).leadingZeroBitCount
        let border = inner == UInt64.bitWidth ? 0 : (index >> UInt64(inner)).nonzeroBitCount
        return (inner, border)
    }

    private static func chainInner(_ seed: [UInt8], _ path: some Sequence<[UInt8]>, index: UInt64) -> [UInt8] {
        var seed = seed
        for (level, hash) in path.enumerated() {
            seed = index >> UInt64(level) & 1 == 0 ? nodeHash(seed, hash) : nodeHash(hash, seed)
        }
        return seed
    }

    /// As `chainInner`, with the left siblings alone: the tree as it was before anything stood to the right.
    private static func chainInnerRight(_ seed: [UInt8], _ path: some Sequence<[UInt8]>, index: UInt64) -> [UInt8] {
        var seed = seed
        for (level, hash) in path.enumerated() where index >> UInt64(level) & 1 == 1 { seed = nodeHash(hash, seed) }
        return seed
    }

    private static func chainBorder(_ seed: [UInt8], _ path: some Sequence<[UInt8]>) -> [UInt8] {
        path.reduce(seed) { nodeHash($1, $0) }
    }
}

/// Why a Merkle proof can't be computed over.
enum MerkleProofError: Error, Sendable, Hashable, CustomStringConvertible {
    case indexBeyondSize(index: UInt64, size: UInt64)
    case hashLength(Int)
    case pathLength(found: Int, wanted: Int)

    var description: String {
        switch self {
        case .indexBeyondSize(let index, let size): "\(index) lies not within a tree of size \(size)"
        case .hashLength(let found): "a hash of \(found) bytes, wanted \(MerkleTree.hashLength)"
        case .pathLength(let found, let wanted): "\(found) hashes, wanted \(wanted)"
        }
    }
}
