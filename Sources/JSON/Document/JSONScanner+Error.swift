extension JSONScanner {
    /// An error at the current offset that says what stands there.
    @inline(never)
    func unexpected(wanted: String) -> JSONSyntaxError {
        error("wanted \(wanted), found \(found(at: offset))", at: offset)
    }

    @inline(never)
    func error(_ reason: String, at offset: Int) -> JSONSyntaxError {
        var line = 1
        var lineStart = 0
        for position in 0..<min(offset, count) where bytes[position] == 0x0A {
            line += 1
            lineStart = position + 1
        }
        return JSONSyntaxError(reason: reason, offset: offset, line: line, column: offset - lineStart + 1)
    }

    private func found(at offset: Int) -> String {
        guard offset < count else { return "the end of the document" }
        let byte = bytes[offset]
        if byte > 0x20, byte < 0x7F { return "'\(Character(Unicode.Scalar(byte)))'" }
        return "byte 0x\(byte < 0x10 ? "0" : "")\(String(byte, radix: 16, uppercase: true))"
    }
}
