import Synchronization
import Testing

@testable import OCI

private let size = 300_000
private let content = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 / 251) }
private let blob = Descriptor(mediaType: "a/b", of: content)
/// Too large to be fetched whole before it is handed on.
private let large = (0..<2_000_000).map { UInt8(truncatingIfNeeded: $0 &* 17 &+ $0 / 253) }
private let largeBlob = Descriptor(mediaType: "a/b", of: large)

@Suite("A pull over sockets", .timeLimit(.minutes(3)))
struct PullTests {
    /// Breaks the first answers in the middle; then serves ranges as the table says.
    private static func server(
        of bytes: [UInt8], breaks: [Int], _ range: @escaping @Sendable (Int, LoopbackServer.Connection) -> Void
    ) -> @Sendable (LoopbackServer.Request, LoopbackServer.Connection) -> Void {
        let left = Mutex(breaks)
        return { request, connection in
            let next = left.withLock { $0.isEmpty ? nil : $0.removeFirst() }
            if let start = request.rangeStart { return range(start, connection) }
            connection.head(200, [("Content-Length", "\(bytes.count)"), ("ETag", "\"one\"")])
            connection.send(Array(bytes.prefix(next ?? bytes.count)))
            if next != nil { connection.hangUp() }
        }
    }

    @Test("is taken up where it broke, under the validator of what came before", arguments: [content, large])
    func resume(bytes: [UInt8]) async throws {
        let descriptor = Descriptor(mediaType: "a/b", of: bytes)
        let serve = Self.server(of: bytes, breaks: [100_000]) { start, connection in
            connection.answer(
                206, [("Content-Range", "bytes \(start)-\(bytes.count - 1)/\(bytes.count)")], Array(bytes[start...]))
        }
        try await withLoopback(serve) { (server, repository) async throws in
            #expect(try await repository.blob(descriptor, upTo: bytes.count) == bytes)
            #expect(server.seen.map { $0.fields["range"] } == [nil, "bytes=100000-"])
            #expect(server.seen.map { $0.fields["if-range"] } == [nil, "\"one\""])
        }
    }

    enum Range: String, CaseIterable, Sendable { case ignored, none, inPieces, withoutTotal }

    @Test("is taken up at servers whose ranges are not as one would like", arguments: Range.allCases)
    func odd(kind: Range) async throws {
        let isAsked = Counter()
        let serve = Self.server(of: content, breaks: [50_000]) { start, connection in
            isAsked.add()
            switch kind {
            case .ignored: connection.answer(200, [], content)
            case .none: connection.answer(416, [("Content-Range", "bytes */\(size)")])
            case .inPieces:
                let end = min(start + 100_000, size)
                connection.answer(206, [("Content-Range", "bytes \(start)-\(end - 1)/\(size)")], Array(content[start..<end]))
            case .withoutTotal:
                connection.answer(206, [("Content-Range", "bytes \(start)-\(size - 1)/*")], Array(content[start...]))
            }
        }
        try await withLoopback(serve) { (_, repository) async throws in
            #expect(try await repository.blob(blob, upTo: size) == content)
            #expect(isAsked.value == (kind == .inPieces ? 3 : 1))
        }
    }

    @Test(
        "ends when a range is another one than asked for",
        arguments: [
            ("bytes 0-299999/300000", OCIError.Code.malformed), ("bytes 50001-299999/300000", .malformed), ("bytes x-y/z", .malformed),
            ("", .malformed), ("bytes 50000-399999/400000", .sizeMismatch), ("bytes 50000-49999/300000", .malformed),
            ("bytes 50000-300000/300000", .sizeMismatch), ("bytes 50000-50009/300000", .sizeMismatch),
        ])
    func wrongRange(range: String, expected: OCIError.Code) async throws {
        let serve = Self.server(of: content, breaks: [50_000]) { _, connection in
            connection.answer(206, [("Content-Range", range)], Array(content[50_000...]))
        }
        try await withLoopback(serve) { (_, repository) async throws in
            let error = await ociError { _ = try await repository.blob(blob, upTo: size) }
            #expect(error?.code == expected)
        }
    }

