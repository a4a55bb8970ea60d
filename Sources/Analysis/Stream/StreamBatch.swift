package import JSON

/// What an agent sends of its host at a time: records that were not acknowledged, oldest first. Without any it only asks what is wanted.
package struct StreamBatch: Hashable, Sendable {
    /// Name of the ModuleHost.
    package var host: String
    /// Another for each start of the agent: sequences begin anew with it.
    package var session: String
    /// Nothing that is younger than this look will be sent but what is in this batch; nil before the first one.
    package var watermark: Duration?
    package var records: [StreamRecord]

    package init(host: String, session: String, watermark: Duration? = nil, records: [StreamRecord] = []) {
        self.host = host
        self.session = session
        self.watermark = watermark
        self.records = records
    }

    /// Bytes of a batch.
    package static let largest = 256 << 10
    package static let mostRecords = 64
}

extension StreamBatch: JSONConvertible {
    /// - Throws: also what is not JSON, or too large.
    package init(parsing bytes: [UInt8]) throws(JSONDecodingError) {
        let json: JSON
        do { json = try JSON.parse(bytes, limits: JSONLimits(size: Self.largest, depth: 16)) } catch {
            throw JSONDecodingError(path: .root, wanted: "JSON of at most \(Self.largest) bytes", found: "\(error)")
        }
        try self.init(from: json)
    }

    package init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        let reader = try JSONReader(json, at: path)
        self.init(host: try reader.text("host", 253), session: try reader.text("session", 64))
        if reader.object["watermarkMilliseconds"] != nil { watermark = try reader.age("watermarkMilliseconds") }
        records = try reader.optional("records", default: [])
        guard records.count <= Self.mostRecords else {
            throw JSONDecodingError(
                path: path.appending("records"), wanted: "at most \(Self.mostRecords)", found: "\(records.count)")
        }
        guard zip(records, records.dropFirst()).allSatisfy({ $0.sequence < $1.sequence }) else {
            throw JSONDecodingError(path: path.appending("records"), wanted: "ascending sequences", found: "others")
        }
    }

    package var json: JSON {
        var object: JSONObject = ["host": .string(host), "session": .string(session)]
        if let watermark { object["watermarkMilliseconds"] = .integer(watermark.wholeMilliseconds) }
        object.setUnlessEmpty("records", records)
        return .object(object)
    }
}

/// What an agent is answered: what has arrived, and what is wanted from now on.
package struct StreamAnswer: Hashable, Sendable {
    /// Of this session: everything up to here has arrived, or is of no use.
    package var acknowledged: Int64
    /// By slot; what is not here is not wanted.
    package var wanted: [String: [SeriesDemand]]
    /// When to ask again if nothing is wanted.
    package var again: Duration

    package init(acknowledged: Int64, wanted: [String: [SeriesDemand]] = [:], again: Duration = .seconds(30)) {
        self.acknowledged = acknowledged
        self.wanted = wanted
        self.again = again
    }
}

extension StreamAnswer: JSONConvertible {
    package init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        let reader = try JSONReader(json, at: path)
        self.init(
            acknowledged: try reader.required("acknowledged"),
            again: .milliseconds(min(max(try reader.required("againMilliseconds") as Int64, 100), 600_000)))
        for (slot, list) in reader.object["wanted"]?.object ?? [:] {
            wanted[slot] = try [SeriesDemand](from: list, at: path.appending("wanted").appending(slot))
        }
        guard wanted.values.allSatisfy({ $0.count <= StreamRecord.mostSeries }) else {
            throw JSONDecodingError(path: path.appending("wanted"), wanted: "at most \(StreamRecord.mostSeries) of a slot", found: "more")
        }
    }

    package var json: JSON {
        var slots = JSONObject()
        for (slot, demands) in wanted { slots[slot] = demands.json }
        return [
            "acknowledged": .integer(acknowledged), "wanted": .object(slots), "againMilliseconds": .integer(again.wholeMilliseconds),
        ]
    }
}
