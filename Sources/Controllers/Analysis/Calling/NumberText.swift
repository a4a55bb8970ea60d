/// Numbers as texts, as Prometheus writes them: `0.25`, `1e-05`, `NaN`, `+Inf`, `-Inf`.
enum NumberText {
    /// Nil for anything else, hexadecimal and spaces included.
    static func number(_ text: String) -> Double? {
        switch text {
        case "NaN": return .nan
        case "Inf", "+Inf": return .infinity
        case "-Inf": return -.infinity
        default:
            let isDecimal = text.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"): true
                default: false
                }
            }
            guard isDecimal, text.utf8.count <= 64, let number = Double(text), number.isFinite else { return nil }
            return number
        }
    }
}
