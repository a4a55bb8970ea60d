/// Names as Prometheus takes them: swift-metrics takes any text.
enum MetricName {
    /// `[a-zA-Z_:][a-zA-Z0-9_:]*`; every other character becomes `_`.
    static func metric(_ text: String) -> String { valid(text, colon: true) }

    /// `[a-zA-Z_][a-zA-Z0-9_]*`. Two leading underscores are the servers' own, and `le` is a histogram's: they get a prefix, as servers give
    /// it to labels that clash with theirs.
    static func label(_ text: String) -> String {
        let name = valid(text, colon: false)
        return name == "le" || name == "quantile" || name.hasPrefix("__") ? "exported_" + name : name
    }

    private static func valid(_ text: String, colon: Bool) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "a"..."z", "A"..."Z", "_": bytes.append(UInt8(scalar.value))
            case "0"..."9":
                if bytes.isEmpty { bytes.append(UInt8(ascii: "_")) }
                bytes.append(UInt8(scalar.value))
            case ":" where colon: bytes.append(UInt8(scalar.value))
            default: bytes.append(UInt8(ascii: "_"))
            }
        }
        return bytes.isEmpty ? "_" : String(decoding: bytes, as: UTF8.self)
    }
}
