extension Unicode.Scalar {
    /// May stand in a document as it is (YAML 1.1, section 5.1), and is no line break: `\n` and tab count as not printable here.
    var isPrintableInYAML: Bool {
        switch value {
        case 0x2028, 0x2029, 0xFEFF: false
        case 0x20...0x7E, 0xA0...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF: true
        default: false
        }
    }
}

extension String {
    /// Whether the string may stand without quotes, in block context, for every reader of YAML 1.1 and 1.2.
    var isPlainSafe: Bool {
        guard let first = unicodeScalars.first, let last = unicodeScalars.last, first.startsPlainText else { return false }
        guard last != " ", last != ":" else { return false }
        var previous: Unicode.Scalar?
        for scalar in unicodeScalars {
            guard scalar.isPrintableInYAML else { return false }
            if scalar == "#", previous == " " { return false }
            if scalar == " ", previous == ":" { return false }
            previous = scalar
        }
        // At the beginning of a line these end a document.
        if hasPrefix("...") { return false }
        if first == "-", hasPrefix("---") || utf8.count == 1 || utf8.dropFirst().first == 0x20 { return false }
        guard case .string = YAMLScalar.resolve(plain: self) else { return false }
        return !isReservedWord && !looksLikeNumber
    }

    /// Words that some reader takes for a boolean or null, in whatever case.
    private var isReservedWord: Bool {
        guard utf8.count <= 5 else { return false }
        switch lowercased() {
        case "y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf": return true
        default: return false
        }
    }

    /// Numbers, dates and times of every kind start so and have no other characters; so have some harmless strings.
    private var looksLikeNumber: Bool {
        switch utf8.first! {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."): break
        default: return false
        }
        return utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"): true
            default: "xXoOtTzZ+-._:, ".utf8.contains(byte)
            }
        }
    }

    /// Whether a `|` block says this string exactly: several lines, nothing that must be escaped, no white space where a reader may drop it.
    var isBlockSafe: Bool {
        guard let first = unicodeScalars.first, first != " ", first != "\t", first != "\n" else { return false }
        var previous: Unicode.Scalar = "\n"
        var breaks = 0
        for scalar in unicodeScalars {
            if scalar == "\n" {
                guard previous != " ", previous != "\t" else { return false }
                breaks += 1
            } else {
                guard scalar == "\t" || scalar.isPrintableInYAML else { return false }
            }
            if scalar == "\t", previous == "\n" { return false }
            previous = scalar
        }
        return breaks > 0 && !hasSuffix("\n\n") && previous != " " && previous != "\t"
    }
}

extension Unicode.Scalar {
    /// May begin a string without quotes: no indicator, and nothing that is rare enough to be worth quoting.
    fileprivate var startsPlainText: Bool {
        switch self {
        case "a"..."z", "A"..."Z", "0"..."9", "_", "/", ".", "-", "+", "$", "(": true
        default: value >= 0xA0
        }
    }
}
