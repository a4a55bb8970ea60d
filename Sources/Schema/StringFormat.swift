/// The `format`s of strings that Kubernetes checks; names with and without hyphens are the same, others are not checked at all.
enum StringFormat: String {
    case bsonObjectID = "bsonobjectid"
    case uri, email, hostname, ipv4, ipv6, cidr, mac, uuid, uuid3, uuid4, uuid5, isbn, isbn10, isbn13, ssn, byte, password, date
    case creditCard = "creditcard"
    case hexColor = "hexcolor"
    case rgbColor = "rgbcolor"
    case duration
    case dateTime = "datetime"
    case shortName = "k8sshortname"
    case longName = "k8slongname"

    init?(name: String) { self.init(rawValue: name.filter { $0 != "-" }) }

    func accepts(_ text: String) -> Bool {
        switch self {
        case .password: true
        case .bsonObjectID: text.utf8.count == 24 && text.utf8.allSatisfy(\.isHexDigit)
        case .uri: NetworkFormat.isURI(text)
        case .email: NetworkFormat.isEmail(text)
        case .hostname: NetworkFormat.isHostname(text)
        case .ipv4: NetworkFormat.isIPv4(text)
        case .ipv6: NetworkFormat.isIPv6(text)
        case .cidr: NetworkFormat.isCIDR(text)
        case .mac: NetworkFormat.isMAC(text)
        case .uuid: Self.isUUID(text, version: nil)
        case .uuid3: Self.isUUID(text, version: "3")
        case .uuid4: Self.isUUID(text, version: "4")
        case .uuid5: Self.isUUID(text, version: "5")
        case .isbn: Self.isISBN10(text) || Self.isISBN13(text)
        case .isbn10: Self.isISBN10(text)
        case .isbn13: Self.isISBN13(text)
        case .creditCard: Self.isCreditCard(text)
        case .ssn: Self.matches(text, #"^\d{3}[- ]?\d{2}[- ]?\d{4}$"#)
        case .byte: Self.isBase64(text)
        case .hexColor: Self.matches(text, "^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$")
        case .rgbColor: Self.isRGBColor(text)
        case .date: TimeFormat.isDate(text)
        case .dateTime: TimeFormat.isDateTime(text)
        case .duration: TimeFormat.isDuration(text)
        case .shortName: text.utf8.count <= 63 && Self.matches(text, "^\(Self.label)$")
        case .longName: text.utf8.count <= 253 && Self.matches(text, "^\(Self.label)(\\.\(Self.label))*$")
        }
    }

    private static let label = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"

    private static func matches(_ text: String, _ pattern: String) -> Bool {
        (try? Pattern.cached(pattern))?.matches(text) ?? false
    }

    /// 32 hexadecimal digits, hyphens after the eighth, twelfth, sixteenth and twentieth being optional.
    private static func isUUID(_ text: String, version: Unicode.Scalar?) -> Bool {
        let variant = version == "4" || version == "5" ? "[89abAB]" : "[0-9a-fA-F]"
        let third = version.map { "\($0)[0-9a-fA-F]{3}" } ?? "[0-9a-fA-F]{4}"
        return matches(text, "^[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?\(third)-?\(variant)[0-9a-fA-F]{3}-?[0-9a-fA-F]{12}$")
    }

    private static func isISBN10(_ text: String) -> Bool {
        let characters = Array(text.utf8.filter { $0 != 0x2D && $0 != 0x20 })
        guard characters.count == 10, characters.dropLast().allSatisfy(\.isDigit) else { return false }
        var sum = 0
        for (index, character) in characters.dropLast().enumerated() { sum += (index + 1) * Int(character - 0x30) }
        switch characters[9] {
        case UInt8(ascii: "X"): sum += 100
        case let digit where digit.isDigit: sum += 10 * Int(digit - 0x30)
        default: return false
        }
        return sum % 11 == 0
    }

    private static func isISBN13(_ text: String) -> Bool {
        let characters = Array(text.utf8.filter { $0 != 0x2D && $0 != 0x20 })
        guard characters.count == 13, characters.allSatisfy(\.isDigit) else { return false }
        var sum = 0
        for (index, character) in characters.enumerated() { sum += (index % 2 == 0 ? 1 : 3) * Int(character - 0x30) }
        return sum % 10 == 0
    }

    /// Thirteen to nineteen digits, others left out, with a valid Luhn check digit.
    private static func isCreditCard(_ text: String) -> Bool {
        let digits = text.utf8.filter(\.isDigit)
        guard (13...19).contains(digits.count) else { return false }
        var sum = 0
        for (index, digit) in digits.reversed().enumerated() {
            let value = Int(digit - 0x30) * (index % 2 == 0 ? 1 : 2)
            sum += value > 9 ? value - 9 : value
        }
        return sum % 10 == 0
    }

    /// RFC 4648 §4 with padding, not empty.
    private static func isBase64(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard !bytes.isEmpty, bytes.count % 4 == 0 else { return false }
        let padding = bytes.suffix(2).filter { $0 == UInt8(ascii: "=") }.count
        return bytes.dropLast(padding).allSatisfy { $0.isDigit || $0.isLetter || $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "/") }
    }

    private static func isRGBColor(_ text: String) -> Bool {
        let channel = #"\s*(0|[1-9]\d?|1\d\d?|2[0-4]\d|25[0-5])\s*"#
        return matches(text, "^rgb\\(\(channel),\(channel),\(channel)\\)$")
    }
}

extension UInt8 {
    var isDigit: Bool { (0x30...0x39).contains(self) }
    var isLetter: Bool { (0x41...0x5A).contains(self) || (0x61...0x7A).contains(self) }
    var isHexDigit: Bool { isDigit || (0x41...0x46).contains(self) || (0x61...0x66).contains(self) }
}
