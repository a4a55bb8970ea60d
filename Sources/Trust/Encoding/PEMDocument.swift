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

    var text: String {
        var lines = ["-----BEGIN \(label)-----"]
        let encoded = Array(Base64.encode(bytes).utf8)
        for start in stride(from: 0, to: encoded.count, by: 64) {
            lines.append(String(decoding: encoded[start..<min(start + 64, encoded.count)], as: UTF8.self))
        }
        lines.append("-----END \(label)-----")
        return lines.joined(separator: "\n") + "\n"
    }

    /// All blocks of a text, in their order; at least one.
    static func parse(_ text: String) throws(KeyError) -> [PEMDocument] {
        guard text.utf8.count <= sizeLimit else { throw .notPEM("longer than \(sizeLimit) bytes") }
        var documents: [PEMDocument] = []
        var open: (label: String, encoded: String)?
        for (number, raw) in text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
            let line = trimmed(raw)
            if let label = boundary(line, "BEGIN") {
                guard open == nil else { throw .notPEM("line \(number + 1): BEGIN inside a block") }
                open = (label, "")
            } else if let label = boundary(line, "END") {
                guard let block = open, block.label == label else { throw .notPEM("line \(number + 1): END without its BEGIN") }
                guard let bytes = Base64.decode(block.encoded), !bytes.isEmpty else {
                    throw .notPEM("the block \(label) is not base64 as RFC 4648 writes it")
                }
                documents.append(PEMDocument(label: label, bytes: bytes))
                open = nil
            } else if open != nil {
                guard !line.contains(":") else {
                    throw .notPEM(
                        "line \(number + 1): a header; a key encrypted in openssl's old way can't be read: write it anew with `openssl pkcs8 -topk8`"
                    )
                }
                open?.encoded += line
            } else if !line.isEmpty {
                throw .notPEM("line \(number + 1): text outside of BEGIN and END")
            }
        }
        guard open == nil else { throw .notPEM("a block without END") }
        guard !documents.isEmpty else { throw .notPEM("empty") }
        return documents
    }

    private static func trimmed(_ line: Substring.UTF8View) -> String {
        let blank: Set<UInt8> = [UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r")]
        var line = line.drop { blank.contains($0) }
        while let last = line.last, blank.contains(last) { line.removeLast() }
        return String(decoding: line, as: UTF8.self)
    }

    private static func boundary(_ line: String, _ word: String) -> String? {
        let start = "-----\(word) "
        let end = "-----"
        guard line.hasPrefix(start), line.hasSuffix(end), line.utf8.count > start.utf8.count + end.utf8.count else { return nil }
        let label = line.utf8.dropFirst(start.utf8.count).dropLast(end.utf8.count)
        let letters = UInt8(ascii: "A")...UInt8(ascii: "Z")
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        guard label.allSatisfy({ letters.contains($0) || digits.contains($0) || $0 == UInt8(ascii: " ") }) else { return nil }
        return String(decoding: label, as: UTF8.self)
    }
}
