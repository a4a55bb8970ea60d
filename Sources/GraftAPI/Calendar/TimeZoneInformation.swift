/// The clocks of a time zone: how far they are from UTC, at any time. Read from a file of the time zone database (TZif, RFC 8536).
package struct TimeZoneInformation: Sendable, Hashable {
    /// Moments in seconds since 1970 at which clocks were changed, ascending, and what they show from then on, in seconds east of UTC.
    private var transitions: [Int64] = []
    private var offsets: [Int64] = []
    /// Before the first of them.
    private var first: Int64 = 0
    /// After the last of them.
    private var rule: TimeZoneRule?

    private init() {}

    /// Clocks that show UTC.
    package static let utc = TimeZoneInformation()

    /// No file of the database is nearly as large.
    package static let sizeLimit = 1 << 20

    /// Reads a file of any version. Files that count leap seconds are refused: nobody's wall clock does.
    package init(bytes: [UInt8]) throws(TimeZoneError) {
        guard bytes.count <= Self.sizeLimit else { throw TimeZoneError("\(bytes.count) bytes, wanted at most \(Self.sizeLimit)") }
        var reader = TimeZoneReader(bytes)
        let header = try reader.header()
        // From version 2 on the first part is for programs of before 2038, and a second one follows with the same in 64 bits.
        guard header.version >= UInt8(ascii: "2") else {
            try read(header, &reader, width: 4)
            return
        }
        try reader.skip(header.size(width: 4))
        let second = try reader.header()
        try read(second, &reader, width: 8)
        let footer = try reader.footer()
        if !footer.isEmpty { rule = try TimeZoneRule(footer) }
    }

    private mutating func read(_ header: TimeZoneReader.Header, _ reader: inout TimeZoneReader, width: Int) throws(TimeZoneError) {
        guard header.leapSeconds == 0 else { throw TimeZoneError("it counts leap seconds") }
        guard header.types > 0 else { throw TimeZoneError("it has no local time type") }
        transitions.reserveCapacity(header.transitions)
        for _ in 0..<header.transitions {
            let moment = try reader.integer(width)
            guard transitions.last.map({ $0 < moment }) ?? true else { throw TimeZoneError("transitions are not in order") }
            transitions.append(moment)
        }
        var types: [Int] = []
        for _ in 0..<header.transitions { types.append(Int(try reader.byte())) }
        var known: [Int64] = []
        for _ in 0..<header.types {
            let offset = try reader.integer(4)
            try reader.skip(2)
            // RFC 8536, 3.2: more than 25 hours behind or 26 ahead of UTC is no clock's.
            guard (-89_999...93_599).contains(offset) else { throw TimeZoneError("an offset of \(offset) s") }
            known.append(offset)
        }
        for type in types {
            guard type < known.count else { throw TimeZoneError("type \(type) of \(known.count)") }
            offsets.append(known[type])
        }
        first = known[0]
        try reader.skip(header.characters + header.standardIndicators + header.universalIndicators)
    }

    /// Seconds that clocks are ahead of UTC.
    package func offset(at seconds: Int64) -> Int64 {
        guard let last = transitions.last else { return rule?.offset(at: seconds) ?? first }
        if seconds >= last { return rule?.offset(at: seconds) ?? offsets[offsets.count - 1] }
        var (low, high) = (0, transitions.count)
        while low < high {
            let middle = (low + high) / 2
            if transitions[middle] <= seconds { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? first : offsets[low - 1]
    }

    /// When clocks show a time, given as if it were UTC. Shown twice: the first of them. Never shown, as clocks were put forward: when they would
    /// have shown it, had they not been (RFC 5545, 3.3.5).
    package func seconds(showing local: Int64) -> Int64 {
        // No clock is further from UTC than this, and none is changed twice within it.
        let margin: Int64 = 36 * 3600
        let (before, after) = (offset(at: local - margin), offset(at: local + margin))
        let fitting = [before, after].map { local - $0 }.filter { offset(at: $0) == local - $0 }
        return fitting.min() ?? local - before
    }
}

/// Why bytes are no time zone.
package struct TimeZoneError: Error, Hashable, CustomStringConvertible {
    package var reason: String

    package init(_ reason: String) { self.reason = reason }

    package var description: String { reason }
}