    @Test("ends at crumbs: a range of a few bytes each time would take for ever")
    func crumbs() async throws {
        let serve = Self.server(of: content, breaks: [50_000]) { start, connection in
            connection.answer(206, [("Content-Range", "bytes \(start)-\(start)/\(size)")], [content[start]])
        }
        try await withLoopback(serve) { (server, repository) async throws in
            #expect(await code { _ = try await repository.blob(blob, upTo: size) } == .sizeMismatch)
            #expect(server.lines.count == 2)
        }
    }

    @Test("notices content that changed between two requests, as soon as it has seen what it knew")
    func changed() async throws {
        let other = large.map { $0 ^ 1 }
        let sent = Mutex(0)
        let serve: @Sendable (LoopbackServer.Request, LoopbackServer.Connection) -> Void = { request, connection in
            guard request.fields["range"] != nil else {
                connection.head(200, [("Content-Length", "\(large.count)"), ("ETag", "\"one\"")])
                connection.send(Array(large.prefix(10_000)))
                return connection.hangUp()
            }
            #expect(request.fields["if-range"] == "\"one\"")
            connection.head(200, [("Content-Length", "\(other.count)"), ("ETag", "\"two\"")])
            connection.send(other)
            sent.withLock { $0 = connection.sent }
        }
        try await withLoopback(serve) { (_, repository) async throws in
            var taken = 0
            let error = await ociError { try await repository.blob(largeBlob) { taken += $0.count } }
            #expect(error?.code == .digestMismatch)
            #expect(error?.message.contains("changed between two requests") == true)
            #expect(taken == 10_000)
        }
    }

