extension JSON {
    /// The same value with the members of every object sorted by key (in code-point order), so that equal values are equal bytes.
    public var sortedByKey: JSON {
        switch self {
        case .array(let elements): return .array(elements.map(\.sortedByKey))
        case .object(let object):
            var sorted = JSONObject()
            for key in object.keys.sorted() { sorted[key] = object[key]!.sortedByKey }
            return .object(sorted)
        default: return self
        }
    }
}
