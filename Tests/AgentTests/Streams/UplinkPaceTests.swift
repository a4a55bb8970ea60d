import Testing

@testable import Agent

@Suite struct `When an agent tells the controller again` {
    @Test func `an interval later while something is wanted, and when it is asked to otherwise; not all of a fleet at once`() {
        var pace = UplinkPace(interval: .seconds(10))
        #expect(pace.taken(isWanted: true, again: .seconds(20), 0) == .seconds(9.5))
        #expect(pace.taken(isWanted: true, again: .seconds(20), 1) == .seconds(10.5))
        #expect(pace.taken(isWanted: false, again: .seconds(20), 0.5) == .seconds(20))
    }

    @Test func `after failures it waits longer, by chance, and no longer than 45 s; what is taken makes good for all of them`() {
        var pace = UplinkPace(interval: .seconds(1))
        var waits: [Duration] = []
        for _ in 0..<40 { waits.append(pace.failed(0.5)) }
        #expect(waits == waits.sorted() && waits[0] == .seconds(1) && waits.last == .seconds(30))
        #expect(pace.failed(0) == .seconds(15) && pace.failed(1) == .seconds(45))
        _ = pace.taken(isWanted: true, again: .zero, 0.5)
        #expect(pace.failed(0.5) == .seconds(1))
        var slow = UplinkPace(interval: .seconds(60))
        #expect(slow.failed(0) == .seconds(45) && slow.failed(1) == .seconds(75), "never sooner than it would look anyway, more or less")
    }

    @Test func `where no replica leads each further round tries fewer, until one has taken something`() {
        var pace = UplinkPace(interval: .seconds(10))
        var tries: [Int] = []
        for _ in 0..<4 {
            tries.append(pace.tries)
            _ = pace.failed(0.5)
        }
        #expect(tries == [6, 1, 1, 1])
        _ = pace.taken(isWanted: false, again: .seconds(20), 0.5)
        #expect(pace.tries == 6)
        _ = pace.failed(0.5)
        pace.rest()
        #expect(pace.tries == 6)
        #expect(pace.untilNextReplica(0) == .milliseconds(100) && pace.untilNextReplica(1) == .milliseconds(500))
    }
}
