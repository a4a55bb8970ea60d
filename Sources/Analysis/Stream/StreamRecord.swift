package import JSON

/// How much the wanted series of one slot's host grew between two looks at it, all of the time in which one revision ran there.
///
/// Times are ages: how long ago it was when it is sent, by a clock that only goes forward. So no two machines' clocks are ever compared, and what is sent
/// again says how old it is by then.
package struct StreamRecord: Hashable, Sendable {
    /// From 1 on, without gaps within a session.
    package var sequence: Int64
    package var slot: String
    /// Namespace of the revision.
    package var namespace: String
    /// Name of the revision that ran.
    package var revision: String
    package var digest: String
    /// Of the look before.
    package var from: Duration
    /// Of this look; no greater than `from`.
    package var to: Duration
    package var growth: [SeriesDemand: SeriesGrowth]
    /// Why something that is wanted is not there.
    package var problems: [SeriesDemand: String]

    package init(
        sequence: Int64, slot: String, namespace: String, revision: String, digest: String, from: Duration, to: Duration,
        growth: [SeriesDemand: SeriesGrowth], problems: [SeriesDemand: String] = [:]
    ) {
        self.sequence = sequence
        self.slot = slot
        self.namespace = namespace
        self.revision = revision
        self.digest = digest
        self.from = from
        self.to = to
        self.growth = growth
        self.problems = problems
    }

    /// What is older is of no use to anyone.
    package static let oldest = Duration.seconds(900)
    static let mostSeries = 64
}

extension StreamRecord: JSONConvertible {
    package init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        let reader = try JSONReader(json, at: path)
        self.init(
            sequence: try reader.required("sequence"), slot: try reader.text("slot", 63), namespace: try reader.text("namespace", 63),
            revision: try reader.text("revision", 63), digest: try reader.text("digest", 160), from: try reader.age("fromMilliseconds"),
            to: try reader.age("toMilliseconds"), growth: [:])
        guard sequence > 0, from >= to else {
            throw JSONDecodingError(path: path, wanted: "a sequence from 1, and from no later than to", found: "something else")
        }
        let entries: [JSON] = reader.object["series"]?.array ?? []
        guard entries.count <= Self.mostSeries else {
            throw JSONDecodingError(path: path.appending("series"), wanted: "at most \(Self.mostSeries)", found: "\(entries.count)")
        }
        for (index, entry) in entries.enumerated() {
            let place = path.appending("series").appending(index)
            let reader = try JSONReader(entry, at: place)
            let demand = try SeriesDemand(from: entry, at: place)
            if let problem: String = try reader.optional("problem") {
                // It comes to stand in a status: nothing that moves a cursor or hides what follows.
                problems[demand] = String(problem.visible.unicodeScalars.prefix(300))
            } else {
                growth[demand] = try reader.required("growth")
            }
        }
    }

    package var json: JSON {
        let entries =
            growth.map { demand, growth in
                demand.json.setting("growth", growth.json)
            } + problems.map { demand, problem in demand.json.setting("problem", .string(problem)) }
        return [
            "sequence": .integer(sequence), "slot": .string(slot), "namespace": .string(namespace), "revision": .string(revision),
            "digest": .string(digest), "fromMilliseconds": .integer(from.wholeMilliseconds),
            "toMilliseconds": .integer(to.wholeMilliseconds), "series": .array(entries),
        ]
    }
}

extension JSON {
    fileprivate func setting(_ key: String, _ value: JSON) -> JSON {
        var object = self.object ?? [:]
        object[key] = value
        return .object(object)
    }
}

extension Duration {
    var wholeMilliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
}

extension JSONReader {
    func text(_ key: String, _ limit: Int) throws(JSONDecodingError) -> String {
        let text: String = try required(key)
        guard text.utf8.count <= limit else {
            throw JSONDecodingError(path: path.appending(key), wanted: "at most \(limit) bytes", found: "\(text.utf8.count)")
        }
        return text
    }

    func age(_ key: String) throws(JSONDecodingError) -> Duration {
        let age: Int64 = try required(key)
        guard age >= 0, age <= StreamRecord.oldest.wholeMilliseconds else {
            throw JSONDecodingError(
                path: path.appending(key), wanted: "an age from 0 to \(StreamRecord.oldest.wholeMilliseconds) ms", found: "\(age)")
        }
        return .milliseconds(age)
    }
}
