package import JSON

/// How much a series grew between two looks at it.
package enum SeriesGrowth: Hashable, Sendable {
    case counter(Double)
    case histogram(BucketCounts)

    /// Whether nothing happened.
    package var isZero: Bool {
        switch self {
        case .counter(let increase): increase == 0
        case .histogram(let buckets): buckets.total == 0
        }
    }
}

extension SeriesGrowth: JSONConvertible {
    /// More than any host counts; beyond it numbers lose their units.
    static let greatest = 1e15

    package init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        if json.array != nil {
            self = .histogram(try BucketCounts(from: json, at: path))
            return
        }
        guard let increase = json.double, (0...Self.greatest).contains(increase) else {
            throw JSONDecodingError(path: path, wanted: "an increase from 0 to 1e15, or buckets", found: json)
        }
        self = .counter(increase)
    }

    package var json: JSON {
        switch self {
        case .counter(let increase): Self.number(increase)
        case .histogram(let buckets): buckets.json
        }
    }

    static func number(_ value: Double) -> JSON { Int64(exactly: value).map { .integer($0) } ?? .double(value) }
}
