import KubeCore
import Randomness
import Testing

@testable import KubeRuntime

@Suite struct EventAggregatorTests {
    private func content(_ note: String, object: String = "x") -> EventContent {
        EventContent(
            type: .normal, reason: "Stepped", action: "Advance", note: note,
            regarding: ObjectReference(apiVersion: "v1", kind: "ConfigMap", namespace: "a", name: object))
    }

    private func wall(_ seconds: Int) -> Timestamp { Timestamp(seconds: Int64(seconds)) }

    private func next(_ aggregator: inout EventAggregator, _ seconds: Int) -> (what: String?, until: Duration?) {
        let (write, until) = aggregator.next(now: .seconds(seconds))
        guard let write else { return (nil, until) }
        if write.name == nil { aggregator.created(write.series, name: "e") }
        return (
            "\(write.name == nil ? "create" : "update") \(write.content.note) \(write.count) \(write.last.microseconds / 1_000_000)", until
        )
    }

    private func record(_ aggregator: inout EventAggregator, _ note: String, object: String = "x", _ second: Int) {
        aggregator.record(content(note, object: object), now: .seconds(second), wallTime: wall(second))
    }

    @Test func `The first and the second are written at once, the others are counted and written each half hour`() {
        var aggregator = EventAggregator(limits: EventLimits())
        record(&aggregator, "one", 0)
        #expect(next(&aggregator, 0).what == "create one 1 0")
        #expect(next(&aggregator, 0) == (nil, .seconds(360)))
        record(&aggregator, "one", 1)
        #expect(next(&aggregator, 1).what == "update one 2 1")
        var written: [String] = []
        for second in stride(from: 60, through: 7200, by: 60) {
            record(&aggregator, "one", second)
            if let write = next(&aggregator, second).what { written.append(write) }
        }
        #expect(written.count == 3, "\(written)")
        #expect(written.first?.hasPrefix("update one 3") == true, "two and thirty: \(written)")
    }

    @Test func `A series that has been quiet for six minutes gets its last count, and ends`() {
        var aggregator = EventAggregator(limits: EventLimits())
        for second in 0..<5 {
            record(&aggregator, "one", second)
            _ = next(&aggregator, second)
        }
        #expect(next(&aggregator, 359).what == nil)
        var last: String?
        for second in 364...740 where last == nil { last = next(&aggregator, second).what }
        #expect(last == "update one 5 4")
        #expect(aggregator.seriesCount == 0)
        record(&aggregator, "one", 800)
        #expect(next(&aggregator, 800).what == "create one 1 800")
    }

    @Test func `What came before the first write is not lost`() {
        var aggregator = EventAggregator(limits: EventLimits())
        for second in 0..<3 { record(&aggregator, "one", second) }
        #expect(next(&aggregator, 2).what == "create one 3 2")
        #expect(next(&aggregator, 2).what == nil)
    }

    @Test func `After six quiet minutes it is a new event`() {
        var aggregator = EventAggregator(limits: EventLimits())
        record(&aggregator, "one", 0)
        _ = next(&aggregator, 0)
        record(&aggregator, "one", 360)
        #expect(next(&aggregator, 360).what == "create one 1 360")
    }

    @Test func `A full queue drops and counts, and never grows`() {
        var aggregator = EventAggregator(limits: EventLimits(pending: 3))
        for number in 0..<10 { record(&aggregator, "\(number)", object: "x\(number)", 0) }
        #expect(aggregator.pendingCount == 3)
        #expect(aggregator.dropped == 7)
    }

    @Test func `One object that talks too much is cut short, others are heard`() {
        var aggregator = EventAggregator(limits: EventLimits(burst: 50, refill: .seconds(10), notes: 1000))
        for number in 0..<60 { record(&aggregator, "\(number)", 0) }
        #expect(aggregator.dropped == 10)
        record(&aggregator, "hello", object: "other", 0)
        #expect(aggregator.dropped == 10)
        record(&aggregator, "later", 10)
        record(&aggregator, "too soon", 10)
        #expect(aggregator.dropped == 11)
    }

