/// The times that `!!timestamp` may stand before: `2015-1-2`, `2015-1-2 3:4:5.6`, `2015-1-2T3:4:5.6Z`, `2015-1-2t3:4:5+01:00`. They
/// stay the strings they were written as.
enum YAMLTimestamp {
    static func isOne(_ text: String) -> Bool {
        var reader = Reader(rest: text.utf8[...])
        guard let year = reader.number(4...4), reader.skip("-"), let month = reader.number(1...2), (1...12).contains(month),
            reader.skip("-"), let day = reader.number(1...2), day >= 1, day <= days(in: month, of: year)
        else { return false }
        if reader.rest.isEmpty { return true }
        let hasZone = reader.skip("T") || reader.skip("t")
        guard hasZone || reader.skip(" ") else { return false }
        guard let hour = reader.number(1...2), hour < 24, reader.skip(":"), let minute = reader.number(1...2), minute < 60,
            reader.skip(":"), let second = reader.number(1...2), second < 60
        else { return false }
        if reader.skip(".") || reader.skip(",") { guard reader.number(1...9) != nil, reader.skipDigits() else { return false } }
        return (!hasZone || reader.zone()) && reader.rest.isEmpty
    }

    private static func days(in month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    private struct Reader {
        var rest: Substring.UTF8View

        mutating func skip(_ character: Unicode.Scalar) -> Bool {
            guard rest.first == UInt8(ascii: character) else { return false }
            rest.removeFirst()
            return true
        }

        mutating func number(_ lengths: ClosedRange<Int>) -> Int? {
            var value = 0
            var length = 0
            while length < lengths.upperBound, let digit = rest.first, (0x30...0x39).contains(digit) {
                value = value * 10 + Int(digit - 0x30)
                length += 1
                rest.removeFirst()
            }
            return lengths.contains(length) ? value : nil
        }

        /// Always true.
        mutating func skipDigits() -> Bool {
            while let digit = rest.first, (0x30...0x39).contains(digit) { rest.removeFirst() }
            return true
        }

        /// `Z` or `+01:00`.
        mutating func zone() -> Bool {
            if skip("Z") { return true }
            guard skip("+") || skip("-"), let hour = number(2...2), hour <= 24, skip(":"), let minute = number(2...2) else { return false }
            return minute <= 60
        }
    }
}
