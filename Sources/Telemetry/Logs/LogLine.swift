import JSON
import Logging

/// One event, ready to be written.
struct LogLine {
    var time: String
    var level: Logger.Level
    var label: String
    var message: String
    var metadata: Logger.Metadata

    /// With its line feed, and no other.
    func bytes(_ format: LogFormat) -> [UInt8] {
        switch format {
        case .json: json.bytes() + [0x0A]
        case .text: Array(text.utf8) + [0x0A]
        }
    }

    /// `ts`, `level`, `logger` and `msg`, as controllers write them, then the metadata by key. A key that is one of those four
    /// gets an underscore in front.
    private var json: JSON {
        var object: JSONObject = [
            "ts": .string(time), "level": .string(level.rawValue), "logger": .string(label), "msg": .string(message),
        ]
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
            var name = key
            while object.contains(name) { name = "_" + name }
            object[name] = Self.json(value)
        }
        return .object(object)
    }

    private static func json(_ value: Logger.Metadata.Value) -> JSON {
        switch value {
        case .string(let text): .string(text)
        case .stringConvertible(let value):
            switch value {
            case let value as Bool: .bool(value)
            case let value as Int: .integer(Int64(value))
            case let value as Int64: .integer(value)
            case let value as Int32: .integer(Int64(value))
            case let value as Double where value.isFinite: .double(value)
            default: .string(value.description)
            }
        case .array(let values): .array(values.map(json))
        case .dictionary(let values):
            .object(values.sorted { $0.key < $1.key }.reduce(into: JSONObject()) { $0[$1.key] = json($1.value) })
        }
    }

    /// `2026-11-21T11:00:00.123456Z info config-mirror: leading lease=platform/config-mirror`.
    private var text: String {
        var text = "\(time) \(level.rawValue) \(label): \(Self.inOneLine(message))"
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
            text += " \(Self.word(key))=\(Self.word(Self.plain(value)))"
        }
        return text
    }

    private static func plain(_ value: Logger.Metadata.Value) -> String {
        switch value {
        case .string(let text): text
        case .stringConvertible(let value): value.description
        case .array, .dictionary: json(value).text()
        }
    }

    /// In quotes, with escapes as JSON has them, where blanks or others would make it ambiguous.
    private static func word(_ text: String) -> String {
        let isPlain =
            !text.isEmpty
            && text.utf8.allSatisfy { $0 > 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "=") && $0 != UInt8(ascii: "\\") }
        return visible(isPlain ? text : JSON.string(text).text())
    }

    private static func inOneLine(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 < 0x20 }) else { return visible(text) }
        return visible(String(JSON.string(text).text().dropFirst().dropLast()))
    }

    /// What others wrote stands in a terminal too: nothing in it moves the cursor, or turns the direction of writing.
    private static func visible(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 >= 0x7F }) else { return text }
        return text.unicodeScalars.reduce(into: "") { $0 += $1.isVisible ? String($1) : $1.escaped(asASCII: true) }
    }
}

extension Unicode.Scalar {
    fileprivate var isVisible: Bool {
        if isASCII { return value != 0x7F }
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: return false
        default: return true
        }
    }
}