    @Test func `More than ten notes of one kind within ten minutes are told as one`() {
        var aggregator = EventAggregator(limits: EventLimits())
        var written: [String] = []
        for number in 0..<30 {
            record(&aggregator, "note \(number)", number)
            if let what = next(&aggregator, number).what { written.append(what) }
        }
        record(&aggregator, "note 3", 31)
        #expect(next(&aggregator, 31).what == "update note 3 2 31", "a note that is known goes on as its own series")
        #expect(written.count == 12)
        #expect(written[9] == "create note 9 1 9")
        #expect(written[10] == "create (combined from similar events) note 10 1 10")
        #expect(written[11] == "update (combined from similar events) note 10 2 11")
        aggregator.flush()
        #expect(next(&aggregator, 32).what == "update (combined from similar events) note 10 20 29")
        record(&aggregator, "much later", 700)
        #expect(next(&aggregator, 700).what == "create much later 1 700")
    }

    @Test func `An object is one object, whatever version of it is named`() {
        var aggregator = EventAggregator(limits: EventLimits())
        for version in 1...3 {
            var content = content("one")
            content.regarding.resourceVersion = "\(version)"
            aggregator.record(content, now: .zero, wallTime: wall(0))
        }
        #expect(next(&aggregator, 0).what == "create one 3 0")
        #expect(next(&aggregator, 0).what == nil)
    }

    @Test func `The last words are due at once`() {
        var aggregator = EventAggregator(limits: EventLimits())
        for second in 0..<4 {
            record(&aggregator, "one", second)
            _ = next(&aggregator, second)
        }
        #expect(next(&aggregator, 3).what == nil)
        aggregator.flush()
        #expect(next(&aggregator, 3).what == "update one 4 3")
        #expect(next(&aggregator, 3).what == nil)
    }

    @Test("Whatever is recorded, each is written, counted or dropped, and memory is bounded", arguments: 0..<10)
    func properties(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        var aggregator = EventAggregator(limits: EventLimits(pending: 20, burst: 5, refill: .seconds(3)))
        var (now, recorded, told) = (0, 0, 0)
        /// The count that was written last, by the event's name.
        var counts: [String: Int] = [:]
        func drain(_ aggregator: inout EventAggregator) {
            while let write = aggregator.next(now: .seconds(now)).write {
                let name = write.name ?? "e\(write.number)"
                #expect(write.count > counts[name] ?? 0, "nothing is written twice")
                #expect((write.name == nil) == (counts[name] == nil), "an event is created once")
                counts[name] = write.count
                aggregator.created(write.series, name: name)
            }
        }
        for _ in 0..<5000 {
            if Int.random(in: 0..<4, using: &random) > 0 {
                record(&aggregator, "n\(Int.random(in: 0..<15, using: &random))", object: "x\(Int.random(in: 0..<8, using: &random))", now)
                recorded += 1
            } else {
                now += [0, 1, 5, 60, 400].randomElement(using: &random)!
                if Bool.random(using: &random) { drain(&aggregator) }
            }
            #expect(aggregator.pendingCount <= 20 + 8 * 16, "new ones at most, and each series once")
        }
        aggregator.flush()
        drain(&aggregator)
        told = counts.values.reduce(0, +)
        #expect(told <= recorded)
        #expect(told + aggregator.dropped >= recorded - 8 * 16, "but for counts that a new series of the same cut off")
        #expect(aggregator.dropped > 0 && told > 0)
    }

    @Test func `A flood of different objects is remembered within bounds`() {
        var aggregator = EventAggregator(limits: EventLimits())
        for number in 0..<20_000 {
            record(&aggregator, "n", object: "x\(number)", number / 1000)
            _ = next(&aggregator, number / 1000)
        }
        #expect(aggregator.seriesCount <= 4096)
        #expect(aggregator.dropped == 0)
    }
}

@Suite struct RecentlyUsedTests {
    @Test func `It holds what was used last, and no more than its limit`() {
        var recent = RecentlyUsed<Int, Int>(limit: 10)
        for number in 0..<100 {
            recent[number] = number
            #expect(recent[0] == 0, "what is asked for again and again stays")
            #expect(recent.count <= 10)
        }
        #expect(recent[99] == 99 && recent[98] == 98 && recent[50] == nil)
        recent[99] = nil
        #expect(recent[99] == nil)
    }
}
