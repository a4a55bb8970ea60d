/// Writes values behind one another so that what differs anywhere differs in bytes: texts and lists after their length, alternatives after their number.
///
/// Texts are written as they are. Swift takes strings as equal whose bytes differ, which no policy does.
struct ContentWriter {
    private(set) var bytes: [UInt8] = []

    mutating func add(_ number: Int64) { withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) } }

    mutating func add(_ flag: Bool) { bytes.append(flag ? 1 : 0) }

    mutating func add(_ text: String) { add(Array(text.utf8)) }

    mutating func add(_ content: [UInt8]) {
        add(Int64(content.count))
        bytes += content
    }

    mutating func add(_ texts: [String]) {
        add(Int64(texts.count))
        for text in texts { add(text) }
    }

    mutating func add(_ value: some ContentWritable) { value.write(into: &self) }

    mutating func add(_ values: [some ContentWritable]) {
        add(Int64(values.count))
        for value in values { add(value) }
    }

    mutating func add(_ value: (some ContentWritable)?) {
        add(value != nil)
        if let value { add(value) }
    }
}

/// What a judgement depends on. Each stored property is written: a test goes through them all.
protocol ContentWritable {
    func write(into writer: inout ContentWriter)
}
