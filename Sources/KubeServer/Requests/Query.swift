import KubeCore
import Schema

/// The parameters of a request, decoded.
struct Query: Sendable {
    private let values: [String: String]

    /// Reads `a=b&c=d` (the URL Standard's form encoding: `+` is a space). Of a repeated parameter the first counts.
    init(_ text: some StringProtocol) {
        var values: [String: String] = [:]
        for pair in text.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = PercentEncoding.decode(parts[0], plusIsSpace: true)
            if values[name] == nil { values[name] = parts.count > 1 ? PercentEncoding.decode(parts[1], plusIsSpace: true) : "" }
        }
        self.values = values
    }

    /// Nil when absent or empty.
    subscript(name: String) -> String? { values[name].flatMap { $0.isEmpty ? nil : $0 } }

    /// - Throws: 400 when it is neither true nor false.
    func bool(_ name: String) throws(KubeError) -> Bool? {
        guard let text = values[name] else { return nil }
        switch text {
        case "", "true", "1", "True", "TRUE", "t": return true
        case "false", "0", "False", "FALSE", "f": return false
        default: throw .badRequest("\(name): wanted true or false, found \"\(text)\"")
        }
    }

    /// - Throws: 400 when it is no whole number.
    func integer(_ name: String) throws(KubeError) -> Int64? {
        guard let text = self[name] else { return nil }
        guard let value = Int64(text) else { throw .badRequest("\(name): wanted a whole number, found \"\(text)\"") }
        return value
    }

    /// - Throws: 400 when it is anything but `All`.
    func dryRun() throws(KubeError) -> Bool {
        guard let text = self["dryRun"] else { return false }
        guard text == "All" else {
            throw .invalidOptions(field: "dryRun", "Unsupported value: \"\(text)\": supported values: \"All\"", .notSupported)
        }
        return true
    }
}

enum PercentEncoding {
    /// Decodes `%XX`; what is no such sequence is taken as it stands.
    static func decode(_ text: some StringProtocol, plusIsSpace: Bool = false) -> String {
        guard text.utf8.contains(where: { $0 == UInt8(ascii: "%") || (plusIsSpace && $0 == UInt8(ascii: "+")) }) else {
            return String(text)
        }
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let high = rest.first.flatMap(digit), let low = rest.dropFirst().first.flatMap(digit) {
                bytes.append(high << 4 | low)
                rest = rest.dropFirst(2)
            } else if byte == UInt8(ascii: "+"), plusIsSpace {
                bytes.append(UInt8(ascii: " "))
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