    @Test(
        "hands on nothing that is too much, and accepts nothing that is too little",
        arguments: [
            ("announces more", OCIError.Code.sizeMismatch), ("announces less", .sizeMismatch), ("sends more", .sizeMismatch),
            ("sends less", .sizeMismatch), ("sends other bytes", .digestMismatch), ("sends nothing", .sizeMismatch),
        ])
    func lengths(kind: String, expected: OCIError.Code) async throws {
        try await withLoopback { _, connection in
            func chunked(_ bytes: [UInt8]) {
                connection.head(200, [("Transfer-Encoding", "chunked")])
                if !bytes.isEmpty { connection.send(Array("\(String(bytes.count, radix: 16))\r\n".utf8) + bytes + Array("\r\n".utf8)) }
                connection.send(Array("0\r\n\r\n".utf8))
            }
            switch kind {
            case "announces more": connection.answer(200, [], large + [0])
            case "announces less": connection.answer(200, [], Array(large.dropLast()))
            case "sends more": chunked(large + [0])
            case "sends less": chunked(Array(large.dropLast()))
            case "sends nothing": chunked([])
            default: connection.answer(200, [], large.reversed())
            }
        } _: { (_, repository) async throws in
            var taken = 0
            let error = await ociError { try await repository.blob(largeBlob) { taken += $0.count } }
            #expect(error?.code == expected)
            #expect(error?.message.contains("\(largeBlob.digest)") == true)
            #expect(taken <= large.count)
            if kind.hasPrefix("announces") { #expect(taken == 0) }
        }
    }

    @Test("waits as long as a busy server asks, in seconds or until a date", arguments: [429, 503])
    func retryAfter(status: Int) async throws {
        let asked = Counter()
        let time = ManualTiming()
        try await withLoopback(
            { _, connection in
                switch asked.add() {
                case 1: connection.answer(status, [("Retry-After", "3")])
                case 2:
                    connection.answer(
                        status,
                        [("Date", "Sun, 06 Nov 1994 08:49:37 GMT"), ("Retry-After", "Sun, 06 Nov 1994 08:49:41 GMT")])
                // The server's own clock is the one that counts, but without it ours: that date is long past.
                case 3: connection.answer(status, [("Retry-After", "Sun, 06 Nov 1994 08:49:41 GMT")])
                default: connection.answer(200, [], content)
                }
            }, time: time
        ) { (_, repository) async throws in
            #expect(try await repository.blob(blob, upTo: size) == content)
            #expect(time.slept.prefix(2) == [.seconds(3), .seconds(4)])
            #expect(time.slept.count == 3 && time.slept[2] < .seconds(1))
        }
    }

    @Test("gives up at once when the server asks for more patience than there is", arguments: ["3600", "Fri, 31 Dec 2199 00:00:00 GMT"])
    func tooBusy(wait: String) async throws {
        let time = ManualTiming()
        try await withLoopback({ _, connection in connection.answer(429, [("Retry-After", wait)]) }, time: time) {
            (server, repository) async throws in
            let error = await ociError { _ = try await repository.blob(blob, upTo: size) }
            #expect(error?.code == .rateLimited)
            #expect(error?.retryAfter == (wait == "3600" ? .seconds(3600) : .seconds(86_400)))
            #expect(server.lines.count == 1)
            #expect(time.slept.isEmpty)
        }
    }

    @Test("an endless body costs no more than what was announced")
    func endless() async throws {
        let sent = Mutex(0)
        PeakMemory.reset()
        let before = PeakMemory.kilobytes
        let start = ContinuousClock.now
        let part = Array("10000\r\n".utf8) + [UInt8](repeating: 7, count: 1 << 16) + Array("\r\n".utf8)
        try await withLoopback { _, connection in
            connection.head(200, [("Transfer-Encoding", "chunked"), ("Content-Type", MediaType.manifest)])
            while connection.send(part) { sent.withLock { $0 = connection.sent } }
        } _: { (_, repository) async throws in
            #expect(await code { try await repository.blob(largeBlob) { _ in } } == .sizeMismatch)
            #expect(await code { _ = try await repository.manifest(.one) } == .tooLarge)
            #expect(await code { _ = try await repository.tags() } == .tooLarge)
        }
        let total = sent.withLock { $0 }
        print(
            "limits: endless blob (2 MB announced), manifest and list of tags: \((ContinuousClock.now - start)) in all,",
            "peak +\((PeakMemory.kilobytes - before) / 1024) MB, the last connection took \(total >> 20) MB")
    }
}

@Suite("The pace of a transfer")
struct PaceTests {
    @Test("counts only the time spent waiting, and ends what drips")
    func drip() throws {
        var pace = TransferPace()
        for _ in 0..<59 { try pace.take(1, after: .seconds(1), subject: "x") }
        let error = #expect(throws: OCIError.self) { try pace.take(1, after: .seconds(1), subject: "x") }
        #expect(error?.code == .unreachable)
        var good = TransferPace()
        for _ in 0..<600 { try good.take(1025, after: .seconds(1), subject: "x") }
    }
}

@Suite("A date of HTTP")
struct HTTPDateTests {
    @Test(
        "is read in all three forms",
        arguments: [
            ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777), ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777),
            ("Sun Nov  6 08:49:37 1994", 784_111_777), ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("Tue, 29 Feb 2000 23:59:60 GMT", 951_868_800),
            ("Fri, 31 Dec 9999 23:59:59 GMT", 253_402_300_799), ("", nil), ("soon", nil), ("Sun, 06 Nov 1994 08:49:37 CET", nil),
            ("Sun, 06 Nov 1994 24:49:37 GMT", nil), ("Sun, 32 Nov 1994 08:49:37 GMT", nil), ("Sun, 06 Nov 1994 8:9 GMT", nil),
        ] as [(String, Int64?)])
    func table(text: String, seconds: Int64?) { #expect(HTTPDate.seconds(parsing: text) == seconds) }

    @Test("of any text neither traps nor lies far away", arguments: 0..<4)
    func fuzz(seed: Int) {
        var random = SeededGenerator(seed)
        for text in ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"] {
            for _ in 0..<1000 {
                if let found = HTTPDate.seconds(parsing: random.mutated(text)) { #expect(abs(found) < 300_000_000_000) }
            }
        }
    }
}
