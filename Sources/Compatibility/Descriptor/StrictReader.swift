import JSON

/// Reads one object of which every member is known; an unknown one is an error that names it.
struct StrictReader {
    let object: JSONReader

    var path: JSONPath { object.path }

    init(_ json: JSON, at path: JSONPath, known: [String]) throws(JSONDecodingError) {
        object = try JSONReader(json, at: path)
        for key in object.object.keys where !known.contains(key) {
            throw JSONDecodingError(
                path: path.appending(String(key.prefix(64))), wanted: "one of \(known.joined(separator: ", "))", found: "an unknown member")
        }
    }

    /// Text of lower-case letters and digits, with `marks` between them.
    func identifier(_ key: String, allowing marks: String, limit: Int) throws(JSONDecodingError) -> String {
        let text: String = try object.required(key)
        guard text.isIdentifier(allowing: marks), text.utf8.count <= limit else {
            throw JSONDecodingError(
                path: path.appending(key),
                wanted:
                    "lower-case letters and digits, with \(marks.map(String.init).joined(separator: " ")) between them, at most \(limit)",
                found: "\"\(text.prefix(64))\"")
        }
        return text
    }

    func list<Element: JSONDecodable>(_ key: String, limit: Int) throws(JSONDecodingError) -> [Element] {
        if let count = object.object[key]?.array?.count, count > limit {
            throw JSONDecodingError(path: path.appending(key), wanted: "at most \(limit) elements", found: "\(count)")
        }
        return try object.optional(key, default: [])
    }

    func integer(_ key: String, in range: ClosedRange<Int>, default value: Int) throws(JSONDecodingError) -> Int {
        let integer = try object.optional(key, default: value)
        guard range.contains(integer) else {
            throw JSONDecodingError(
                path: path.appending(key), wanted: "a number from \(range.lowerBound) to \(range.upperBound)", found: "\(integer)")
        }
        return integer
    }
}
