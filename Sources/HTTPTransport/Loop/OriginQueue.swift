/// Who waits for one origin and who may go next. No I/O, no clock.
///
/// Where requests don't share connections, as many run as connections are allowed. Where they do (HTTP/2), libcurl opens a connection for
/// each request that finds all streams taken, so that a burst of a thousand would open hundreds. Therefore only as many go at once as
/// streams are known to be free, and beyond that one at a time: it lands on a stream nobody knew of, or opens the one connection more on
/// which the others find room.
struct OriginQueue<Element: AnyObject> {
    /// What tells connections apart.
    typealias Connection = UInt

    /// Connections allowed to this origin.
    let limit: Int
    /// Whether requests share connections, as far as is known.
    private(set) var isShared: Bool
    private(set) var waiting: [Element] = []
    private var connecting = 0
    private var streams: [Connection: Int] = [:]
    private var streaming = 0
    /// The most streams that one connection is known to carry.
    private var streamsKnown = 1

    init(limit: Int, isShared: Bool) {
        self.limit = limit
        self.isShared = isShared
    }

    var isIdle: Bool { waiting.isEmpty && connecting == 0 && streaming == 0 }
    var running: Int { connecting + streaming }
    var connections: Int { streams.count }
    /// No connection may be added: a request that goes now may have to wait for a stream inside libcurl.
    var isAtLimit: Bool { isShared && streams.count >= limit }

    mutating func enqueue(_ element: Element) { waiting.append(element) }

    /// Takes the next one that may go; it counts as connecting from now on.
    mutating func next() -> Element? {
        guard !waiting.isEmpty else { return nil }
        if isShared {
            let free = streamsKnown * streams.count - streaming
            guard connecting < max(1, free) else { return nil }
        } else {
            guard running < limit else { return nil }
        }
        connecting += 1
        return waiting.removeFirst()
    }

    /// One that was connecting has its connection, new or shared.
    mutating func connected(on connection: Connection) {
        connecting -= 1
        streaming += 1
        // A new one is opened only when all others are full, whatever was thought of them.
        if streams[connection] == nil, let full = streams.values.max() { streamsKnown = full }
        streams[connection, default: 0] += 1
        streamsKnown = max(streamsKnown, streams[connection] ?? 1)
    }

    /// libcurl found the connection dead and went on over another.
    mutating func moved(from old: Connection, to new: Connection) {
        guard let count = streams[old] else { return }
        streams[old] = count > 1 ? count - 1 : nil
        streams[new, default: 0] += 1
    }

    /// One that ran is gone; nil when it never had a connection.
    mutating func left(_ connection: Connection?) {
        guard let connection, let count = streams[connection] else {
            connecting -= 1
            return
        }
        streaming -= 1
        streams[connection] = count > 1 ? count - 1 : nil
    }

    mutating func gaveUp(_ element: Element) { waiting.removeAll { $0 === element } }

    /// The server answered in HTTP/1.1: each request needs a connection of its own.
    mutating func isNotShared() { isShared = false }
}
