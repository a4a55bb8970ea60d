/// A document that was checked and whose structure is known, while values are read from it.
struct JSONDocument {
    let tape: JSONTape
    let strings: JSONStringTable
    let values: JSONValueTable
    /// Of the value in whatever it was taken from: `items[3]`.
    let path: JSONPath

    /// Checks one value and lends it to `body`.
    /// - Parameters:
    ///   - isWhole: whether nothing but white space may follow the value.
    ///   - end: the offset behind the value, set once it is known to be JSON.
    static func read<Result>(
        _ bytes: UnsafeBufferPointer<UInt8>, isWhole: Bool = true, at path: JSONPath = .root, limits: JSONLimits, end: inout Int?,
        _ body: (JSONNode) throws(JSONDecodingError) -> Result
    ) throws(JSONReadingError) -> Result {
        try JSONScratch.lend { (scratch) throws(JSONReadingError) in
            do throws(JSONSyntaxError) {
                end = try JSONScanner.scan(bytes, isWhole: isWhole, limits: limits, into: &scratch)
            } catch { throw .syntax(error) }
            guard let base = bytes.baseAddress else { preconditionFailure("a document without bytes is none") }
            var document = JSONDocument(
                tape: JSONTape(bytes: base, words: scratch.words.base), strings: scratch.strings, values: scratch.values, path: path)
            return try withUnsafeMutablePointer(to: &document) { (document) throws(JSONReadingError) in
                do throws(JSONDecodingError) { return try body(JSONNode(document, at: 0)) } catch { throw .decoding(error) }
            }
        }
    }

    /// Where the value at an index stands: walks the tape, for errors alone.
    func path(to target: Int) -> JSONPath {
        var path = path
        var position = 0
        while position != target, tape[position].isContainer {
            let isObject = tape[position].kind == .object
            var child = position + 2
            for number in 0..<tape.count(at: position) {
                let key = child
                if isObject { child += 1 }
                let next = tape.next(after: child)
                if target < next {
                    path = isObject ? path.appending(tape.text(tape[key], strings)) : path.appending(number)
                    break
                }
                child = next
            }
            position = child
        }
        return path
    }
}

/// Why a type can't be read from bytes: they are no JSON, or JSON of another shape.
enum JSONReadingError: Error {
    case syntax(JSONSyntaxError)
    case decoding(JSONDecodingError)

    /// The error that readers know.
    var underlying: any Error {
        switch self {
        case .syntax(let error): error
        case .decoding(let error): error
        }
    }
}
