import KubeCore
import Randomness
import Testing

@testable import Analysis

@Suite("A stream in windows")
struct WindowedStreamTests {
    private func change(_ source: String, _ second: Int64, _ value: Int = 0) -> StreamChange<Int> {
        StreamChange(source: source, time: Timestamp(seconds: second), value: value)
    }

    private func seconds(_ windows: [StreamWindow<Int>]) -> [[Int64]] {
        windows.map { $0.changes.map { $0.time.microseconds / 1_000_000 } }
    }

    /// Whether just these windows are handed out now: the seconds of their changes.
    private func expect(_ stream: inout WindowedStream<Int>, _ windows: [[Int64]], at place: SourceLocation = #_sourceLocation) {
        let completed = stream.completed()
        #expect(seconds(completed) == windows, sourceLocation: place)
    }

    @Test("a window is complete when every source is past its end, and not before")
    func completion() {
        var stream = WindowedStream<Int>(width: .seconds(10))
        stream.receive(change("a", 3))
        stream.receive(change("b", 1))
        stream.advance("a", to: Timestamp(seconds: 25))
        expect(&stream, [])
        stream.receive(change("b", 12))
        stream.advance("b", to: Timestamp(seconds: 9))
        expect(&stream, [])
        stream.advance("b", to: Timestamp(seconds: 10))
        expect(&stream, [[1, 3]])
        expect(&stream, [])
        #expect(stream.waiting == 1)
    }

    @Test("what comes for a window that was handed out is too late, and changes nothing")
    func late() {
        var stream = WindowedStream<Int>(width: .seconds(10))
        stream.receive(change("a", 3))
        stream.advance("a", to: Timestamp(seconds: 30))
        expect(&stream, [[3]])
        let isTaken = stream.receive(change("b", 29))
        #expect(!isTaken && stream.late == 1)
        // It has joined all the same, and what it sends from now on counts.
        stream.receive(change("b", 31))
        stream.advance("a", to: Timestamp(seconds: 50))
        stream.advance("b", to: Timestamp(seconds: 40))
        expect(&stream, [[31]])
    }

    @Test("a source that vanished holds nobody up, and what it sent counts")
    func vanishing() {
        var stream = WindowedStream<Int>(width: .seconds(10))
        stream.receive(change("a", 3))
        stream.receive(change("b", 4))
        stream.advance("a", to: Timestamp(seconds: 20))
        expect(&stream, [])
        stream.end("b")
        expect(&stream, [[3, 4]])
        stream.receive(change("a", 25))
        stream.end("a")
        expect(&stream, [[25]])
        #expect(stream.waiting == 0)
        stream.end("never seen")
    }

    @Test("whoever is too far behind can be told, and no more is waited for")
    func behind() {
        var stream = WindowedStream<Int>(width: .seconds(10))
        for (source, second) in [("a", 100), ("b", 40), ("c", 39)] as [(String, Int64)] {
            stream.advance(source, to: Timestamp(seconds: second))
        }
        #expect(stream.sources(behind: Timestamp(seconds: 40)) == ["c"])
        #expect(Set(stream.sources(behind: Timestamp(seconds: 41))) == ["b", "c"])
        for source in stream.sources(behind: Timestamp(seconds: 100)) { stream.end(source) }
        #expect(stream.watermark == Timestamp(seconds: 100))
    }

    /// The same, said as plainly as can be: all changes in one list, looked through each time.
    private struct PlainStream {
        var watermarks: [String: Timestamp] = [:]
        var open: [StreamChange<Int>] = []
        var endedAt: Timestamp?
        var closedUntil: Timestamp?
        var late = 0

        func start(_ time: Timestamp) -> Timestamp {
            let rest = time.microseconds % 10_000_000
            return Timestamp(microseconds: time.microseconds - (rest < 0 ? rest + 10_000_000 : rest))
        }

        mutating func receive(_ change: StreamChange<Int>) {
            if watermarks[change.source] == nil { watermarks[change.source] = start(change.time) }
            if let closedUntil, start(change.time) < closedUntil { late += 1 } else { open.append(change) }
        }

