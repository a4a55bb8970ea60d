extension Moment {
    /// Reads RFC 3339 §5.6 as protobuf's JSON writes a Timestamp: `2022-10-31T23:59:59.999Z`, with at most nine digits of a second's
    /// fraction and with Z, or with an offset of hours and minutes. nil for anything else.
    package init?(rfc3339 text: String) {
        var digits = DigitReader(text.utf8)
        guard let year = digits.number(4), digits.take("-"), let month = digits.number(2), digits.take("-"), let day = digits.number(2),
            digits.take("T"), let hour = digits.number(2), digits.take(":"), let minute = digits.number(2), digits.take(":"),
            let second = digits.number(2)
        else { return nil }
        var nanoseconds: Int32 = 0
        if digits.take(".") {
            guard let fraction = digits.fraction() else { return nil }
            nanoseconds = fraction
        }
        guard
            let local = Moment(
                year: year, month: month, day: day, hour: hour, minute: minute, second: second, nanoseconds: nanoseconds)
        else { return nil }
        if digits.take("Z") {
            guard digits.isAtEnd else { return nil }
            self = local
            return
        }
        let isEast = digits.take("+")
        guard isEast || digits.take("-"), let hours = digits.number(2), digits.take(":"), let minutes = digits.number(2), digits.isAtEnd,
            hours <= 23, minutes <= 59
        else { return nil }
        let offset = Int64(hours * 3600 + minutes * 60)
        self.init(seconds: isEast ? local.seconds - offset : local.seconds + offset, nanoseconds: nanoseconds)
    }
}

/// Takes fixed numbers of ASCII digits from a text; nothing that `Int.init` would also take, such as a sign.
struct DigitReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: some Sequence<UInt8>) { rest = ArraySlice(bytes) }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest.removeFirst()
        return true
    }

    mutating func number(_ count: Int) -> Int? {
        guard rest.count >= count else { return nil }
        var value = 0
        for _ in 0..<count {
            guard let digit = digit() else { return nil }
            value = value * 10 + digit
        }
        return value
    }

    /// One to nine digits after a decimal point, as nanoseconds.
    mutating func fraction() -> Int32? {
        var value = 0
        var count = 0
        while let digit = digit() {
            guard count < 9 else { return nil }
            value = value * 10 + digit
            count += 1
        }
        guard count > 0 else { return nil }
        for _ in count..<9 { value *= 10 }
        return Int32(value)
    }

    private mutating func digit() -> Int? {
        guard let byte = rest.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
        rest.removeFirst()
        return Int(byte - UInt8(ascii: "0"))
    }
}
