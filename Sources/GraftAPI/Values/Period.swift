package import JSON
package import Schema

/// A length of time as people write it: whole hours, minutes and seconds, largest first, like `90s`, `5m` or `1h30m`.
package struct Period: SchemaValue, Hashable, Comparable, CustomStringConvertible {
    /// Never negative.
    package var seconds: Int

    package init(seconds: Int) { self.seconds = seconds }

    package var duration: Duration { .seconds(seconds) }

    package static func < (left: Period, right: Period) -> Bool { left.seconds < right.seconds }

    package var description: String {
        let parts = [(seconds / 3600, "h"), (seconds / 60 % 60, "m"), (seconds % 60, "s")].filter { $0.0 > 0 }
        return parts.isEmpty ? "0s" : parts.map { "\($0.0)\($0.1)" }.joined()
    }

    /// Nil when it is not written so, or a number has more than six digits.
    package init?(_ text: String) {
        var units: [(Character, Int)] = [("h", 3600), ("m", 60), ("s", 1)]
        var (total, digits) = (0, "")
        guard !text.isEmpty else { return nil }
        for character in text {
            if character.isASCII, character.isNumber {
                digits.append(character)
                continue
            }
            guard (1...6).contains(digits.count), let count = Int(digits), let unit = units.firstIndex(where: { $0.0 == character })
            else { return nil }
            total += count * units[unit].1
            units.removeFirst(unit + 1)
            digits = ""
        }
        guard digits.isEmpty else { return nil }
        seconds = total
    }

    package init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        guard let text = json.string, let period = Period(text) else {
            throw JSONDecodingError(path: path, wanted: "a length of time like 90s, 5m or 1h30m", found: json.string ?? json.kind)
        }
        self = period
    }

    package var json: JSON { .string(description) }

    package static var schema: StructuralSchema {
        var schema = StructuralSchema(.string)
        schema.pattern = "^([0-9]{1,6}h)?([0-9]{1,6}m)?([0-9]{1,6}s)?$"
        schema.minLength = 2
        schema.maxLength = 21
        return schema
    }
}