        mutating func end(_ source: String) {
            guard let watermark = watermarks.removeValue(forKey: source) else { return }
            let last = open.filter { $0.source == source }.map { start($0.time) + .seconds(10) }.max()
            endedAt = [endedAt, watermark, last].compactMap { $0 }.max()
        }

        mutating func completed() -> [Timestamp: Int] {
            guard let limit = (watermarks.values.min() ?? endedAt).map(start), closedUntil.map({ limit > $0 }) ?? true else { return [:] }
            closedUntil = limit
            let complete = open.filter { start($0.time) < limit }
            open = open.filter { start($0.time) >= limit }
            return complete.reduce(into: [:]) { $0[start($1.time), default: 0] += 1 }
        }
    }

    @Test("sources that come, tell, lag and vanish in any order leave the same windows as in the plainest way", arguments: 0..<300)
    func plainly(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        var (stream, plain) = (WindowedStream<Int>(width: .seconds(10)), PlainStream())
        var now: Int64 = 0
        for step in 0..<120 {
            let source = "host-\(Int.random(in: 0..<5, using: &random))"
            now += Int64.random(in: 0...4, using: &random)
            let time = now - Int64.random(in: 0...40, using: &random)
            switch Int.random(in: 0..<10, using: &random) {
            case 0:
                stream.end(source)
                plain.end(source)
            case 1...3:
                stream.advance(source, to: Timestamp(seconds: time))
                plain.watermarks[source] = max(Timestamp(seconds: time), plain.watermarks[source] ?? Timestamp(seconds: time))
            default:
                stream.receive(change(source, time, step))
                plain.receive(change(source, time, step))
            }
            let windows = Dictionary(uniqueKeysWithValues: stream.completed().map { ($0.start, $0.changes.count) })
            #expect(windows == plain.completed() && stream.late == plain.late && stream.waiting == plain.open.count)
        }
    }

    @Test("however changes arrive, the same windows come out, each once, in order", arguments: 0..<200)
    func order(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        let sources = (0..<Int.random(in: 1...5, using: &random)).map { "host-\($0)" }
        let changes = sources.flatMap { source in
            (0..<Int.random(in: 0...30, using: &random)).map { change(source, Int64.random(in: -50...200, using: &random), $0) }
        }
        let expected = windows(of: changes, sources, &random, shuffled: false)
        #expect(windows(of: changes, sources, &random, shuffled: true) == expected)
        #expect(expected.flatMap(\.changes).count == changes.count)
        #expect(expected.map(\.start) == expected.map(\.start).sorted())
        #expect(expected.allSatisfy { window in window.changes.allSatisfy { window.start <= $0.time && $0.time < window.end } })
    }

    /// Each source's changes in any order, and watermarks that hold, at any moments; at the end all vanish.
    private func windows(of changes: [StreamChange<Int>], _ sources: [String], _ random: inout SeededRandom, shuffled: Bool)
        -> [StreamWindow<Int>]
    {
        var stream = WindowedStream<Int>(width: .seconds(10))
        var windows: [StreamWindow<Int>] = []
        for source in sources { stream.advance(source, to: Timestamp(seconds: -60)) }
        // Of two at one time of one source the one that was sent first is first: values stand for that order.
        var rest = changes.sorted { ($0.time, $0.source, $0.value) < ($1.time, $1.source, $1.value) }
        while !rest.isEmpty {
            // Any of the next few, unless another of the same source and time goes before.
            let pick = shuffled ? Int.random(in: 0..<min(8, rest.count), using: &random) : 0
            let index = rest.firstIndex { $0.source == rest[pick].source && $0.time == rest[pick].time } ?? pick
            stream.receive(rest.remove(at: index))
            if shuffled, Bool.random(using: &random), let source = sources.randomElement(using: &random) {
                // Nothing older is still to come from it.
                let next = rest.filter { $0.source == source }.map(\.time).min() ?? Timestamp(seconds: 300)
                stream.advance(source, to: next)
                windows += stream.completed()
            }
        }
        for source in sources {
            stream.end(source)
            windows += stream.completed()
        }
        #expect(stream.late == 0)
        return windows
    }
}
