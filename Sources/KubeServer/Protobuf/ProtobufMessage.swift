import JSON
import KubeCore

/// How a Kubernetes object in protocol buffers maps to JSON: the numbers of its fields (`generated.proto` of the API packages).
indirect enum ProtobufMessage: Sendable {
    case fields([Int: (name: String, type: FieldType)])

    enum FieldType: Sendable {
        case string, integer, bool, time
        /// `[]byte`: base64 in JSON.
        case data
        case message(ProtobufMessage)
        case strings
        case messages(ProtobufMessage)
        case stringMap, dataMap
    }

    /// Reads a message; fields not known here are skipped.
    func json(_ bytes: ArraySlice<UInt8>, depth: Int = 0) throws(ProtobufReader.Malformed) -> JSON {
        guard case .fields(let fields) = self, depth < 16 else { throw ProtobufReader.Malformed() }
        var object = JSONObject()
        var reader = ProtobufReader(bytes)
        while let (number, value) = try reader.next() {
            guard let (name, type) = fields[number] else { continue }
            switch (type, value) {
            // Kubernetes writes empty strings where there is nothing.
            case (.string, .bytes(let bytes)): if !bytes.isEmpty { object[name] = try Self.text(bytes) }
            case (.integer, .number(let number)): object[name] = .integer(Int64(bitPattern: number))
            case (.bool, .number(let number)): object[name] = .bool(number != 0)
            case (.time, .bytes(let bytes)): object[name] = try Self.time(bytes)
            case (.data, .bytes(let bytes)): object[name] = .string(Base64.encode(Array(bytes)))
            case (.message(let message), .bytes(let bytes)): object[name] = try message.json(bytes, depth: depth + 1)
            case (.strings, .bytes(let bytes)): object[name] = .array((object[name]?.array ?? []) + [try Self.text(bytes)])
            case (.messages(let message), .bytes(let bytes)):
                object[name] = .array((object[name]?.array ?? []) + [try message.json(bytes, depth: depth + 1)])
            case (.stringMap, .bytes(let bytes)), (.dataMap, .bytes(let bytes)):
                let isData = if case .dataMap = type { true } else { false }
                var map = object[name] ?? [:]
                let (key, value) = try Self.entry(bytes, isData: isData)
                map[key] = value
                object[name] = map
            default: throw ProtobufReader.Malformed()
            }
        }
        return .object(object)
    }

    private static func text(_ bytes: ArraySlice<UInt8>) throws(ProtobufReader.Malformed) -> JSON {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw ProtobufReader.Malformed() }
        return .string(text)
    }

    /// `metav1.Time`; null when it is unset.
    private static func time(_ bytes: ArraySlice<UInt8>) throws(ProtobufReader.Malformed) -> JSON {
        var reader = ProtobufReader(bytes)
        while let (number, value) = try reader.next() {
            if number == 1, case .number(let bits) = value {
                let seconds = Int64(bitPattern: bits)
                // Years 1 to 9999, as Protocol Buffers' own timestamps: beyond them there is no RFC 3339.
                guard (-62_135_596_800...253_402_300_799).contains(seconds) else { throw ProtobufReader.Malformed() }
                return .string(Timestamp(seconds: seconds).description)
            }
        }
        return .null
    }

    private static func entry(_ bytes: ArraySlice<UInt8>, isData: Bool) throws(ProtobufReader.Malformed) -> (String, JSON) {
        var (key, result) = ("", JSON.string(""))
        var reader = ProtobufReader(bytes)
        while let (number, value) = try reader.next() {
            guard case .bytes(let bytes) = value else { throw ProtobufReader.Malformed() }
            if number == 1 { key = try text(bytes).string ?? "" }
            if number == 2 { result = isData ? .string(Base64.encode(Array(bytes))) : try text(bytes) }
        }
        return (key, result)
    }
}
