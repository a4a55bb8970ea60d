import JSON

/// One block of textual encoding (RFC 7468): a label and the bytes it holds.
///
/// Read strictly where it matters: base64 is canonical, labels of BEGIN and END agree, nothing but blank lines stands outside
/// the blocks. Indentation and CR before LF are taken, since keys are pasted into YAML.
struct PEMDocument: Sendable, Hashable {
    var label: String
    var bytes: [UInt8]

    /// Bytes of text that are read at most; the largest key taken needs about one kilobyte.
    static let sizeLimit = 64 << 10

    var text: String { String(decoding: encoded, as: UTF8.self) }

    /// The bytes of `text`: lines of 64 digits, the last one ended too, as RFC 7468 §2 wants them written.
    var encoded: [UInt8] {
        var digits = Base64.encode(bytes)
        return digits.withUTF8 { digits in
            var text = Array("-----BEGIN \(label)-----\n".utf8)
            text.reserveCapacity(digits.count + digits.count / 64 + 2 * text.count + 8)
            for start in stride(from: 0, to: digits.count, by: 64) {
                text += digits[start..<min(start + 64, digits.count)]
                text.append(UInt8(ascii: "\n"))
            }
            return text + Array("-----END \(label)-----\n".utf8)
        }
    }

    /// All blocks of a text, in their order; at least one.
    static func parse(_ text: String) throws(KeyError) -> [PEMDocument] {
        guard text.utf8.count <= sizeLimit else { throw .notPEM("longer than \(sizeLimit) bytes") }
        var text = text
        return try text.withUTF8 { text in Result { () throws(KeyError) in try parse(text) } }.get()
    }

    /// Part of someone else's text, which is looked at in place.
    private typealias Line = Slice<UnsafeBufferPointer<UInt8>>

    private static func parse(_ text: UnsafeBufferPointer<UInt8>) throws(KeyError) -> [PEMDocument] {
        var documents: [PEMDocument] = []
        var open: Line?
        var encoded: [UInt8] = []
        /// What makes it no base64, where that can be said better than so.
        var headerLine: KeyError?
        var number = 0
        var start = 0
        while start <= text.count {
            var end = start
            while end < text.count, text[end] != UInt8(ascii: "\n") { end += 1 }
            let line = trimmed(text[start..<end])
            start = end + 1
            number += 1
            if let label = boundary(line, begin) {
                guard open == nil else { throw .notPEM("line \(number): BEGIN inside a block") }
                open = label
                encoded.removeAll(keepingCapacity: true)
                headerLine = nil
            } else if let label = boundary(line, Self.end) {
                guard let block = open, block.elementsEqual(label) else { throw .notPEM("line \(number): END without its BEGIN") }
                let label = String(decoding: label, as: UTF8.self)
                guard let bytes = Base64.decode(utf8: encoded), !bytes.isEmpty else {
                    if let header = headerLine { throw header }
                    throw .notPEM("the block \(label) is not base64 as RFC 4648 writes it")
                }
                documents.append(PEMDocument(label: label, bytes: bytes))
                open = nil
            } else if open != nil {
                // Only a line of digits that isn't whole can hold anything else.
                if headerLine == nil, line.count != 64, line.contains(UInt8(ascii: ":")) {
                    headerLine = .notPEM(
                        "line \(number): a header; a key encrypted in openssl's old way can't be read: write it anew with `openssl pkcs8 -topk8`"
                    )
                }
                encoded.append(contentsOf: line)
            } else if !line.isEmpty {
                throw .notPEM("line \(number): text outside of BEGIN and END")
            }
        }
        guard open == nil else { throw .notPEM("a block without END") }
        guard !documents.isEmpty else { throw .notPEM("empty") }
        return documents
    }

    private static let begin = Array("-----BEGIN ".utf8)
    private static let end = Array("-----END ".utf8)
    private static let dashes = Array("-----".utf8)

    private static func trimmed(_ line: Line) -> Line {
        var line = line
        while let first = line.first, isBlank(first) { line.removeFirst() }
        while let last = line.last, isBlank(last) { line.removeLast() }
        return line
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
    }

    /// The label of a line that begins so; nil for any other line.
    private static func boundary(_ line: Line, _ start: [UInt8]) -> Line? {
        guard line.first == dashes[0], line.count > start.count + dashes.count, line.starts(with: start),
            line.suffix(dashes.count).elementsEqual(dashes)
        else { return nil }
        let label = line.dropFirst(start.count).dropLast(dashes.count)
        let letters = UInt8(ascii: "A")...UInt8(ascii: "Z")
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        return label.allSatisfy { letters.contains($0) || digits.contains($0) || $0 == UInt8(ascii: " ") } ? label : nil
    }
}
