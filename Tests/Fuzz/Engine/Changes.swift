import JSON

/// Changes bytes that stand in a text as base64, and within them again, as those of a certificate in an entry of a log in a bundle.
enum Base64Change {
    /// - Returns: nil when there is no base64.
    static func apply(to bytes: [UInt8], _ random: inout Randomness, depth: Int) -> [UInt8]? {
        let runs = runs(in: bytes)
        guard !runs.isEmpty else { return nil }
        let run = runs[random.below(runs.count)]
        guard let decoded = Base64.decode(String(decoding: bytes[run], as: UTF8.self)) else { return nil }
        var changed: [UInt8]?
        if decoded.first == 0x30, random.below(2) == 0 { changed = DERChange.apply(to: decoded, &random) }
        if changed == nil, depth < 3, random.below(3) > 0 { changed = apply(to: decoded, &random, depth: depth + 1) }
        return bytes[..<run.lowerBound] + Array(Base64.encode(changed ?? mutated(decoded)).utf8) + bytes[run.upperBound...]
    }

    /// Strings in quotes that are base64 of three bytes or more.
    private static func runs(in bytes: [UInt8]) -> [Range<Int>] {
        var runs: [Range<Int>] = []
        var start: Int?
        for (index, byte) in bytes.enumerated() {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2B, 0x2F, 0x3D: continue
            case 0x22:
                if let begin = start, index - begin >= 4, (index - begin) % 4 == 0 { runs.append(begin..<index) }
                start = index + 1
            default: start = nil
            }
        }
        return runs
    }
}

/// Changes one value within DER, and makes the lengths of all that it stands in right.
enum DERChange {
    private struct Value {
        var tag: UInt8
        var content: Range<Int>
        /// With its tag and length.
        var whole: Range<Int>
        var parents: [Int]
    }

    /// - Returns: nil when it is no DER. Bytes before the first value, such as one that chooses, stay.
    static func apply(to bytes: [UInt8], _ random: inout Randomness) -> [UInt8]? {
        var values: [Value] = []
        let start = bytes.first.map { $0 < 0x10 } == true && bytes.count > 1 && bytes[1] == 0x30 ? 1 : 0
        read(bytes, start..<bytes.count, [], &values)
        guard !values.isEmpty else { return nil }
        let index = random.below(values.count)
        let value = values[index]
        let whole = bytes[value.whole]
        let replacement: [UInt8]
        switch random.below(8) {
        case 0: replacement = []
        case 1: replacement = Array(whole + whole)
        case 2: replacement = written(UInt8(truncatingIfNeeded: random.below(256)), bytes[value.content])
        case 3: replacement = Array(bytes[values[random.below(values.count)].whole])
        case 4: replacement = Array(bytes[values[random.below(values.count)].whole] + whole)
        default: replacement = written(value.tag, mutated(Array(bytes[value.content]))[...])
        }
        return replacing(value, with: replacement, in: bytes, values)
    }

    private static func replacing(_ value: Value, with replacement: [UInt8], in bytes: [UInt8], _ values: [Value]) -> [UInt8] {
        var inner = replacement
        var place = value.whole
        for index in value.parents.reversed() {
            let parent = values[index]
            let content = bytes[parent.content.lowerBound..<place.lowerBound] + inner + bytes[place.upperBound..<parent.content.upperBound]
            inner = written(parent.tag, content[...])
            place = parent.whole
        }
        return bytes[..<place.lowerBound] + inner + bytes[place.upperBound...]
    }

    private static func written(_ tag: UInt8, _ content: ArraySlice<UInt8>) -> [UInt8] {
        var length: [UInt8] = []
        var rest = content.count
        while rest > 0 {
            length.insert(UInt8(rest & 0xFF), at: 0)
            rest >>= 8
        }
        if content.count < 0x80 { return [tag, UInt8(content.count)] + content }
        return [tag, 0x80 | UInt8(length.count)] + length + content
    }

    /// All values of the range and, of those that are constructed or look as if they hold DER, what is in them.
    private static func read(_ bytes: [UInt8], _ range: Range<Int>, _ parents: [Int], _ values: inout [Value]) {
        var place = range.lowerBound
        while place + 2 <= range.upperBound, values.count < 400, parents.count < 24 {
            let tag = bytes[place]
            var content = place + 2
            var length = Int(bytes[place + 1])
            if length >= 0x80 {
                let digits = length - 0x80
                guard (1...3).contains(digits), content + digits <= range.upperBound else { return }
                length = bytes[content..<content + digits].reduce(0) { $0 << 8 | Int($1) }
                content += digits
            }
            guard content + length <= range.upperBound else { return }
            values.append(Value(tag: tag, content: content..<content + length, whole: place..<content + length, parents: parents))
            let isWrapped = tag == 0x04 && length > 2 && [0x30, 0x04, 0x03].contains(bytes[content])
            if tag & 0x20 != 0 || isWrapped { read(bytes, content..<content + length, parents + [values.count - 1], &values) }
            place = content + length
        }
    }
}
