import Crypto
import JSON

/// A line of a journal: sixteen hexadecimal digits of the document's SHA-256, a space, the document, a line feed.
enum JournalLine {
    private static let digits = Array("0123456789abcdef".utf8)

    static func bytes(_ json: JSON) -> [UInt8] {
        let document = json.bytes()
        return checksum(document[...]) + [UInt8(ascii: " ")] + document + [UInt8(ascii: "\n")]
    }

    /// The document of a line without its line feed; nil when it is not whole or not what was written.
    static func document(_ line: ArraySlice<UInt8>) -> JSON? {
        guard line.count > 17, line[line.startIndex + 16] == UInt8(ascii: " ") else { return nil }
        let document = line.dropFirst(17)
        guard line.prefix(16).elementsEqual(checksum(document)) else { return nil }
        return try? JSON.parse(document)
    }

    private static func checksum(_ document: ArraySlice<UInt8>) -> [UInt8] {
        SHA256.hash(data: Array(document)).prefix(8).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    }
}
