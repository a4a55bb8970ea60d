import Testing

@testable import HTTPTransport

@Suite("The queue before an origin")
struct OriginQueueTests {
    private final class Request {}

    @Test("serial: as many run as connections are allowed, in the order they came")
    func serial() {
        var queue = OriginQueue<Request>(limit: 2, isShared: false)
        let requests = (0..<4).map { _ in Request() }
        for request in requests { queue.enqueue(request) }
        #expect(queue.next() === requests[0])
        #expect(queue.next() === requests[1])
        #expect(queue.next() == nil)
        queue.connected(on: 1)
        #expect(queue.next() == nil)
        queue.left(1)
        #expect(queue.next() === requests[2])
        queue.gaveUp(requests[3])
        queue.left(nil)
        #expect(queue.next() == nil)
        queue.left(nil)
        #expect(queue.isIdle)
    }

    /// libcurl and a server in small: a request that goes takes the first connection with room, or opens one.
    private struct World {
        let streams: Int
        var connections: [Int] = []
        var opened = 0

        mutating func place() -> UInt {
            let index = connections.firstIndex { $0 < streams } ?? connections.count
            if index == connections.count {
                connections.append(0)
                opened += 1
            }
            connections[index] += 1
            return UInt(index + 1)
        }
    }

    @Test("shared: a burst of any size opens only the connections it fills", arguments: [1, 3, 10, 100, 250], [1, 7, 100, 999])
    func burst(streams: Int, count: Int) {
        var queue = OriginQueue<Request>(limit: .max, isShared: true)
        var world = World(streams: streams)
        for _ in 0..<count { queue.enqueue(Request()) }
        var rounds = 0
        while !queue.waiting.isEmpty {
            var going = 0
            // All that may go at once would each open a connection, were there no room: they go before any of them is known to be connected.
            while queue.next() != nil { going += 1 }
            for _ in 0..<going { queue.connected(on: world.place()) }
            rounds += 1
            guard rounds <= count else { break }
        }
        #expect(queue.waiting.isEmpty)
        #expect(world.opened == (count + streams - 1) / streams)
    }

    @Test("shared: never more at once than free streams, whatever comes and goes", arguments: 0..<20)
    func random(seed: Int) {
        var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1
        func roll(_ below: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % below
        }
        var queue = OriginQueue<Request>(limit: .max, isShared: true)
        var world = World(streams: 1 + roll(20))
        var running: [UInt] = []
        var finished = 0
        var sent = 0
        for _ in 0..<2000 {
            switch roll(3) {
            case 0:
                queue.enqueue(Request())
                sent += 1
            case 1 where !running.isEmpty:
                let connection = running.remove(at: roll(running.count))
                world.connections[Int(connection) - 1] -= 1
                queue.left(connection)
                finished += 1
            default: break
            }
            var going = 0
            while queue.next() != nil { going += 1 }
            let room = world.connections.reduce(0) { $0 + world.streams - $1 }
            // Beyond what is free, one that finds out.
            #expect(going <= max(1, room))
            for _ in 0..<going {
                let connection = world.place()
                queue.connected(on: connection)
                running.append(connection)
            }
            #expect(queue.running == running.count)
            #expect(running.count + finished + queue.waiting.count == sent)
        }
        for connection in running { queue.left(connection) }
        #expect(queue.running == 0)
    }

    @Test("shared: a server that turns out to speak HTTP/1.1 is sent all at once")
    func notShared() {
        var queue = OriginQueue<Request>(limit: .max, isShared: true)
        for _ in 0..<10 { queue.enqueue(Request()) }
        #expect(queue.next() != nil)
        #expect(queue.next() == nil)
        queue.connected(on: 1)
        queue.isNotShared()
        for _ in 0..<9 { #expect(queue.next() != nil) }
    }
}
