package import JSON
package import Schema

/// How agents send a sketch: a byte for the version, then for each bin that holds something how many bins it is further on than the last one, and its
/// count, as unsigned LEB128; the first bin is counted from the lowest there is. In JSON it is a text in Base64.
///
/// A sketch has one form alone: what is not in its shortest form, has empty bins or anything behind it is refused.
extension LatencySketch: SchemaValue {
    private static let version: UInt8 = 1

    package var bytes: [UInt8] {
        var bytes = [Self.version]
        var last = Self.indices.lowerBound - 1
        for (offset, count) in counts.enumerated() where count > 0 {
            append(UInt64(first + offset - last - 1), to: &bytes)
            append(count, to: &bytes)
            last = first + offset
        }
        return bytes
    }

    /// Nil when they are no sketch.
    package init?(bytes: [UInt8]) {
        guard bytes.first == Self.version else { return nil }
        var rest = bytes.dropFirst()
        var bins: [(index: Int, count: UInt64)] = []
        var last = Self.indices.lowerBound - 1
        while !rest.isEmpty {
            guard let gap = Self.number(&rest), let count = Self.number(&rest), gap < UInt64(Self.indices.count), count > 0 else {
                return nil
            }
            last += Int(gap) + 1
            guard last <= Self.indices.upperBound else { return nil }
            bins.append((last, count))
        }
        self.init(bins: bins)
    }

    private func append(_ number: UInt64, to bytes: inout [UInt8]) {
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    private static func number(_ bytes: inout ArraySlice<UInt8>) -> UInt64? {
        var number: UInt64 = 0
        var shift: UInt64 = 0
        while let byte = bytes.popFirst() {
            let digit = UInt64(byte & 0x7F)
            guard shift < 63 || shift == 63 && digit <= 1 else { return nil }
            number |= digit << shift
            if byte & 0x80 == 0 { return byte == 0 && shift > 0 ? nil : number }
            shift += 7
        }
        return nil
    }

    package init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        guard let text = json.string else { throw JSONDecodingError(path: path, wanted: "a sketch in Base64", found: json.kind) }
        guard let bytes = Base64.decode(text), let sketch = LatencySketch(bytes: bytes) else {
            throw JSONDecodingError(path: path, wanted: "a sketch in Base64", found: "something else of \(text.utf8.count) bytes")
        }
        self = sketch
    }

    package var json: JSON { .string(Base64.encode(bytes)) }

    package static var schema: StructuralSchema {
        var schema = StructuralSchema(.string)
        schema.maxLength = 24_576
        return schema
    }
}
