import KubeClient
import KubeCore
import Logging
import Synchronization

extension Reflector {
    /// Follows what happens after a version, until the watch ends.
    func watch(_ version: String, _ timeout: Int) async throws {
        let options = WatchOptions(labels: labels, fields: fields, resourceVersion: version, timeoutSeconds: timeout)
        try await settle { try await self.follow(options) }
    }

    /// Asks for everything that is there as the beginning of a watch, and follows it from there on.
    func stream(_ timeout: Int) async throws {
        let options = WatchOptions(labels: labels, fields: fields, timeoutSeconds: timeout, sendInitialEvents: true)
        try await settle {
            // Whether the watch is over, rather than its beginning.
            try await withThrowingTaskGroup(of: Bool.self) { group in
                group.addTask {
                    try await self.follow(options)
                    return true
                }
                group.addTask {
                    try await self.guardBeginning()
                    return false
                }
                defer { group.cancelAll() }
                while let isOver = try await group.next(), !isOver {}
            }
        }
    }

    /// Tells the machine how a watch came to its end.
    private func settle(_ watch: () async throws -> Void) async throws {
        let refusedBefore = machine.withLock { $0.refusesStreams }
        var failure: (any Error)?
        do { try await watch() } catch {
            try Task.checkCancellation()
            failure = error
            logger.info("the watch ended; will go on", metadata: ["error": "\(error)"])
        }
        let refuses = machine.withLock { machine in
            machine.watchEnded(failure, now: surroundings.now(), random: surroundings.random())
            return machine.refusesStreams
        }
        if refuses, !refusedBefore { logger.info("the server has no streaming lists; from now on pages are asked for") }
    }

    /// Returns when the first objects of a streaming list are all there, or its end was noticed otherwise.
    /// - Throws: `InitialEventsEndless` when nothing has come for too long, their end neither.
    private func guardBeginning() async throws {
        var seen: Int?
        while true {
            let (isStreaming, count) = machine.withLock { ($0.isStreaming, $0.initialEvents) }
            guard isStreaming else { return }
            if let count, count == seen { throw WatchStateMachine<Object>.InitialEventsEndless(silence: settings.initialIdle) }
            seen = count
            try await surroundings.sleep(settings.initialIdle)
        }
    }

    private func follow(_ options: WatchOptions) async throws {
        let skip: (UndecodableObject) -> Void = { object in
            self.report(object)
            if case .skip(let object) = self.machine.withLock({ $0.skipped(object) }) { self.writer.skip(object) }
        }
        let deadline = machine.withLock { $0.sendsBookmarks } ? settings.bookmarkDeadline : nil
        let asked = surroundings.now()
        try await api.watch(options, idle: settings.idle ?? deadline, undecodable: skip) { stream in
            self.machine.withLock { $0.watchStarted(asked: asked) }
            while var event = try await stream.next() {
                if let trim = self.trim { event.trim(trim) }
                if case .error(let error) = event {
                    self.logger.info("the server ended the watch", metadata: ["error": "\(error)"])
                }
                switch self.machine.withLock({
                    $0.received(event, now: self.surroundings.now(), random: self.surroundings.random())
                }) {
                case .apply(let event): self.writer.apply(event)
                case .replace(let list):
                    self.adopt(list)
                    self.tidyUp()
                case .stop: return
                case .none, .skip: break
                }
            }
        }
    }
}

extension WatchEvent {
    fileprivate mutating func trim(_ trim: (inout Object) -> Void) {
        switch self {
        case .added(var object):
            trim(&object)
            self = .added(object)
        case .modified(var object):
            trim(&object)
            self = .modified(object)
        case .deleted(var object):
            trim(&object)
            self = .deleted(object)
        case .bookmark, .error: break
        }
    }
}
