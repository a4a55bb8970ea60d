public import JSON

extension YAML {
    /// A document in block style, as `kubectl` writes it: two spaces a step, sequences as far in as their key, members in their
    /// order, a newline at the end. Strings are quoted whenever some reader might take them for something else; several lines become a
    /// `|` block where that loses nothing. What it writes, `document` reads back as the same value, but for doubles without a
    /// fraction, which come back as integers.
    ///
    /// Infinities and NaN are written as strings, as `JSON.bytes` does.
    public static func text(_ json: JSON) -> String {
        var writer = YAMLWriter()
        writer.write(json)
        return writer.text
    }

    /// Several documents, each after a `---` line but the first.
    public static func text(documents: [JSON]) -> String {
        documents.map { text($0) }.joined(separator: "---\n")
    }
}

/// Appends values in block style. Recursive: a value nested by hand deeper than any parsed one costs stack.
struct YAMLWriter {
    private(set) var text = ""

    mutating func write(_ value: JSON) {
        switch value {
        case .object(let members) where !members.isEmpty: write(members, indentation: 0)
        case .array(let elements) where !elements.isEmpty: write(elements, indentation: 0)
        default: writeScalar(value, indentation: 0)
        }
    }

    /// Members one below the other; the first stands where the text ends, when something is before it on its line.
    private mutating func write(_ members: JSONObject, indentation: Int, isFirstInline: Bool = false) {
        var isInline = isFirstInline
        for (key, value) in members {
            if !isInline { indent(indentation) }
            isInline = false
            let key = Self.inline(key)
            // Readers look for the colon of a key within 1024 characters; a longer key says that it is one.
            if key.utf8.count > 1000 {
                text += "? " + key + "\n"
                indent(indentation)
            } else {
                text += key
            }
            text += ":"
            switch value {
            case .object(let members) where !members.isEmpty:
                text += "\n"
                write(members, indentation: indentation + 2)
            case .array(let elements) where !elements.isEmpty:
                text += "\n"
                write(elements, indentation: indentation)
            default:
                text += " "
                writeScalar(value, indentation: indentation + 2)
            }
        }
    }

    private mutating func write(_ elements: [JSON], indentation: Int, isFirstInline: Bool = false) {
        var isInline = isFirstInline
        for value in elements {
            if !isInline { indent(indentation) }
            isInline = false
            text += "- "
            switch value {
            case .object(let members) where !members.isEmpty: write(members, indentation: indentation + 2, isFirstInline: true)
            case .array(let elements) where !elements.isEmpty: write(elements, indentation: indentation + 2, isFirstInline: true)
            default: writeScalar(value, indentation: indentation + 2)
            }
        }
    }

    /// A value on the current line, and the newline; further lines of a block are indented.
    private mutating func writeScalar(_ value: JSON, indentation: Int) {
        switch value {
        case .string(let string) where string.isBlockSafe:
            text += string.utf8.last == 0x0A ? "|\n" : "|-\n"
            for line in (string.utf8.last == 0x0A ? string.dropLast() : string[...]).split(
                separator: "\n", omittingEmptySubsequences: false)
            {
                if !line.isEmpty { indent(max(indentation, 2)) }
                text += line + "\n"
            }
        case .string(let string): text += Self.inline(string) + "\n"
        case .double(let double) where !double.isFinite:
            text += Self.inline(double.isNaN ? "NaN" : double < 0 ? "-Infinity" : "Infinity") + "\n"
        default: text += value.text() + "\n"
        }
    }

    private mutating func indent(_ count: Int) { text += String(repeating: " ", count: count) }

    private static func inline(_ string: String) -> String { string.isPlainSafe ? string : quoted(string) }

    /// In double quotes, with everything escaped that a reader would refuse or change.
    private static func quoted(_ string: String) -> String {
        var text = "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\t": text += "\\t"
            case "\r": text += "\\r"
            case _ where scalar.isPrintableInYAML: text.unicodeScalars.append(scalar)
            default:
                let digits = String(scalar.value, radix: 16, uppercase: true)
                text += scalar.value < 0x100 ? "\\x" : "\\u"
                text += String(repeating: "0", count: (scalar.value < 0x100 ? 2 : 4) - digits.count) + digits
            }
        }
        return text + "\""
    }
}
