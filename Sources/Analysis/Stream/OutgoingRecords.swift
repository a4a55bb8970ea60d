import JSON

/// Records that wait to be acknowledged. They are bounded: beyond that the oldest go, and the gap in their sequences tells it.
package struct OutgoingRecords: Sendable {
    /// A record, and when its looks were, by the agent's own clock that only goes forward.
    private struct Entry: Sendable {
        var record: StreamRecord
        var from: Duration
        var to: Duration
    }

    package let session: String
    package let limit: Int
    /// Records that were thrown away.
    package private(set) var dropped = 0
    private var entries: [Entry] = []
    private var next: Int64 = 1
    private var watermark: Duration?

    package init(session: String, limit: Int = 256) {
        self.session = session
        self.limit = max(1, limit)
    }

    package var isEmpty: Bool { entries.isEmpty }
    package var count: Int { entries.count }

    /// Adds a record; its sequence and ages are given here.
    package mutating func append(_ record: StreamRecord, from: Duration, to: Duration) {
        var record = record
        record.sequence = next
        next += 1
        entries.append(Entry(record: record, from: from, to: to))
        if entries.count > limit {
            dropped += entries.count - limit
            entries.removeFirst(entries.count - limit)
        }
    }

    /// Everything up to this moment has been looked at.
    package mutating func looked(at now: Duration) { watermark = now }

    /// What to send now: the oldest, as many as fit.
    package mutating func batch(host: String, at now: Duration) -> StreamBatch {
        let tooOld = entries.prefix { now - $0.from > StreamRecord.oldest }.count
        dropped += tooOld
        entries.removeFirst(tooOld)
        var batch = StreamBatch(host: host, session: session)
        var bytes = 1024
        for entry in entries.prefix(StreamBatch.mostRecords) {
            var record = entry.record
            record.from = now - entry.from
            record.to = now - entry.to
            bytes += record.json.text().utf8.count + 1
            guard bytes <= StreamBatch.largest else { break }
            batch.records.append(record)
        }
        // More is to come: only what this batch holds is promised.
        let sent = batch.records.count < entries.count ? entries[batch.records.count].to : nil
        if let mark = [watermark, sent].compactMap({ $0 }).min() { batch.watermark = min(now - mark, StreamRecord.oldest) }
        return batch
    }

    package mutating func acknowledge(_ sequence: Int64) { entries.removeAll { $0.record.sequence <= sequence } }

    /// Nothing is wanted any more.
    package mutating func forget() {
        entries.removeAll()
        watermark = nil
    }
}
