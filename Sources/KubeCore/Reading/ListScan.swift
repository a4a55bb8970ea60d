/// Where a `ListSplitter` is in its answer. Goes over each byte once, wherever the parts are cut.
struct ListScan {
    private enum Place {
        /// Before the list's own bracket, before a member's name, before its colon, before its value, before its comma.
        case start, firstName, name, colon, value, comma
        /// In the array of items: before an item or the end, behind a comma, behind an item.
        case firstItem, item, afterItem
        /// In something whose end is looked for.
        case inside(Kind)
        case end
    }

    private enum Kind { case name, items, metadata, other, item }

    private var place = Place.start
    /// Of the bytes at hand, how many were looked at.
    private var position = 0
    /// Where the thing begins that is looked through.
    private var beginning = 0
    /// Brackets that are open in it, and whether the position is within quotes, or behind a backslash.
    private var depth = 0
    private var isQuoted = false
    private var isEscaped = false
    private var member = Kind.other
    /// Bytes that were handed out before the ones at hand.
    private var passed = 0

    /// Whole ones, in the bytes at hand.
    var items: [Range<Int>] = []
    private(set) var metadata: [UInt8]?
    private(set) var hasItems = false

    var isFinished: Bool { if case .end = place { true } else { false } }
    var offset: Int { passed + position }

    /// Up to where the bytes at hand are needed no more.
    var cut: Int { if case .inside = place { beginning } else { position } }

    /// What should stand at the position.
    var error: ListStructureError {
        let isEmpty = isFinished && !hasItems
        return ListStructureError(offset: offset, wanted: isEmpty ? "an object with an array of items" : wanted)
    }

    private var wanted: String {
        switch place {
        case .start: "a list, an object"
        case .firstName, .name, .inside(.name): "a member's name"
        case .colon: member == .items && hasItems ? "no second array of items" : "':'"
        case .value, .inside(.items), .inside(.other), .inside(.metadata): "a value"
        case .comma: "',' or '}'"
        case .firstItem, .item, .inside(.item): "an item"
        case .afterItem: "',' or ']'"
        case .end: "the end"
        }
    }

    /// The bytes before `cut` are gone.
    mutating func moveToFront() {
        let cut = cut
        passed += cut
        position -= cut
        beginning = max(0, beginning - cut)
    }

    /// Looks at what is new. False at a byte that can't stand where it stands; the position is on it.
    mutating func run(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        while position < bytes.count {
            if case .inside(let kind) = place {
                guard lookThrough(bytes) else { return true }
                complete(kind, bytes)
                continue
            }
            let byte = bytes[position]
            if byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
                position += 1
                continue
            }
            guard step(byte) else { return false }
        }
        return true
    }

    /// One byte between values.
    private mutating func step(_ byte: UInt8) -> Bool {
        switch (place, byte) {
        case (.start, UInt8(ascii: "{")): place = .firstName
        case (.firstName, UInt8(ascii: "\"")), (.name, UInt8(ascii: "\"")): return begin(.name, byte)
        case (.firstName, UInt8(ascii: "}")), (.comma, UInt8(ascii: "}")): place = .end
        case (.colon, UInt8(ascii: ":")) where member != .items || !hasItems: place = .value
        case (.value, UInt8(ascii: "[")) where member == .items:
            hasItems = true
            place = .firstItem
        case (.value, _): return begin(member, byte)
        case (.comma, UInt8(ascii: ",")): place = .name
        case (.firstItem, UInt8(ascii: "]")), (.afterItem, UInt8(ascii: "]")): place = .comma
        case (.afterItem, UInt8(ascii: ",")): place = .item
        case (.firstItem, _), (.item, _): return begin(.item, byte)
        default: return false
        }
        position += 1
        return true
    }

    /// False when no value begins with this byte.
    private mutating func begin(_ kind: Kind, _ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "]"), UInt8(ascii: "}"): return false
        default: break
        }
        (beginning, depth, isQuoted, isEscaped) = (position, 0, false, false)
        place = .inside(kind)
        return true
    }

    /// Moves behind the value that begins at `beginning`. False when it is not whole yet.
    private mutating func lookThrough(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        // Copies, so that the loop has them in registers.
        var (position, depth, isQuoted, isEscaped) = (position, depth, isQuoted, isEscaped)
        defer { (self.position, self.depth, self.isQuoted, self.isEscaped) = (position, depth, isQuoted, isEscaped) }
        while position < bytes.count {
            if isQuoted {
                if isEscaped {
                    isEscaped = false
                    position += 1
                    continue
                }
                position = Self.textEnd(in: bytes, from: position)
                guard position < bytes.count else { return false }
                isEscaped = bytes[position] == UInt8(ascii: "\\")
                isQuoted = isEscaped
                position += 1
                if !isQuoted, depth == 0 { return true }
                continue
            }
            let byte = bytes[position]
            switch byte {
            case UInt8(ascii: "\""): isQuoted = true
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                // Behind a number, or a name like null.
                if depth == 0 { return true }
                depth -= 1
                if depth == 0 {
                    position += 1
                    return true
                }
            case UInt8(ascii: ","), UInt8(ascii: ":"), 0x20, 0x0A, 0x0D, 0x09: if depth == 0 { return true }
            default: break
            }
            position += 1
        }
        return false
    }

    /// The next quote or backslash, or the end of the bytes. Most of an answer is texts: they are looked through eight bytes at a time.
    @inline(__always)
    private static func textEnd(in bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let raw = UnsafeRawBufferPointer(bytes)
        var position = start
        while position + 8 <= raw.count {
            let word = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: position, as: UInt64.self))
            let (quotes, backslashes) = (word ^ (ones &* 0x22), word ^ (ones &* 0x5C))
            // The highest bit of each byte that is either; those above the lowest one may be wrong, since borrows spread upwards.
            let found = ((quotes &- ones) & ~quotes | (backslashes &- ones) & ~backslashes) & (ones &* 0x80)
            if found != 0 { return position + found.trailingZeroBitCount >> 3 }
            position += 8
        }
        while position < raw.count, raw[position] != UInt8(ascii: "\""), raw[position] != UInt8(ascii: "\\") { position += 1 }
        return position
    }

    private mutating func complete(_ kind: Kind, _ bytes: UnsafeBufferPointer<UInt8>) {
        let value = bytes[beginning..<position]
        place = .comma
        switch kind {
        case .name:
            let name = value.dropFirst().dropLast()
            member = name.elementsEqual("items".utf8) ? .items : name.elementsEqual("metadata".utf8) ? .metadata : .other
            place = .colon
        // Go writes an empty list that was never made as null.
        case .items: hasItems = hasItems || value.elementsEqual("null".utf8)
        case .metadata: metadata = Array(value)
        case .other: break
        case .item:
            items.append(beginning..<position)
            place = .afterItem
        }
    }
}
