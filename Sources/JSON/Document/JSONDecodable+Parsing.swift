extension JSONDecodable {
    /// Reads a document straight from its bytes: what the type doesn't ask for is checked and never made.
    /// - Parameter path: where the document stands in whatever it was taken from, for errors.
    /// - Throws: `JSONSyntaxError`, `JSONDecodingError`.
    public init(parsing bytes: ArraySlice<UInt8>, at path: JSONPath = .root, limits: JSONLimits = JSONLimits()) throws {
        var end: Int?
        self = try Self.read(bytes, isWhole: true, at: path, limits: limits, end: &end)
    }

    /// Reads a document straight from its bytes.
    /// - Throws: `JSONSyntaxError`, `JSONDecodingError`.
    public init(parsing bytes: [UInt8], limits: JSONLimits = JSONLimits()) throws {
        try self.init(parsing: bytes[...], limits: limits)
    }

    /// Reads the value that the bytes begin with, after white space.
    /// - Parameter end: the index behind the value, once it is known to be JSON, whether it can be read or not.
    /// - Throws: `JSONSyntaxError`, `JSONDecodingError`.
    package init(beginning bytes: ArraySlice<UInt8>, at path: JSONPath, end: inout Int?) throws {
        var length: Int?
        defer { end = length.map { bytes.startIndex + $0 } }
        self = try Self.read(bytes, isWhole: false, at: path, limits: JSONLimits(), end: &length)
    }

    private static func read(
        _ bytes: ArraySlice<UInt8>, isWhole: Bool, at path: JSONPath, limits: JSONLimits, end: inout Int?
    ) throws -> Self {
        do throws(JSONReadingError) {
            return try bytes.withUnsafeBufferPointer { (buffer) throws(JSONReadingError) in
                try JSONDocument.read(buffer, isWhole: isWhole, at: path, limits: limits, end: &end) { (node) throws(JSONDecodingError) in
                    try Self(reading: node)
                }
            }
        } catch { throw error.underlying }
    }
}
