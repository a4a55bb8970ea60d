package import GraftAPI
package import JSON
import Schema

/// A counter or a histogram that an analysis wants to hear of: all series of its name that have its labels, added up.
package struct SeriesDemand: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case counter = "Counter"
        /// By its buckets, `<name>_bucket`.
        case histogram = "Histogram"
    }

    package var kind: Kind
    package var series: HostSeries

    package init(_ kind: Kind, _ series: HostSeries) {
        self.kind = kind
        self.series = series
    }

    /// Of the samples that it is made from.
    package var sampleName: String { kind == .counter ? series.name : series.name + "_bucket" }

    /// The name that the host gives a kind to.
    package var familyName: String { series.name }

    func matches(_ sample: ExposedSample) -> Bool {
        sample.name == sampleName && series.labels.allSatisfy { sample.labels[$0.key] == $0.value }
    }
}

extension SeriesDemand: JSONConvertible {
    package init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        let reader = try JSONReader(json, at: path)
        let name: String = try reader.required("kind")
        guard let kind = Kind(rawValue: name) else {
            throw JSONDecodingError(path: path.appending("kind"), wanted: "Counter or Histogram", found: name)
        }
        self.init(kind, try reader.required("series"))
        let isName = series.name.utf8.count <= 128 && !series.name.isEmpty
        guard isName, series.labels.count <= 16, series.labels.values.allSatisfy({ $0.utf8.count <= 256 }) else {
            throw JSONDecodingError(
                path: path.appending("series"), wanted: "a name of at most 128 bytes, and at most 16 labels", found: "something longer")
        }
    }

    package var json: JSON { ["kind": .string(kind.rawValue), "series": series.json] }
}
