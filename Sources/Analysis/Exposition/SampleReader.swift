/// Reads one line: `name{label="value"} 12.5 1700000000`.
struct SampleReader {
    var rest: ArraySlice<UInt8>
    let line: Int
    let labelLimit: Int

    /// Nil when its name is not wanted: then nothing else of it is looked at.
    mutating func sample(_ wanted: Set<String>) throws(ExpositionError) -> ExposedSample? {
        // A name in quotes is one that can't be asked for.
        if rest.starts(with: "{\"".utf8) { return nil }
        let bytes = rest.prefix { $0.isNamePart }
        guard let first = bytes.first, !first.isDigit else { throw error("wanted the name of a metric") }
        let name = String(decoding: bytes, as: UTF8.self)
        guard wanted.contains(name) else { return nil }
        rest = rest.dropFirst(bytes.count)
        let behind = rest.first
        skipBlanks()
        var labels: [String: String] = [:]
        if rest.first == UInt8(ascii: "{") {
            labels = try self.labels()
            skipBlanks()
        } else if behind?.isBlank != true {
            throw error("\(name): wanted a blank or labels behind the name")
        }
        let value = try number("a value")
        skipBlanks()
        // A time and an exemplar are no business of ours.
        if let next = rest.first, next != UInt8(ascii: "#") {
            _ = try number("a time")
            skipBlanks()
            if let next = rest.first, next != UInt8(ascii: "#") { throw error("\(name): wanted nothing behind the time") }
        }
        return ExposedSample(name, labels: labels, value: value)
    }

    private mutating func labels() throws(ExpositionError) -> [String: String] {
        rest = rest.dropFirst()
        var labels: [String: String] = [:]
        while true {
            skipBlanks()
            if take("}") { return labels }
            let name = try labelName()
            skipBlanks()
            guard take("=") else { throw error("label \(name): wanted =") }
            skipBlanks()
            let value = try text()
            guard labels.updateValue(value, forKey: name) == nil else { throw error("label \(name) stands there twice") }
            guard labels.count <= labelLimit else { throw error("it has more than \(labelLimit) labels") }
            skipBlanks()
            if take(",") { continue }
            guard take("}") else { throw error("wanted , or } behind label \(name)") }
            return labels
        }
    }

    private mutating func labelName() throws(ExpositionError) -> String {
        if rest.first == UInt8(ascii: "\"") { return try text() }
        let bytes = rest.prefix { $0.isNamePart && $0 != UInt8(ascii: ":") }
        guard let first = bytes.first, !first.isDigit else { throw error("wanted the name of a label") }
        rest = rest.dropFirst(bytes.count)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A text in quotes, with `\\`, `\"` and `\n`; another backslash is one.
    private mutating func text() throws(ExpositionError) -> String {
        guard take("\"") else { throw error("wanted \" before a label's value") }
        var bytes: [UInt8] = []
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\""):
                guard let text = String(validating: bytes, as: UTF8.self) else { throw error("a label is not UTF-8") }
                return text
            case UInt8(ascii: "\\"):
                switch rest.popFirst() {
                case UInt8(ascii: "n"): bytes.append(0x0A)
                case let next? where next == byte || next == UInt8(ascii: "\""): bytes.append(next)
                case let next?: bytes += [byte, next]
                case nil: throw error("a label's value does not end")
                }
            default: bytes.append(byte)
            }
        }
        throw error("a label's value does not end")
    }

    private mutating func number(_ what: String) throws(ExpositionError) -> Double {
        let bytes = rest.prefix { !$0.isBlank }
        rest = rest.dropFirst(bytes.count)
        guard bytes.count <= 64, let value = Double(exposed: bytes) else { throw error("wanted \(what), a number") }
        return value
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest = rest.dropFirst()
        return true
    }

    private mutating func skipBlanks() { rest = rest.drop { $0.isBlank } }

    private func error(_ problem: String) -> ExpositionError { ExpositionError(line: line, problem) }
}

extension Double {
    /// As exporters write numbers: `12`, `1.5e-3`, `NaN`, `+Inf`.
    init?(exposed bytes: some Collection<UInt8>) {
        let text = String(decoding: bytes, as: UTF8.self)
        switch text.lowercased() {
        case "nan": self = .nan
        case "inf", "+inf", "infinity", "+infinity": self = .infinity
        case "-inf", "-infinity": self = -.infinity
        default:
            guard bytes.allSatisfy({ $0.isDigit || "+-.eE".utf8.contains($0) }), let value = Double(text) else { return nil }
            self = value
        }
    }
}

extension UInt8 {
    fileprivate var isDigit: Bool { (0x30...0x39).contains(self) }
    fileprivate var isNamePart: Bool {
        isDigit || (0x41...0x5A).contains(self) || (0x61...0x7A).contains(self) || self == UInt8(ascii: "_") || self == UInt8(ascii: ":")
    }
}
