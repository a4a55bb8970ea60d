/// Reads the text format 0.0.4 strictly, by its specification and not by our writer.
struct Exposition {
    struct Sample: Equatable {
        var name: String
        var labels: [String: String]
        var value: Double
    }

    struct Family {
        var name: String
        var type: String
        var help: String?
        var samples: [Sample] = []
    }

    struct Malformed: Error, CustomStringConvertible {
        var line: Int
        var why: String
        var description: String { "line \(line): \(why)" }
    }

    private(set) var families: [Family] = []

    subscript(name: String) -> Family? { families.first { $0.name == name } }

    /// The value of one sample.
    func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
        families.flatMap(\.samples).first { $0.name == name && $0.labels == labels }?.value
    }

    init(_ bytes: [UInt8]) throws {
        guard bytes.isEmpty || bytes.last == 0x0A else { throw Malformed(line: 0, why: "no line feed at the end") }
        var help: [String: String] = [:]
        // By bytes: Swift takes texts for equal that differ.
        var seen: Set<[UInt8]> = []
        for (index, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).dropLast().enumerated() {
            func malformed(_ why: String) -> Malformed { Malformed(line: index + 1, why: why) }
            var scanner = Scanner(bytes: line)
            if scanner.take("# HELP ") {
                help[try scanner.name() ?? { throw malformed("no name after HELP") }()] = try scanner.helpText()
            } else if scanner.take("# TYPE ") {
                guard let name = try scanner.name(), scanner.take(" ") else { throw malformed("no name after TYPE") }
                let type = scanner.rest
                guard ["counter", "gauge", "histogram"].contains(type) else { throw malformed("type \(type)") }
                guard !families.contains(where: { $0.name == name }) else { throw malformed("\(name) has two TYPEs") }
                families.append(Family(name: name, type: type, help: help[name]))
            } else {
                guard let name = try scanner.name() else { throw malformed("no name") }
                let labels = try scanner.labels()
                guard scanner.take(" "), let value = Self.number(scanner.rest) else { throw malformed("no value: \(scanner.rest)") }
                guard let family = families.last else { throw malformed("a sample before any TYPE") }
                let suffixes = family.type == "histogram" ? ["_bucket", "_sum", "_count"] : [""]
                guard suffixes.contains(where: { family.name + $0 == name }) else { throw malformed("\(name) below \(family.name)") }
                let identity = name + labels.sorted { $0.key < $1.key }.map { "\u{0}\($0.key)\u{0}\($0.value)" }.joined()
                guard seen.insert(Array(identity.utf8)).inserted else { throw malformed("\(name) \(labels) stands there twice") }
                families[families.count - 1].samples.append(Sample(name: name, labels: labels, value: value))
            }
        }
    }

    private static func number(_ text: String) -> Double? {
        switch text {
        case "+Inf": .infinity
        case "-Inf": -.infinity
        case "NaN": .nan
        default: Double(text)
        }
    }
}

private struct Scanner {
    private var bytes: ArraySlice<UInt8>

    init(bytes: ArraySlice<UInt8>) { self.bytes = bytes }

    var rest: String { String(decoding: bytes, as: UTF8.self) }

    mutating func take(_ text: String) -> Bool {
        guard bytes.starts(with: text.utf8) else { return false }
        bytes = bytes.dropFirst(text.utf8.count)
        return true
    }

    /// `[a-zA-Z_:][a-zA-Z0-9_:]*`
    mutating func name(colon: Bool = true) throws -> String? {
        let name = bytes.prefix { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "_"):
                true
            case UInt8(ascii: ":"): colon
            default: false
            }
        }
        guard let first = name.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else { return nil }
        bytes = bytes.dropFirst(name.count)
        return String(decoding: name, as: UTF8.self)
    }

    mutating func labels() throws -> [String: String] {
        var labels: [String: String] = [:]
        guard take("{") else { return labels }
        repeat {
            guard let name = try name(colon: false), take("=\""), labels[name] == nil else { throw Fault() }
            labels[name] = try quoted()
        } while take(",")
        guard take("}") else { throw Fault() }
        return labels
    }

    struct Fault: Error {}

    private mutating func quoted() throws -> String {
        var value: [UInt8] = []
        while let byte = bytes.popFirst() {
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: value, as: UTF8.self)
            case UInt8(ascii: "\\"):
                switch bytes.popFirst() {
                case UInt8(ascii: "\\"): value.append(UInt8(ascii: "\\"))
                case UInt8(ascii: "\""): value.append(UInt8(ascii: "\""))
                case UInt8(ascii: "n"): value.append(0x0A)
                default: throw Fault()
                }
            default: value.append(byte)
            }
        }
        throw Fault()
    }

    mutating func helpText() throws -> String {
        guard take(" ") else { throw Fault() }
        var value: [UInt8] = []
        while let byte = bytes.popFirst() {
            guard byte == UInt8(ascii: "\\") else {
                value.append(byte)
                continue
            }
            switch bytes.popFirst() {
            case UInt8(ascii: "\\"): value.append(UInt8(ascii: "\\"))
            case UInt8(ascii: "n"): value.append(0x0A)
            default: throw Fault()
            }
        }
        return String(decoding: value, as: UTF8.self)
    }
}
