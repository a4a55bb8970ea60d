/// One data item of CBOR (RFC 8949 §3), as far as COSE headers need it.
indirect enum CBORValue: Sendable, Hashable {
    case unsigned(UInt64)
    /// The number −1 − n.
    case negative(UInt64)
    case bytes([UInt8])
    case text(String)
    case array([CBORValue])
    /// In the order it was written; no key twice.
    case map([Entry])
    case tagged(UInt64, CBORValue)
    /// false, true, null, undefined and the unassigned simple values, by number.
    case simple(UInt8)
    /// A floating-point number of 2, 4 or 8 bytes, as they stand there: nothing here computes with it.
    case float([UInt8])

    struct Entry: Sendable, Hashable {
        var key: CBORValue
        var value: CBORValue
    }

    /// For messages.
    var kind: String {
        switch self {
        case .unsigned, .negative: "an integer"
        case .bytes: "a byte string"
        case .text: "a text string"
        case .array: "an array"
        case .map: "a map"
        case .tagged(let tag, _): "tag \(tag)"
        case .simple: "a simple value"
        case .float: "a floating-point number"
        }
    }

    var bytes: [UInt8]? { if case .bytes(let bytes) = self { bytes } else { nil } }
    var text: String? { if case .text(let text) = self { text } else { nil } }
    var array: [CBORValue]? { if case .array(let values) = self { values } else { nil } }
    var map: [Entry]? { if case .map(let entries) = self { entries } else { nil } }

    /// Nil beyond the range of `Int64`.
    var integer: Int64? {
        switch self {
        case .unsigned(let number): Int64(exactly: number)
        case .negative(let number): Int64(exactly: number).map { -1 - $0 }
        default: nil
        }
    }
}

/// Why bytes aren't CBOR as it is taken here.
struct CBORFault: Error, Sendable, Hashable, CustomStringConvertible {
    var reason: String
    /// Where, in bytes from the start.
    var offset: Int

    var description: String { "byte \(offset): \(reason)" }
}
