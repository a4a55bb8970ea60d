extension JSON: JSONDecodable, JSONEncodable {
    public init(from json: JSON, at path: JSONPath) { self = json }
    public init(reading node: JSONNode) { self = node.json }
    public var json: JSON { self }
}

extension String: JSONDecodable, JSONEncodable {
    public init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        guard let value = json.string else { throw JSONDecodingError(path: path, wanted: "a string", found: json) }
        self = value
    }
    public init(reading node: JSONNode) throws(JSONDecodingError) {
        guard let value = node.string else { throw JSONDecodingError(wanted: "a string", found: node) }
        self = value
    }
    public var json: JSON { .string(self) }
}

extension Bool: JSONDecodable, JSONEncodable {
    public init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        guard let value = json.bool else { throw JSONDecodingError(path: path, wanted: "a boolean", found: json) }
        self = value
    }
    public init(reading node: JSONNode) throws(JSONDecodingError) {
        guard let value = node.bool else { throw JSONDecodingError(wanted: "a boolean", found: node) }
        self = value
    }
    public var json: JSON { .bool(self) }
}

extension Int64: JSONDecodable, JSONEncodable {
    public init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        guard let value = json.integer else { throw JSONDecodingError(path: path, wanted: "an integer", found: json) }
        self = value
    }
    public init(reading node: JSONNode) throws(JSONDecodingError) {
        guard let value = node.integer else { throw JSONDecodingError(wanted: "an integer", found: node) }
        self = value
    }
    public var json: JSON { .integer(self) }
}

extension Int: JSONDecodable, JSONEncodable {
    public init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        self = Int(try Int64(from: json, at: path))
    }
    public init(reading node: JSONNode) throws(JSONDecodingError) { self = Int(try Int64(reading: node)) }
    public var json: JSON { .integer(Int64(self)) }
}

extension Double: JSONDecodable, JSONEncodable {
    public init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        guard let value = json.double else { throw JSONDecodingError(path: path, wanted: "a number", found: json) }
        self = value
    }
    public init(reading node: JSONNode) throws(JSONDecodingError) {
        guard let value = node.double else { throw JSONDecodingError(wanted: "a number", found: node) }
        self = value
    }
    public var json: JSON { .double(self) }
}

extension Array: JSONDecodable where Element: JSONDecodable {
    public init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        guard let elements = json.array else { throw JSONDecodingError(path: path, wanted: "an array", found: json) }
        self = []
        reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            append(try Element(from: element, at: path.appending(index)))
        }
    }

    @inlinable  // else elements are read without knowing their type
    public init(reading node: JSONNode) throws(JSONDecodingError) {
        let isShared = node.isShared(Element.self)
        if isShared, let known = node.known(as: Self.self) {
            self = known
            return
        }
        var elements = try JSONElements(node)
        self = []
        reserveCapacity(elements.count)
        while let element = elements.next() { append(try Element(reading: element)) }
        if isShared { node.keep(self) }
    }
}

extension Array: JSONEncodable where Element: JSONEncodable {
    public var json: JSON { .array(map { $0.json }) }
}

extension Dictionary: JSONDecodable where Key == String, Value: JSONDecodable {
    public init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        guard let object = json.object else { throw JSONDecodingError(path: path, wanted: "an object", found: json) }
        self = [:]
        reserveCapacity(object.count)
        for (key, value) in object { self[key] = try Value(from: value, at: path.appending(key)) }
    }

    @inlinable
    public init(reading node: JSONNode) throws(JSONDecodingError) {
        let isShared = node.isShared(Value.self)
        if isShared, let known = node.known(as: Self.self) {
            self = known
            return
        }
        var entries = try JSONEntries(node)
        self = [:]
        reserveCapacity(entries.count)
        while let key = entries.nextKey() { self[key] = try Value(reading: entries.nextValue()) }
        if isShared { node.keep(self) }
    }
}

extension Dictionary: JSONEncodable where Key == String, Value: JSONEncodable {
    /// Members are sorted by key, so that equal dictionaries are written as equal bytes.
    public var json: JSON {
        let keys = keys.sorted()
        return .object(JSONObject(distinct: keys, keys.map { self[$0]!.json }))
    }
}
