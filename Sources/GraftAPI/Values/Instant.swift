package import JSON
package import KubeCore
package import Schema

/// A moment that is read back as it was written, to the microsecond: what the engine reckons with after a restart.
package struct Instant: SchemaValue, Hashable, Comparable {
    package var time: Timestamp

    package init(_ time: Timestamp) { self.time = time }

    package static func < (left: Instant, right: Instant) -> Bool { left.time < right.time }

    package init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) { time = try Timestamp(from: json, at: path) }
    package var json: JSON { .string(time.microText) }
    package static var schema: StructuralSchema { Timestamp.schema }
}
