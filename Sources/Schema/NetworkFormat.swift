/// Formats of names and addresses.
enum NetworkFormat {
    /// An absolute URI or an absolute path, as HTTP requests name them (RFC 3986, RFC 9112 §3.2).
    static func isURI(_ text: String) -> Bool {
        guard let first = text.utf8.first, text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }), hasValidEscapes(text) else { return false }
        if first == UInt8(ascii: "/") { return true }
        guard first.isLetter, let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) else { return false }
        let scheme = text.utf8[..<colon]
        return scheme.allSatisfy { $0.isLetter || $0.isDigit || "+-.".utf8.contains($0) }
    }

    private static func hasValidEscapes(_ text: String) -> Bool {
        var rest = text.utf8[...]
        while let percent = rest.firstIndex(of: UInt8(ascii: "%")) {
            rest = rest[percent...].dropFirst()
            guard rest.count >= 2, rest.prefix(2).allSatisfy(\.isHexDigit) else { return false }
        }
        return true
    }

    /// An address (RFC 5322 §3.4.1, with an atom or a quoted string before the sign), alone or as `Name <address>`.
    static func isEmail(_ text: String) -> Bool {
        var address = text[...]
        if text.hasSuffix(">") {
            guard let open = text.lastIndex(of: "<") else { return false }
            address = text[text.index(after: open)...].dropLast()
        }
        guard let sign = address.lastIndex(of: "@") else { return false }
        let local = address[..<sign]
        let domain = address[address.index(after: sign)...]
        return (isDotAtom(local) || isQuoted(local)) && isDotAtom(domain)
    }

    private static func isDotAtom(_ text: Substring) -> Bool {
        text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { atom in
            !atom.isEmpty
                && atom.utf8.allSatisfy { $0.isLetter || $0.isDigit || $0 >= 0x80 || "!#$%&'*+-/=?^_`{|}~".utf8.contains($0) }
        }
    }

    private static func isQuoted(_ text: Substring) -> Bool {
        text.count >= 2 && text.hasPrefix("\"") && text.hasSuffix("\"") && !text.dropFirst().dropLast().contains("\"")
    }

    /// Labels of at most 63 bytes (RFC 1123 §2.1), letters and symbols of any script allowed, at most 255 bytes in all.
    static func isHostname(_ text: String) -> Bool {
        guard !text.isEmpty, text.utf8.count <= 255 else { return false }
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        guard labels.allSatisfy({ isHostLabel($0) }) else { return false }
        return labels.count == 1 || labels.last!.unicodeScalars.allSatisfy { $0.properties.isAlphabetic } && labels.last!.count >= 2
    }

    private static func isHostLabel(_ label: Substring) -> Bool {
        (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
            && label.unicodeScalars.allSatisfy { scalar in
                guard !scalar.isASCII else { return UInt8(ascii: scalar).isLetter || UInt8(ascii: scalar).isDigit || scalar == "-" }
                switch scalar.properties.generalCategory {
                case .mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol: return true
                default: return scalar.properties.isAlphabetic
                }
            }
    }

    /// Four decimal numbers up to 255. Leading zeros are let pass, as Kubernetes does.
    static func isIPv4(_ text: some StringProtocol) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy { part in
                !part.isEmpty && part.utf8.allSatisfy(\.isDigit) && (Int(part).map { $0 <= 255 } ?? false)
            }
    }

    /// RFC 4291 §2.2: eight groups, one run of them left out by `::`, the last two possibly as an IPv4 address.
    static func isIPv6(_ text: some StringProtocol) -> Bool {
        guard text.contains(":") else { return false }
        let halves = halvesAroundGap(text)
        guard let head = groups(halves.head, endsAddress: halves.tail == nil) else { return false }
        guard let tail = halves.tail else { return head == 8 }
        guard let tailCount = groups(tail, endsAddress: true) else { return false }
        return head + tailCount <= 7
    }

    private static func halvesAroundGap(_ text: some StringProtocol) -> (head: String, tail: String?) {
        let characters = Array(text)
        guard let gap = characters.indices.dropLast().first(where: { characters[$0] == ":" && characters[$0 + 1] == ":" }) else {
            return (String(text), nil)
        }
        return (String(characters[..<gap]), String(characters[(gap + 2)...]))
    }

    /// How many 16-bit groups the text holds; nil when one is malformed.
    private static func groups(_ text: String, endsAddress: Bool) -> Int? {
        if text.isEmpty { return 0 }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        var count = 0
        for (index, part) in parts.enumerated() {
            if endsAddress, index == parts.count - 1, part.contains(".") {
                guard isIPv4(part) else { return nil }
                count += 2
            } else {
                guard (1...4).contains(part.utf8.count), part.utf8.allSatisfy(\.isHexDigit) else { return nil }
                count += 1
            }
        }
        return count
    }

    /// An address and the length of its prefix in bits (RFC 4632 §3.1, RFC 4291 §2.3).
    static func isCIDR(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[1].isEmpty, parts[1].utf8.allSatisfy(\.isDigit), let bits = Int(parts[1]) else { return false }
        return isIPv4(parts[0]) && bits <= 32 || isIPv6(parts[0]) && bits <= 128
    }

    /// EUI-48, EUI-64 or a 20-byte InfiniBand address, in pairs by `:` or `-`, or in fours by `.`.
    static func isMAC(_ text: String) -> Bool {
        for (separator, width) in [(":", 2), ("-", 2), (".", 4)] as [(Character, Int)] where text.contains(separator) {
            let parts = text.split(separator: separator, omittingEmptySubsequences: false)
            return parts.allSatisfy { $0.utf8.count == width && $0.utf8.allSatisfy(\.isHexDigit) }
                && [6, 8, 20].contains(parts.count * width / 2)
        }
        return false
    }
}
