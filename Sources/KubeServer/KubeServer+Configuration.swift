import Glibc
package import KubeCore
package import Logging

extension KubeServer {
    package struct Configuration: Sendable {
        /// Where objects survive the process.
        package enum Storage: Sendable {
            case memory
            /// An SQLite file, made when it is not there. One server at a time may have it open.
            case file(String)
        }

        /// Whether watches may begin with everything that is there. Real servers refuse in one of two ways, which clients must know.
        package enum StreamingLists: Sendable {
            case served
            /// 422, as servers before 1.27 and those with the feature turned off.
            case refused
            /// 200 and an ERROR event, as servers whose storage does not report its progress (etcd 3.4).
            case refusedByEvent
        }

        package var storage: Storage
        package var streamingLists = StreamingLists.served
        package var tokens: TokenTable
        package var authorization: Authorization
        /// Changes of each resource that watches can resume from; up to twice as many are kept.
        package var historyLimit = 1_000
        /// Events that may wait for a watcher before it is cut off.
        package var watchQueueLimit = 1_000
        package var bookmarkInterval: Duration = .seconds(60)
        /// How long an Event is kept after it was written last.
        package var eventLifetime: Duration = .seconds(3600)
        /// How often time is looked at: for watches that end, bookmarks, events that are too old.
        package var tick: Duration = .milliseconds(500)
        /// The most a request may hold, in bytes (the real server's limit).
        package var bodyLimit = 3 << 20
        package var logger: Logger
        package var now: @Sendable () -> Timestamp
        package var sleep: @Sendable (Duration) async throws -> Void
        package var makeUID: @Sendable () -> String
        /// The end of a generated name: five characters.
        package var makeNameSuffix: @Sendable () -> String

        package init(
            storage: Storage = .memory, tokens: TokenTable = TokenTable(), authorization: Authorization = .alwaysAllow,
            logger: Logger = Logger(label: "kube-server", factory: { _ in SwiftLogNoOpLogHandler() })
        ) {
            self.storage = storage
            self.tokens = tokens
            self.authorization = authorization
            self.logger = logger
            now = { Self.wallTime() }
            sleep = { try await Task.sleep(for: $0) }
            makeUID = { RandomName.uid() }
            makeNameSuffix = { RandomName.suffix() }
        }

        private static func wallTime() -> Timestamp {
            var time = timespec()
            clock_gettime(CLOCK_REALTIME, &time)
            return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
        }
    }
}

/// Random identifiers.
enum RandomName {
    /// A UUID of version 4 (RFC 9562 §5.4).
    static func uid() -> String {
        var bytes = (0..<16).map { _ in UInt8.random(in: .min ... .max) }
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        let digits = Array("0123456789abcdef")
        var text = ""
        for (index, byte) in bytes.enumerated() {
            if [4, 6, 8, 10].contains(index) { text.append("-") }
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return text
    }

    /// Without vowels and look-alikes, so that no words come out.
    static func suffix() -> String {
        let alphabet = Array("bcdfghjklmnpqrstvwxz2456789")
        return String((0..<5).map { _ in alphabet.randomElement() ?? "x" })
    }
}
