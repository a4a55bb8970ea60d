import Glibc
import Stations

/// One connection of the replay: requests one after another, until a watch or the end.
final class ReplayConnection: Sendable {
    private let socket: Int32
    private let collection: ReplayedCollection
    private let rate: Int

    init(socket: Int32, collection: ReplayedCollection, rate: Int) {
        (self.socket, self.collection, self.rate) = (socket, collection, rate)
    }

    func serve() {
        defer { close(socket) }
        while let target = requestTarget() {
            guard target.contains("watch=") else {
                let page = collection.page(from: Self.number("continue=", in: target) ?? 0, limit: Self.number("limit=", in: target))
                let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: \(page.count)\r\n\r\n"
                guard send(Array(head.utf8)), send(page) else { return }
                continue
            }
            let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
            guard send(Array(head.utf8)) else { return }
            if target.contains("sendInitialEvents=true") { guard sendChunk(collection.initialEvents()) else { return } }
            return replay()
        }
    }

    /// Sends events at equal distances until the other side goes away. After a delay the next ones don't come sooner.
    private func replay() {
        // The reader's controller starts meanwhile.
        var due = ProcessUsage.now + 2_000_000_000
        var number = 0
        while true {
            var time = timespec(tv_sec: Int(due / 1_000_000_000), tv_nsec: Int(due % 1_000_000_000))
            clock_nanosleep(CLOCK_BOOTTIME, TIMER_ABSTIME, &time, nil)
            number += 1
            guard sendChunk(collection.event(number)) else { return }
            due = max(due + 1_000_000_000 / Int64(rate), ProcessUsage.now - 1_000_000)
        }
    }

    private func sendChunk(_ bytes: [UInt8]) -> Bool {
        send(Array("\(String(bytes.count, radix: 16))\r\n".utf8) + bytes + Array("\r\n".utf8))
    }

    private func send(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { write(socket, $0.baseAddress! + sent, bytes.count - sent) }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    /// The number behind a name in a query.
    private static func number(_ name: String, in target: String) -> Int? {
        Array(target.utf8).offset(after: name).flatMap {
            Int(target.utf8.dropFirst($0).prefix { $0 != 0x26 }.map { Character(Unicode.Scalar($0)) }.map(String.init).joined())
        }
    }

    /// The second word of the next request; nil at the end. Requests have no bodies, and none follows before its answer.
    private func requestTarget() -> String? {
        var head: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 4096)
        while !head.suffix(4).elementsEqual("\r\n\r\n".utf8) {
            let count = read(socket, &part, part.count)
            guard count > 0, head.count < 1 << 16 else { return nil }
            head += part[..<count]
        }
        let words = head.prefix { $0 != 0x0D }.split(separator: 0x20)
        return words.count > 1 ? String(decoding: words[1], as: UTF8.self) : nil
    }
}
